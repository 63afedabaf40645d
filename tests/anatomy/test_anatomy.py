import pytest

from mindscan.anatomy import anatomy, norms
from mindscan.anatomy.anatomy import STRUCTURES, Anatomy
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.person import Person


def test_an_anatomy_reads_back_from_its_json() -> None:
    drawn = anatomy.draw(Key(3), Person(age_years=70, sex="F"))
    assert Anatomy.model_validate_json(drawn.json_text()) == drawn
    assert len(drawn.json_text()) < 5000


def test_structures_draw_from_streams_of_their_own() -> None:
    person = Person(age_years=50, sex="M")
    drawn = anatomy.draw(Key(3), person)
    icv_ml = norms.icv_ml(Key(3) / "icv", person)
    somebody = norms.individual(Key(3) / "joint", person, icv_ml)
    for structure in reversed(STRUCTURES):
        alone = structure.draw(Key(3) / structure.name, somebody, icv_ml)
        assert alone == getattr(drawn, structure.name)


def test_old_brains_are_smaller_and_their_ventricles_wider() -> None:
    young = [anatomy.draw(Key(n), Person(age_years=25, sex="F")) for n in range(40)]
    old = [anatomy.draw(Key(n), Person(age_years=85, sex="F")) for n in range(40)]
    for now, then in zip(old, young, strict=True):
        assert now.cerebrum.cortex_ml < then.cerebrum.cortex_ml
        assert now.ventricles.lateral_left_ml > then.ventricles.lateral_left_ml
        assert now.head.icv_ml == then.head.icv_ml


def test_an_unknown_parameter_is_named() -> None:
    data = anatomy.draw(Key(1), Person(age_years=50, sex="M")).model_dump()
    data["cerebrum"]["thicknes_mm"] = 3
    with pytest.raises(SettingsError, match=r"cerebrum\.thicknes_mm.*did you mean 'thickness_mm'"):
        Anatomy.parse(data)
