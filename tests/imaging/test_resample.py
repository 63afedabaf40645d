import numpy as np
import torch

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.labels import TISSUES
from mindscan.core.volume import Volume
from mindscan.imaging.resample import overlaps, resampled_labels, sampled


def test_each_voxel_goes_to_the_structure_with_the_largest_share() -> None:
    shares = torch.zeros(6, 2, 1, 1)
    owners = torch.zeros((6, 2, 1, 1), dtype=torch.int16)
    grey, white = TISSUES.index("GM"), TISSUES.index("WM")
    owners[grey], owners[white] = 3, 2
    # White wins neither half clearly enough: 0.45 + 0.55 against 0.55 + 0.25 and fluid in the rest.
    shares[grey, :, 0, 0] = torch.tensor([0.55, 0.25])
    shares[white, :, 0, 0] = torch.tensor([0.45, 0.55])
    owners[TISSUES.index("CSF")] = 24
    shares[TISSUES.index("CSF"), 1] = 0.2
    brain = Brain(
        Volume(torch.tensor([3, 2], dtype=torch.int16).view(2, 1, 1), np.eye(4)), shares, owners, {}
    )
    assert resampled_labels(brain, {0: torch.full((1, 2), 0.5)}).flatten().tolist() == [2]


def test_nothing_to_resample_gives_the_labels() -> None:
    labels = torch.randint(2, 4, (4, 5, 6), generator=Key(1).generator()).to(torch.int16)
    brain = Brain.from_labels(Volume(labels, np.eye(4)))
    assert torch.equal(resampled_labels(brain, {1: torch.eye(5)}), labels)


def test_overlaps_are_shares_of_each_voxel() -> None:
    matrix = overlaps(7, 19, torch.device("cpu"))
    torch.testing.assert_close(matrix.sum(1), torch.ones(7))
    torch.testing.assert_close(matrix.sum(0), torch.full((19,), 7 / 19))


def test_a_ramp_is_read_between_voxels() -> None:
    ramp = torch.arange(10.0).view(1, 1, 10).expand(4, 5, 10).contiguous()
    half = np.eye(4)
    half[2, 3] = 0.5
    torch.testing.assert_close(sampled(ramp, half, (4, 5, 9))[2, 2], torch.arange(9.0) + 0.5)
