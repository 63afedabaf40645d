import pytest

from mindscan.validate import attenuation
from mindscan.validate.attenuation import NIST


def test_attenuation_is_that_of_nist_within_one_per_cent() -> None:
    rows = [row for row in attenuation.attenuation() if "NIST" in row["name"]]
    assert len(rows) == sum(len(by_energy) for by_energy in NIST.values())
    assert [row for row in rows if not row["holds"]] == []


def test_a_wrong_density_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NIST, "water", {50: 0.23})
    wrong = [row["name"] for row in attenuation.attenuation() if not row["holds"]]
    assert wrong == ["water at 50 keV: over NIST"]


def test_without_xraydb_only_nist_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attenuation, "installed", lambda name: None)
    assert {row["source"] for row in attenuation.attenuation()} == {"doi:10.18434/T4D01F"}


def test_a_package_that_is_missing_is_none() -> None:
    assert attenuation.installed("no_such_package") is None
    assert attenuation.installed("math").pi > 3
