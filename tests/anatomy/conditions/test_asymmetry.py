import pytest

from mindscan.anatomy import anatomy, build
from mindscan.anatomy.conditions.asymmetry import Asymmetry, AsymmetrySize
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import draw
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.volume import Grid
from mindscan.validate.illnesses import shares_ml

NAME = "asymmetric-ventricles"


def made(severity: float = 0.7, **settings):
    wanted = {"name": NAME, "severity": severity, "settings": settings}
    return draw(Plan.parse({"people": {"age_years": 60}, "conditions": [wanted]}), 3, "0001")


def test_the_ratio_is_found_on_the_voxels() -> None:
    grid = Grid.centred((34, 50, 36), (2.0, 2.0, 2.0), (0.0, -14.0, 12.0))
    brain = build.painted(made(side="L", ratio=2.5).head(), grid, dense=False)
    left, right = (shares_ml(brain, f"{side}-Lateral-Ventricle") for side in ("Left", "Right"))
    assert left / right == pytest.approx(2.5, rel=0.06)


@pytest.mark.parametrize(("side", "wide", "other"), [("L", "left", "right"), ("R", "right", "left")])
def test_the_other_side_stays_as_it_was(side: str, wide: str, other: str) -> None:
    before = anatomy.draw(Key(4), Person(age_years=70, sex="F"))
    params = AsymmetrySize(severity=0.5, side=side, ratio=3)
    after = Asymmetry().shape(params, before, None).ventricles  # type: ignore[arg-type]
    narrow = getattr(before.ventricles, f"lateral_{other}_ml")
    assert getattr(after, f"lateral_{other}_ml") == narrow
    assert getattr(after, f"lateral_{wide}_ml") == pytest.approx(3 * narrow, rel=1e-3)


def test_no_ventricle_is_larger_than_may_be() -> None:
    before = anatomy.draw(Key(4), Person(age_years=70, sex="F"))
    wide = before.model_copy(
        update={
            "ventricles": before.ventricles.model_copy(
                update={"lateral_left_ml": 60.0, "lateral_right_ml": 60.0}
            )
        }
    )
    params = AsymmetrySize(severity=1, side="L", ratio=5)
    after = Asymmetry().shape(params, wide, None).ventricles  # type: ignore[arg-type]
    assert after.lateral_left_ml == pytest.approx(118, abs=0.01)


def test_more_severe_is_more_unlike() -> None:
    mild, strong = (made(severity).conditions[0].ratio for severity in (0.1, 0.9))
    assert 1 < mild < 2 < strong
