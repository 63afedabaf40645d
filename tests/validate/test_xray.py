import pytest
import torch

from mindscan.imaging import xray as machine
from mindscan.validate import xray


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xray, "AZIMUTHS_DEG", (30,))
    monkeypatch.setattr(xray, "TILTS_DEG", (20,))


@pytest.mark.usefixtures("few")
def test_bodies_are_as_thick_as_their_chords(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(row["holds"] for row in xray.chords())
    honest = xray.line_integrals
    monkeypatch.setattr(xray, "line_integrals", lambda *given: 1.05 * honest(*given))
    assert not any(row["holds"] for row in xray.chords())


def test_gradients_are_those_of_finite_differences() -> None:
    rows = xray.gradients()
    assert len(rows) == 3
    assert all(row["holds"] for row in rows)


def test_landmarks_and_thickness_come_out_the_same_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xray, "XRAY_PRESETS", machine.XRAY_PRESETS[:1])
    monkeypatch.setattr(xray, "_VOXEL_MM", 4.0)
    monkeypatch.setattr(xray, "BAR", 0.05)
    assert all(row["holds"] for row in xray.truths())
    honest = machine._places
    monkeypatch.setattr(
        machine,
        "_places",
        lambda brain, view: {
            name: (column + 0.1, line, m) for name, (column, line, m) in honest(brain, view).items()
        },
    )
    monkeypatch.setattr(
        machine, "line_integrals", lambda volumes, *given: torch.zeros((len(volumes), *given[2].shape[:-1]))
    )
    assert not any(row["holds"] for row in xray.truths())
