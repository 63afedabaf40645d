"""Persons: what the participants table can say."""

import pytest

from mindscan.core.errors import SettingsError
from mindscan.core.person import Person


def test_a_person() -> None:
    person = Person.parse({"age_years": 93.123456789, "sex": "F"})
    assert person == Person(age_years=93.1235, sex="F", diagnosis="healthy")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"age_years": -1, "sex": "F"}, "age_years = -1"),
        ({"age_years": 121, "sex": "F"}, "less than or equal to 120"),
        ({"age_years": 40, "sex": "X"}, "'F' or 'M'"),
        ({"age_years": 40, "sex": "F", "handedness": "both"}, "'L', 'R' or 'A'"),
        ({"age_years": 40, "sex": "F", "icv_ml": 15}, "icv_ml = 15"),
        ({"sex": "F"}, "'age_years' is missing"),
    ],
)
def test_impossible_person(data: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError) as fault:
        Person.parse(data)
    assert said in str(fault.value)
