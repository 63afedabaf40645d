import numpy as np
import pytest

from mindscan.anatomy.conditions.haemorrhage import Haemorrhage, HaemorrhageProgression
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import draw
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID
from surveys import survey

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


@pytest.mark.parametrize(
    ("days", "label", "left"),
    [
        (2, "Haematoma-Acute", 1.0),
        (5, "Haematoma-Early-Subacute", 1.0),
        (20, "Haematoma-Late-Subacute", 1 - 0.5 * np.log10(20 / 7)),
        (400, "Haematoma-Chronic", 0.3),
    ],
)
def test_blood_ages_and_resolves(days: float, label: str, left: float) -> None:
    params = made(age_days=1.0, site="lobar", volume_ml=20, oedema_ml=5)
    way = HaemorrhageProgression(resolving=0.5, remains=0.3)
    found = {
        each.name: each for each in Haemorrhage().later(params, way, (days - 1) / 365.25, Key(1), survey())
    }
    assert BY_ID[found["blood"].label].name == label
    blood = sum(each.ml for name, each in found.items() if name != "oedema")
    assert blood == pytest.approx(20 * left, rel=0.01)
    assert ("oedema" in found) == (days < 40)
    assert ("cavity" in found) == (label == "Haematoma-Chronic")
    if days == 5:
        assert found["oedema"].ml == pytest.approx(5 * 5**0.5, rel=0.01)
