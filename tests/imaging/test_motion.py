import math

import pytest
import torch

from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.imaging.motion import Motion, posed, trajectory

STILL = torch.zeros(3)


def test_amplitude_is_the_largest_distance_and_angle_from_the_middle_of_k_space() -> None:
    path = trajectory(Motion(translation_mm=3, rotation_deg=2, moves=6), 200, Key(1))
    assert [inside.start for inside, _ in path] == [0, *[inside.stop for inside, _ in path][:-1]]
    assert path[-1][0].stop == 200
    assert max(float(shift.norm()) for _, (_, shift) in path) == pytest.approx(3)
    assert max(float(turn.norm()) for _, (turn, _) in path) == pytest.approx(math.radians(2))
    middle = next(pose for inside, pose in path if inside.start <= 100 < inside.stop)
    assert not middle[0].any()
    assert not middle[1].any()


def test_trajectories_follow_the_key() -> None:
    one, same, other = (trajectory(Motion(translation_mm=3), 200, Key(seed)) for seed in (1, 1, 2))
    assert [inside for inside, _ in one] == [inside for inside, _ in same]
    assert [inside for inside, _ in one] != [inside for inside, _ in other]


def test_a_whole_voxel_is_an_exact_shift() -> None:
    image = torch.rand((9, 10, 11), generator=Key(3).generator())
    moved = posed(image, (STILL, torch.tensor([2.0, 0.0, -1.5])), (2.0, 1.0, 1.5))
    torch.testing.assert_close(moved[1:, :, :-1], image[:-1, :, 1:], atol=1e-5, rtol=0)
    assert float(moved[0].abs().max()) < 1e-5


def test_a_quarter_turn_is_a_turn_of_the_axes() -> None:
    image = torch.rand((9, 9, 5), generator=Key(3).generator())
    turned = posed(image, (torch.tensor([0.0, 0.0, math.pi / 2]), STILL), (1.0, 1.0, 1.0))
    torch.testing.assert_close(turned, image.rot90(-1, (0, 1)).rot90(2, (0, 1)), atol=1e-4, rtol=0)


def test_no_pose_is_the_very_image() -> None:
    image = torch.rand((4, 4, 4), generator=Key(3).generator())
    assert posed(image, (STILL, STILL), (1.0, 1.0, 1.0)) is image


@pytest.mark.parametrize("change", [{"translation_mm": -1}, {"rotation_deg": 90}, {"moves": 0}])
def test_impossible_settings_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match=next(iter(change))):
        Motion.parse(change)
