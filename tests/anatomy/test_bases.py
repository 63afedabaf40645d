import pytest

from added import made
from mindscan.anatomy import assets, bases, template
from mindscan.core.errors import SettingsError


def test_the_average_is_the_usual_base() -> None:
    assert bases.load() is template.load()
    assert bases.load("mni152") is template.load()


def test_a_base_has_all_that_the_average_has() -> None:
    own, average = bases.load(made().name), template.load()
    assert set(own.fields) == set(average.fields)
    assert set(own.inside_ml) == set(average.inside_ml)
    assert set(own.points) == set(average.points)
    for name, field in own.fields.items():
        assert field.data.isfinite().all(), name
        assert len(field.data) == len(average.fields[name].data)


def test_a_second_look_is_the_same_bits() -> None:
    ids = assets.labels(made().name)
    again, own = bases.built(ids), bases.load(made().name)
    assert all((again.fields[name].data == field.data).all() for name, field in own.fields.items())


def test_an_unknown_base_is_refused() -> None:
    with pytest.raises(SettingsError, match=r'base anatomy "nobody"; expected one of mni152'):
        bases.load("nobody")
