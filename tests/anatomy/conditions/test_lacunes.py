import numpy as np
import pytest

from mindscan.anatomy import conditions
from mindscan.anatomy.conditions.lacunes import Lacunes, LacunesSize
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID
from mindscan.core.person import Person
from surveys import survey

PERSON = Person(age_years=70, sex="F")


def parts(params: LacunesSize) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"Cavity": [], "Gliosis": []}
    for lesion in Lacunes().lesions(params, Key(1), survey()):
        found[BY_ID[lesion.label].name].append(lesion.ml)
    return found


def made(number: int, largest_mm: float = 10, rim_mm: float = 1) -> LacunesSize:
    return LacunesSize(severity=0.5, number=number, largest_mm=largest_mm, rim_mm=rim_mm)


def test_there_are_as_many_as_asked_each_with_a_rim() -> None:
    found = parts(made(9))
    assert len(found["Cavity"]) == len(found["Gliosis"]) == 9
    assert not parts(made(9, rim_mm=0))["Gliosis"]


@pytest.mark.parametrize("largest_mm", [3.0, 15.0])
def test_they_measure_3_mm_to_the_largest(largest_mm: float) -> None:
    ml = np.array(parts(made(12, largest_mm))["Cavity"])
    ball, slim = 4 / 3 * np.pi / 8000, 1.6**2
    assert ml.min() >= ball * 3**3 / slim * 0.999
    assert ml.max() <= ball * largest_mm**3 * 1.001
    assert ml.argmax() == 0 or largest_mm == 3


def test_number_and_size_go_with_the_severity() -> None:
    mild, bad = ([conditions.draw("lacunes", Key(n), PERSON, s) for n in range(60)] for s in (0.2, 1.0))
    for name in ("number", "largest_mm"):
        low, high = (np.median([each.model_dump()[name] for each in drawn]) for drawn in (mild, bad))
        assert low < 0.7 * high
    assert np.median([each.model_dump()["number"] for each in mild]) <= 3
