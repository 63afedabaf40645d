import pytest
import torch

from mindscan.core.brain import Brain
from mindscan.core.errors import SettingsError
from mindscan.core.labels import BY_NAME, LABELS, TISSUES
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.attenuation import basis_shares
from mindscan.imaging.matter import basis_volumes

GRID = Grid.centred((len(LABELS), 2, 1), (1.0, 1.0, 1.0))


def everything() -> Brain:
    """Two voxels of every structure."""
    ids = torch.tensor([label.id for label in LABELS], dtype=torch.int16)
    return Brain.from_labels(Volume(ids[:, None, None].expand(GRID.shape).contiguous(), GRID.affine))


def test_every_structure_is_made_of_its_substances() -> None:
    found = basis_volumes(everything())
    at = {label.name: found[:, n, 0, 0].tolist() for n, label in enumerate(LABELS)}
    assert at["CSF"] == pytest.approx(basis_shares("csf"))
    assert at["Outer-Table"] == pytest.approx(basis_shares("compact bone"), abs=1e-6)
    fat, muscle = basis_shares("fat"), basis_shares("muscle")
    assert at["Adipose"] == pytest.approx([0.8 * f + 0.2 * m for f, m in zip(fat, muscle, strict=True)])
    assert at["Air"] == at["Unknown"] == [0, 0]


def test_shares_mix() -> None:
    brain = everything()
    fractions = torch.zeros((len(TISSUES), *GRID.shape))
    fractions[TISSUES.index("bone")], fractions[TISSUES.index("air")] = 0.25, 0.75
    owners = torch.full_like(fractions, BY_NAME["Outer-Table"].id, dtype=torch.int16)
    found = basis_volumes(Brain(brain.labels, fractions, owners, {}))
    assert torch.allclose(found[1], torch.tensor(0.25))


def test_unknown_ids_are_refused() -> None:
    labels = Volume(torch.full((2, 2, 2), 5000, dtype=torch.int16), GRID.affine)
    with pytest.raises(SettingsError, match="5000"):
        basis_volumes(Brain.from_labels(labels))
