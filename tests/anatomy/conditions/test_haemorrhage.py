import pytest

from mindscan.anatomy.conditions.haemorrhage import Haemorrhage
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import draw

NAME = "intracerebral-haemorrhage"


def made(severity: float = 0.8, **settings):
    wanted = {"name": NAME, "severity": severity, "settings": settings}
    return draw(Plan.parse({"conditions": [wanted]}), 3, "0001").conditions[0]


@pytest.mark.parametrize(("side", "sign"), [("L", -1), ("R", 1)])
def test_the_middle_goes_to_the_side(side: str, sign: int) -> None:
    assert made(side=side).centre_mm[0] * sign > 0


def test_the_middle_goes_to_the_site_unless_it_is_given() -> None:
    assert made(site="cerebellum").centre_mm[2] < -30
    assert made(site="cerebellum", centre_mm=[28, 0, 2]).centre_mm == (28, 0, 2)


def test_more_severe_bleeds_more() -> None:
    assert made(0.2).volume_ml < made(0.9).volume_ml


def test_it_says_what_a_table_needs() -> None:
    told = Haemorrhage().columns(made(side="L", site="lobar"))
    assert told["haematoma_site"] == "L-lobar"
