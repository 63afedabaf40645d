import numpy as np
import pytest
import torch

from mindscan.core.brain import Brain, label_tissue
from mindscan.core.labels import BY_NAME, TISSUES
from mindscan.core.volume import Grid, Volume
from mindscan.validate import illnesses

GRID = Grid.centred((80, 60, 40), (1.0, 1.0, 1.0))
LEFT, RIGHT = (BY_NAME[f"{side}-Cerebral-White-Matter"].id for side in ("Left", "Right"))
HORN, OTHER = (BY_NAME[f"{side}-Lateral-Ventricle"].id for side in ("Left", "Right"))
MARKS = {"AC": (0.0, 0.0, -14.0), "PC": (0.0, -20.0, -14.0)}
HYPER = BY_NAME["Left-WM-hypointensities"].id


def head() -> np.ndarray:
    """White matter 70 mm wide, the sides meet in the middle."""
    data = np.zeros(GRID.shape, np.int16)
    data[5:40], data[40:75] = LEFT, RIGHT
    return data


def volume(data: np.ndarray) -> Volume:
    return Volume(torch.from_numpy(data), GRID.affine)


def brain(data: np.ndarray) -> Brain:
    """Every voxel is all of its label."""
    fractions = torch.zeros((len(TISSUES), *GRID.shape))
    owners = torch.zeros(fractions.shape, dtype=torch.int16)
    for label in np.unique(data).tolist():
        here, row = torch.from_numpy(data == label), label_tissue(label)
        fractions[row][here], owners[row][here] = 1.0, label
    return Brain(volume(data), fractions, owners, MARKS)


def test_evans_index_is_horns_over_skull() -> None:
    data = head()
    data[29:40, 35:50, 15:25], data[40:50, 35:50, 15:25] = HORN, OTHER
    data[10:70, 2:10, 15:25] = HORN  # not frontal
    assert illnesses.evans_index(brain(data)) == pytest.approx(21 / 70)


def test_evans_index_ends_between_voxels() -> None:
    data = head()
    data[29:40, 35:50, 15:25], data[40:50, 35:50, 15:25] = HORN, OTHER
    blurred = brain(data)
    assert blurred.fractions is not None
    assert blurred.owners is not None
    fluid, white = label_tissue(HORN), label_tissue(LEFT)
    blurred.fractions[fluid, 28, 35:50, 15:25], blurred.owners[fluid, 28, 35:50, 15:25] = 0.3, HORN
    blurred.fractions[white, 28, 35:50, 15:25] = 0.7
    assert illnesses.evans_index(blurred) == pytest.approx((21 + (1 - 0.5) / (1 - 0.3) - 0.5) / 70)


@pytest.mark.parametrize("moved", [0, 3])
def test_midline_shift_is_what_was_shifted(moved: int) -> None:
    data = head()
    data[5 : 40 + moved], data[40 + moved : 75] = LEFT, RIGHT
    assert illnesses.midline_shift_mm(brain(head()), brain(data)) == pytest.approx(moved)


def test_midline_shift_is_measured_at_a_height_that_goes_with_the_head() -> None:
    data = head()
    near = slice(12, 21)  # 4.5 mm below and above a place 10.6 mm above the anterior commissure
    data[5:43, :, near], data[43:75, :, near] = LEFT, RIGHT
    assert illnesses.midline_shift_mm(brain(head()), brain(data)) == pytest.approx(3)


def test_fazekas_goes_by_millimetres() -> None:
    data = head()
    data[34:40, 20:40, 15:25] = HORN
    assert illnesses.fazekas(volume(data)) == (0, 0)
    data[31:34, 20:40, 15:25] = HYPER
    data[10:16, 5:9, 20] = HYPER
    assert illnesses.fazekas(volume(data)) == (1, 1)
    data[26:34, 20:40, 15:25] = HYPER
    data[10:22, 5:9, 20] = HYPER
    assert illnesses.fazekas(volume(data)) == (2, 2)
    data[18:34, 30:40, 15:25] = HYPER
    data[6:33, 5:9, 20] = HYPER
    assert illnesses.fazekas(volume(data)) == (3, 3)
    data[6:33, 8:31, 20] = HYPER
    assert illnesses.fazekas(volume(data)) == (3, 3)  # and where the focus has run together with the halo


def test_lesion_volume_is_the_sum_of_shares() -> None:
    data = head()
    data[10:20, 10:20, 10:20] = HYPER
    assert illnesses.shares_ml(brain(data), "WM-hypointensities") == pytest.approx(1.0)
    assert illnesses.voxels_ml(volume(data), "WM-hypointensities") == pytest.approx(1.0)


def test_a_change_outside_a_lesion_is_seen() -> None:
    sick = head()
    sick[10:20, 10:20, 10:20] = HYPER
    assert illnesses.changed_outside(brain(head()), brain(sick)) == 0
    sick[39, 5, 5] = RIGHT
    assert illnesses.changed_outside(brain(head()), brain(sick)) == 1
