"""Our attenuation against xraydb, which works out mixtures by itself."""

import pytest

from mindscan.imaging.attenuation import MATTER
from mindscan.validate.attenuation import BAR, largest_difference

xraydb = pytest.importorskip("xraydb", reason="the extra [xray] is not installed")


@pytest.mark.parametrize("name", MATTER)
def test_it_equals_xraydb_within_one_per_cent(name: str) -> None:
    assert largest_difference(name, xraydb) < BAR
