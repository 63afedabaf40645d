from collections.abc import Iterator

import numpy as np
import pytest

from mindscan.imaging.presets import MRI_PRESETS
from mindscan.imaging.sequences import ParameterMap, PhysicalSequence, SpinEcho
from mindscan.validate import equations


def test_every_preset_that_plays_a_sequence_is_asked() -> None:
    exact = [p for p in MRI_PRESETS if p.field_tesla and not isinstance(p.settings["sequence"], ParameterMap)]
    assert len(list(equations.every_sequence())) == len(exact) + 20


def test_a_wrong_equation_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def short() -> Iterator[tuple[PhysicalSequence, float]]:
        yield SpinEcho(tr_ms=500, te_ms=15), 1.5

    monkeypatch.setattr(equations, "every_sequence", short)
    (right,) = equations.agreement()
    assert right["holds"]
    assert right["measured"] < 1e-6
    monkeypatch.setattr(SpinEcho, "signal", lambda sequence, tissue: tissue.pd * np.exp(-15 / 80))
    (wrong,) = equations.agreement()
    assert not wrong["holds"]


def test_what_must_be_dark_is_dark() -> None:
    rows = equations.nulls()
    names = " ".join(row["name"] for row in rows)
    assert all(name in names for name in ("FLAIR-lowfield-0.064T: csf", "STIR-1.5T: fat", "DIR-3T: white"))
    assert all(row["holds"] for row in rows)
