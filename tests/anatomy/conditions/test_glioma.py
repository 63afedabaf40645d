import numpy as np
import pytest

from mindscan.anatomy import conditions
from mindscan.anatomy.conditions.glioma import Glioma, GliomaProgression, GliomaSize, grown
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID
from mindscan.core.person import Person
from surveys import survey

MIDDLE = (38.0, 20.0, 10.0)


def drawn(age: float, n: int, severity: float = 0.5) -> GliomaSize:
    found = conditions.draw("glioma", Key(n), Person(age_years=age, sex="M"), severity)
    assert isinstance(found, GliomaSize)
    return found


def test_the_older_the_higher_the_grade() -> None:
    young, old = (np.mean([drawn(age, n).grade for n in range(150)]) for age in (25, 75))
    assert young + 0.5 < old


def test_only_the_highest_grade_has_necrosis_and_the_lowest_does_not_enhance() -> None:
    for n in range(60):
        params = drawn(50, n)
        assert (params.necrosis_ml > 0) == (params.grade == 4)
        assert (params.enhancing > 0) == (params.grade > 2)
        assert (params.centre_mm[0] > 0) == (params.side == "R")


def test_cells_about_fill_the_volume_and_spread_less_in_grey_matter() -> None:
    look = survey()
    cells = grown(look, np.array(MIDDLE), 3.0, 15.0, Key(1))
    assert (cells > 0.5).sum() * 8 / 1000 == pytest.approx(15, rel=0.25)
    assert cells[look.mask("Lateral-Ventricle")].mean() < 0.01
    near = np.linalg.norm(look.nodes - MIDDLE, axis=-1)
    ring = (near > 20) & (near < 26)
    white, grey = (
        cells[ring & look.mask(name)].mean() for name in ("Cerebral-White-Matter", "Cerebral-Cortex")
    )
    assert grey < white


def test_parts_come_from_the_middle_outwards_with_the_volumes_told() -> None:
    params = GliomaSize.parse(
        {
            "severity": 0.5, "grade": 4, "lobe": "frontal", "side": "R", "centre_mm": MIDDLE, "solid_ml": 10,
            "enhancing": 0.6, "necrosis_ml": 3, "oedema_ml": 8, "midline_shift_mm": 0,
        }
    )  # fmt: skip
    found = [(BY_ID[each.label].name, each.ml) for each in Glioma().lesions(params, Key(1), survey())]
    assert found == [
        ("Tumour-Necrosis", 3), ("Tumour-Enhancing", pytest.approx(6)),
        ("Tumour", pytest.approx(4)), ("Oedema", 8),
    ]  # fmt: skip


def test_the_radius_grows_as_fast_as_is_said_and_the_tumour_stays_where_it_is() -> None:
    params = drawn(70, 1).model_copy(update={"centre_mm": MIDDLE, "solid_ml": 8.0, "necrosis_ml": 2.0})
    way = GliomaProgression(radial_mm=6.0)
    first, now = (
        {each.name: each for each in found}
        for found in (
            Glioma().lesions(params, Key(1), survey()),
            Glioma().later(params, way, 0.5, Key(1), survey()),
        )
    )
    assert set(now) == set(first)
    whole = [sum(each.ml for name, each in found.items() if name != "Oedema") for found in (first, now)]
    radii = [(ml * 1000 * 3 / 4 / np.pi) ** (1 / 3) for ml in whole]
    assert radii[1] - radii[0] == pytest.approx(3.0, rel=0.01)
    level = now["Tumour"].level
    inside = level.nodes()[level.data.flatten() < first["Tumour"].level.data.min() + 4].numpy()
    assert np.abs(inside.mean(0) - MIDDLE).max() < 5
    ever = Glioma().later(params, way, 20.0, Key(1), survey())
    assert sum(each.ml for each in ever if each.name.startswith("Tumour") and "Nec" not in each.name) <= 150


def test_the_higher_the_grade_the_faster() -> None:
    pace = [
        np.mean(
            [
                Glioma().progression(Key(n), drawn(50, 0).model_copy(update={"grade": g})).radial_mm
                for n in range(40)
            ]
        )
        for g in (2, 3, 4)
    ]
    assert 1.5 < pace[0] < 3.5 < pace[1] < 12
    assert 22 < pace[2] < 45
