"""What may touch what, and that structures hang together: as in the label maps of real people."""

import numpy as np
import pytest
from scipy import ndimage

from mindscan.anatomy import anatomy, build
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID, both_sides
from mindscan.core.person import Person
from mindscan.core.volume import Grid

GRID = Grid.centred((110, 150, 100), (1, 1, 1), (0, -20, 0))
CORTEX = both_sides("Cerebral-Cortex")
NEVER = [
    ("Lateral-Ventricle", CORTEX),
    ("Inf-Lat-Vent", CORTEX),
    ("Putamen", (24, 4, 43, 14)),
    ("Pallidum", (24, 4, 43, *CORTEX)),
    ("Thalamus", both_sides("Putamen")),
    ("Caudate", both_sides("Pallidum")),
]
FEW_FACES = 40
"""Of thousands: where two thin walls meet in one voxel."""
WHOLE = (
    "Thalamus", "Caudate", "Putamen", "Pallidum", "Hippocampus", "Amygdala", "Accumbens-area", "VentralDC",
    "Lateral-Ventricle",
)  # fmt: skip
CRUMBS_ML = 0.02
"""A thin edge may show as a few voxels by themselves."""


@pytest.fixture(scope="module", params=[(7, 1), (31, 2), (84, 3)], ids=lambda row: f"age {row[0]}")
def labels(request: pytest.FixtureRequest) -> np.ndarray:
    age, seed = request.param
    key = Key(seed) / "anatomy"
    made = build.make(anatomy.draw(key, Person(age_years=age, sex="FM"[seed % 2])), GRID, key)
    return made.labels.data.numpy()


def faces(labels: np.ndarray, one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """How many voxel faces the two sets of labels share."""
    count = 0
    for axis in range(3):
        a, b = (np.moveaxis(labels, axis, 0)[part] for part in (slice(None, -1), slice(1, None)))
        count += int(
            (np.isin(a, one) & np.isin(b, other)).sum() + (np.isin(a, other) & np.isin(b, one)).sum()
        )
    return count


def test_impossible_neighbours_do_not_touch(labels: np.ndarray) -> None:
    for name, others in NEVER:
        assert faces(labels, both_sides(name), others) <= FEW_FACES, name


def test_possible_neighbours_do(labels: np.ndarray) -> None:
    for name, other in (
        ("Caudate", "Lateral-Ventricle"),
        ("Hippocampus", "Amygdala"),
        ("Putamen", "Pallidum"),
    ):
        assert faces(labels, both_sides(name), both_sides(other)) > 50, name
    assert faces(labels, both_sides("VentralDC"), (16,)) > 100


@pytest.mark.parametrize("name", WHOLE)
def test_each_structure_is_one_piece_on_its_own_side(name: str, labels: np.ndarray) -> None:
    middle = labels.shape[0] / 2
    for label in both_sides(name):
        pieces, count = ndimage.label(labels == label, np.ones((3, 3, 3)))
        sizes = np.bincount(pieces.ravel())[1:]
        assert count > 0
        assert sizes.sum() - sizes.max() <= CRUMBS_ML * 1000, BY_ID[label].name
        mean = float(np.argwhere(pieces == 1 + sizes.argmax())[:, 0].mean())
        assert (mean > middle) == (BY_ID[label].side == "R")


def test_one_brainstem(labels: np.ndarray) -> None:
    sizes = np.bincount(ndimage.label(labels == 16, np.ones((3, 3, 3)))[0].ravel())[1:]
    assert sizes.sum() - sizes.max() <= CRUMBS_ML * 1000
    assert sizes.max() > 10000
