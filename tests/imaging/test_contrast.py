import pytest

from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.imaging.contrast import LESIONS, RandomContrast
from mindscan.imaging.tissues import MADE_OF


def test_levels_are_drawn_for_every_structure_in_the_published_ranges() -> None:
    levels = RandomContrast.draw(Key(1), sick=True).levels
    assert set(levels) == set(MADE_OF)
    assert all(25 <= mean <= 225 and 5 <= sd <= 25 for mean, sd in levels.values())
    assert len({mean for mean, _ in levels.values()}) > len(levels) - 3


def test_healthy_people_need_no_levels_of_lesions() -> None:
    healthy, sick = RandomContrast.draw(Key(1)), RandomContrast.draw(Key(1), sick=True)
    assert set(sick.levels) - set(healthy.levels) == LESIONS
    assert all(sick.levels[name] == level for name, level in healthy.levels.items())
    assert healthy.all_levels()["Oedema"] == healthy.levels["Cerebral-White-Matter"]


def test_a_level_hangs_on_its_own_stream() -> None:
    assert RandomContrast.draw(Key(1)) == RandomContrast.draw(Key(1))
    assert RandomContrast.draw(Key(1)) != RandomContrast.draw(Key(2))


def test_it_reads_back_unchanged() -> None:
    drawn = RandomContrast.draw(Key(3))
    assert RandomContrast.parse(drawn.model_dump(mode="json")) == drawn


@pytest.mark.parametrize(
    "change", [{"Thalamus": None}, {"Nose": (1.0, 1.0)}, {"Thalamus": (-1.0, 1.0)}, {"Thalamus": (1.0, -1.0)}]
)
def test_missing_unknown_and_negative_levels_are_refused(
    change: dict[str, tuple[float, float] | None],
) -> None:
    levels = {**RandomContrast.draw(Key(1)).levels, **change}
    plain = {name: level for name, level in levels.items() if level is not None}
    with pytest.raises(SettingsError, match="expected"):
        RandomContrast.parse({"levels": plain})
