import numpy as np
import pytest

from mindscan.anatomy import conditions
from mindscan.anatomy.conditions.glioma import Glioma, GliomaSize, grown
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
