import pytest
import torch

from mindscan.core.volume import Grid
from mindscan.imaging.ct import CT
from mindscan.validate import ct


def test_the_phantom_holds_every_body_inside_the_skull() -> None:
    labels = ct.phantom(Grid.centred((100, 100, 2), (2.0, 2.0, 5.0))).labels.data
    assert len(torch.unique(labels)) == len(ct._BODIES) + 1
    assert int(labels[0, 0, 0]) == 0


def test_values_are_asked_of_both_tiers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ct, "VOLTAGES_KV", (120.0,))
    rows = ct.values()
    assert len(rows) == 2 * (len(ct._BODIES) + 1)
    assert [row["name"] for row in rows if not row["holds"]] == []


@pytest.mark.parametrize("tier", ct.TIERS)
def test_noise_falls_with_the_root_of_the_dose(tier: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ct, "DOSES_MAS", (100.0, 400.0))
    monkeypatch.setattr(ct, "SLICES", 3)
    assert all(row["holds"] for row in ct.dose(tier))


def test_noise_that_does_not_know_the_dose_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ct, "SLICES", 1)
    monkeypatch.setattr(CT, "noise_hu", lambda machine, edges: 3.0)
    assert not all(row["holds"] for row in ct.dose("image"))
