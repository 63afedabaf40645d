import numpy as np
import pytest

from mindscan.anatomy import conditions
from mindscan.anatomy.conditions.microbleeds import Microbleeds, MicrobleedsSize
from mindscan.anatomy.lesions import Lesion
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID
from mindscan.core.person import Person
from surveys import survey

PERSON = Person(age_years=70, sex="F")


def made(number: int, largest_mm: float = 6.0) -> list[Lesion]:
    params = MicrobleedsSize(severity=0.5, number=number, pattern="lobar", largest_mm=largest_mm)
    return Microbleeds().lesions(params, Key(1), survey())


def test_there_are_as_many_as_asked_each_a_ball_of_its_size() -> None:
    found = made(40)
    assert len(found) == 40
    across = np.cbrt([6 / np.pi * 1000 * lesion.ml for lesion in found])
    assert across[0] == across.max() == pytest.approx(6)
    assert across.min() >= 2
    assert 2.2 < np.median(across) < 3.2


def test_lobar_ones_lie_near_the_cortex_most_of_them_behind() -> None:
    look = survey()
    middles = np.array([np.mean(lesion.level.box(), axis=0) for lesion in made(150, 3.0)])
    assert (np.abs(look.to_cortex[look.index(middles)]) < 4).all()
    ball = look.nodes[np.abs(look.to_cortex) < 4]
    assert np.mean(middles[:, 1] < -45) > 1.3 * np.mean(ball[:, 1] < -45)


def test_their_sites_are_those_of_the_pattern() -> None:
    assert {lesion.grade for lesion in made(5)} == {"lobar"}
    assert {BY_ID[lesion.label].name for lesion in made(5)} == {"Microbleed"}
    for pattern in ("deep", "mixed"):
        params = MicrobleedsSize(severity=0.5, number=60, pattern=pattern, largest_mm=4)
        sites = {lesion.grade for lesion in Microbleeds().lesions(params, Key(1), survey())}
        assert ("lobar" in sites) == (pattern == "mixed")
        assert "basal-ganglia" in sites


def test_number_goes_with_the_severity_and_every_pattern_is_drawn() -> None:
    mild, bad = ([conditions.draw("microbleeds", Key(n), PERSON, s) for n in range(80)] for s in (0.1, 1.0))
    low, high = (np.median([each.model_dump()["number"] for each in drawn]) for drawn in (mild, bad))
    assert low <= 2
    assert 40 < high < 90
    patterns = [each.model_dump()["pattern"] for each in mild]
    assert patterns.count("lobar") > patterns.count("deep") > 0 < patterns.count("mixed")
