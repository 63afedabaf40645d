"""Published constants: those that are our own are marked, and images come of them as they should."""

import csv
from importlib.resources import files

import numpy as np
import pytest

from mindscan.imaging.sequences import GradientEcho, InversionRecovery, ParameterMap, SpinEcho
from mindscan.imaging.tissues import FIELDS_TESLA
from mindscan.validate.published import OURS, QUANTITIES, TABLES, TISSUES, known, seen


def read(package: str, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(files(package).joinpath(name).read_text("utf-8").splitlines()))


ROWS = read("mindscan.validate", "published.csv")


def test_every_number_has_a_table_and_every_table_a_number() -> None:
    assert {row["source"] for row in ROWS} == set(TABLES)
    assert all(float(row["mean"]) > 0 and float(row["sd"]) >= 0 for row in ROWS)
    assert {row["substance"] for row in ROWS} == set(TISSUES)
    assert {row["quantity"] for row in ROWS} == set(QUANTITIES)


def test_a_table_that_the_package_is_made_of_is_marked() -> None:
    own = {(row["substance"], row["quantity"]): row for row in read("mindscan.imaging", "tissues.csv")}
    for row in ROWS:
        at = (row["substance"], row["quantity"])
        if at in own:
            fields = [f"{f:g}" for f in FIELDS_TESLA] if row["field_tesla"] == "any" else [row["field_tesla"]]
            shared = any(row["source"] in own[at][f"source_{field}"].split() for field in fields)
            assert row["ours"] == "yes" or not shared, row


@pytest.mark.parametrize("quantity", ["t1_ms", "t2_ms", "pd"])
def test_constants_are_known_at_every_field(quantity: str) -> None:
    assert all(known(name, quantity, field) for name in TISSUES for field in FIELDS_TESLA)
    assert known("grey", quantity, 2.0) is None or quantity == "pd"


def test_tables_that_differ_add_to_the_spread() -> None:
    found = known("csf", "t1_ms", 3.0)
    assert found is not None
    assert found.mean == pytest.approx((4454 + 4163) / 2)
    assert found.sd == pytest.approx(np.sqrt((187.9**2 + 263**2) / 2 + 145.5**2))


def test_a_map_shows_the_constants_and_their_spread() -> None:
    people = seen(ParameterMap(quantity="adc"), 3.0)
    np.testing.assert_allclose(people.mean, [0.7, 0.89, 3.125])
    middle, off = 0.89 / 0.7, 2 * np.hypot(0.04 / 0.7, 0.89 * 0.03 / 0.7**2)
    assert people.ratio("grey", "white") == pytest.approx((middle - off, middle + off))


def test_a_gradient_echo_is_that_of_the_textbook() -> None:
    people = seen(GradientEcho(tr_ms=18, te_ms=3, flip_deg=22), 3.0)
    for n, name in enumerate(TISSUES):
        t1, t2star, pd = (known(name, q, 3.0).mean for q in ("t1_ms", "t2star_ms", "pd"))  # type: ignore[union-attr]
        e1, flip = np.exp(-18 / t1), np.radians(22)
        ernst = pd * np.sin(flip) * (1 - e1) / (1 - np.cos(flip) * e1) * np.exp(-3 / t2star)
        assert people.mean[n] == pytest.approx(ernst, rel=1e-3)


def test_a_signal_that_may_be_null_reaches_down_to_nothing() -> None:
    people = seen(InversionRecovery(tr_ms=11000, ti_ms=2721, te_ms=140), 3.0)
    assert people.ratio("csf", "white")[0] == 0
    early = seen(InversionRecovery(tr_ms=11000, ti_ms=400, te_ms=20), 3.0)
    assert people.mean[0] * early.mean[2] < 0 < people.mean[0] * people.mean[1]


def test_only_constants_that_move_the_signal_are_told() -> None:
    told = seen(SpinEcho(tr_ms=3000, te_ms=15), 3.0).source("grey", "white")
    assert "T1 of Marques" in told
    assert "frontal horns" not in told
    assert "ADC" not in told
    assert "T2*" not in told
    assert OURS not in told
    echo = seen(GradientEcho(tr_ms=18, te_ms=3, flip_deg=22), 3.0)
    assert OURS in echo.source("csf", "white")
    assert OURS not in echo.source("grey", "white")
