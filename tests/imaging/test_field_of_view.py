import pytest

from mindscan.core.errors import SettingsError
from mindscan.core.volume import Grid
from mindscan.imaging.field_of_view import FieldOfView, box

GRID = Grid.centred((20, 30, 40), (1.0, 2.0, 0.5))


def test_extent_and_offset_are_millimetres() -> None:
    view = FieldOfView(i_mm=10, j_mm=20, offset_j_mm=10, k_mm=400)
    assert box(view, GRID) == (slice(5, 15), slice(15, 25), slice(0, 40))


@pytest.mark.parametrize("view", [{"k_mm": 0.1}, {"k_mm": 5, "offset_k_mm": 80}, {"offset_i_mm": -300}])
def test_an_empty_field_of_view_is_refused_in_one_line(view: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match="an empty field of view along") as caught:
        box(FieldOfView.parse(view), GRID)
    assert "\n" not in str(caught.value)


def test_no_extent_at_all_is_refused() -> None:
    with pytest.raises(SettingsError, match="i_mm = 0"):
        FieldOfView.parse({"i_mm": 0})
