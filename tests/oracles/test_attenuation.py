"""Our attenuation against xraydb, which works out mixtures by itself."""

import numpy as np
import pytest

from mindscan.imaging.attenuation import MATTER, energies_kev, linear_attenuation

xraydb = pytest.importorskip("xraydb", reason="the extra [xray] is not installed")


@pytest.mark.parametrize("name", MATTER)
def test_it_equals_xraydb_within_one_per_cent(name: str) -> None:
    found = MATTER[name]
    energies = energies_kev().numpy() * 1000
    shares = {element: share / sum(found.parts.values()) for element, share in found.parts.items()}
    moles = "".join(f"{e}{share / xraydb.atomic_mass(e):.10f}" for e, share in shares.items())
    theirs = xraydb.material_mu(moles, energies, density=found.density) / 10
    np.testing.assert_allclose(linear_attenuation(name).numpy(), theirs, rtol=0.01)
