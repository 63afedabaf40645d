"""What may touch what, and that structures hang together: as in the label maps of real people."""

import numpy as np
import pytest
from scipy import ndimage

from mindscan.anatomy import anatomy, build, touch
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID, both_sides
from mindscan.core.person import Person
from mindscan.core.volume import Grid

GRID = Grid.centred((110, 150, 100), (1, 1, 1), (0, -20, 0))
CORTEX = both_sides("Cerebral-Cortex")
MAPS = 10
"""Of real people, whose contacts `touch.known` counts."""
NEVER = [
    ("Lateral-Ventricle", CORTEX),
    ("Inf-Lat-Vent", CORTEX),
    ("Putamen", (24, 4, 43, 14)),
    ("Pallidum", (24, 4, 43, *CORTEX)),
    ("Thalamus", both_sides("Putamen")),
    ("Caudate", (24, *both_sides("Pallidum"), *CORTEX)),
    ("Accumbens-area", (14, *both_sides("Pallidum"))),
    ("Amygdala", both_sides("Pallidum")),
    ("VentralDC", both_sides("Lateral-Ventricle")),
]
WHOLE = (
    "Thalamus", "Caudate", "Putamen", "Pallidum", "Hippocampus", "Amygdala", "Accumbens-area", "VentralDC",
    "Claustrum", "Lateral-Ventricle",
)  # fmt: skip


@pytest.fixture(scope="module", params=[(7, 1), (31, 2), (84, 3)], ids=lambda row: f"age {row[0]}")
def labels(request: pytest.FixtureRequest) -> np.ndarray:
    age, seed = request.param
    key = Key(seed) / "anatomy"
    made = build.make(anatomy.draw(key, Person(age_years=age, sex="FM"[seed % 2])), GRID, key, dense=False)
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
        assert faces(labels, both_sides(name), others) == 0, name


def test_possible_neighbours_do(labels: np.ndarray) -> None:
    for name, other in (
        ("Caudate", "Lateral-Ventricle"),
        ("Hippocampus", "Amygdala"),
        ("Putamen", "Pallidum"),
    ):
        assert faces(labels, both_sides(name), both_sides(other)) > 50, name
    assert faces(labels, both_sides("VentralDC"), (16,)) > 100


def test_the_peduncles_join_pons_and_cerebellum(labels: np.ndarray) -> None:
    in_people = touch.known()["Brain-Stem", "Cerebellum-White-Matter"] / MAPS
    assert faces(labels, (16,), both_sides("Cerebellum-White-Matter")) > in_people / 3


def test_white_matter_joins_both_sides_of_the_cerebellum_over_the_fourth_ventricle(
    labels: np.ndarray,
) -> None:
    left, right = both_sides("Cerebellum-White-Matter")
    assert faces(labels, (left,), (right,)) > 100
    white, stem = (np.argwhere(np.isin(labels, ids))[:, 2].mean() for ids in ((left, right), (16,)))
    assert -7 < white - stem < 2


def test_the_fourth_ventricle_is_closed_by_tissue(labels: np.ndarray) -> None:
    fourth = (15,)
    around = (16, *both_sides("Cerebellum-Cortex"), *both_sides("Cerebellum-White-Matter"))
    assert faces(labels, fourth, (24,)) < 0.7 * faces(labels, fourth, around)


@pytest.mark.parametrize("name", WHOLE)
def test_each_structure_is_one_piece_on_its_own_side(name: str, labels: np.ndarray) -> None:
    middle = labels.shape[0] / 2
    for label in both_sides(name):
        assert ndimage.label(labels == label, np.ones((3, 3, 3)))[1] == 1, BY_ID[label].name
        mean = float(np.argwhere(labels == label)[:, 0].mean())
        assert (mean > middle) == (BY_ID[label].side == "R")


def test_one_brainstem(labels: np.ndarray) -> None:
    assert ndimage.label(labels == 16, np.ones((3, 3, 3)))[1] == 1
    assert (labels == 16).sum() > 10000
