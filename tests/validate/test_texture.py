from mindscan.validate import texture
from mindscan.validate.image_statistics import REAL


def test_the_mean_over_people_is_judged_and_their_range_is_told() -> None:
    low, high = (dict.fromkeys(REAL, value) for value in (1.0, 3.0))
    first, *_ = rows = texture.rows([low, low, high])
    assert len(rows) == len(REAL)
    assert first["measured"] == 5 / 3
    assert not first["holds"]
    assert first["source"] == "1.0 to 3.0 over 3 people"
    assert all(row["holds"] for row in texture.rows([low]))


def test_the_t1w_of_a_person_is_measured() -> None:
    found = texture.of_person(0)
    assert set(found) == set(REAL)
    assert all(abs(value) < 6 for value in found.values())
