"""What a data set keeps: plain frozen values."""

from dataclasses import FrozenInstanceError

import pytest
import torch

from mindscan.core.person import Person
from mindscan.core.scan import Origin, Scan, Subject
from mindscan.core.volume import Grid, Volume

GRID = Grid.centred((2, 2, 2), (1.0, 1.0, 1.0))


def test_a_subject_does_not_change() -> None:
    scan = Scan(Volume(torch.zeros(GRID.shape), GRID.affine), "T1w", {"EchoTime": 0.003})
    subject = Subject("001", Person(age_years=40, sex="F"), (scan,), None, Origin("scan", "0" * 64, "{}"))
    assert subject.scans[0].metadata["EchoTime"] == 0.003
    with pytest.raises(FrozenInstanceError):
        subject.id = "002"  # type: ignore[misc]
