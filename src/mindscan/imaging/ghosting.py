"""Ghosts: a phase error that repeats along the phase-encoding lines."""

from __future__ import annotations

import math
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from mindscan.core.prior import Rounded
from mindscan.core.record import Record
from mindscan.imaging.lines import lines


class Ghosting(Record):
    """A phase error that swings as a cosine from line to line.

    Copies of the head appear at every 1 / `period_lines` of the field of view: for a period of two
    lines a single one, half a field of view away, of relative height sin(phase); for longer periods
    those at the first distance have the height J1(phase).

    Args:
        phase_deg: largest phase error, 0 to 90 degrees.
        period_lines: lines from crest to crest, at least 2.

    Reference:
        Wood and Henkelman 1985, Medical Physics 12:143-151 (motion); Buonocore and Gao 1997,
        doi:10.1002/mrm.1910380114 (every second line).
    """

    phase_deg: Annotated[Rounded, Field(ge=0, le=90)] = 0.0
    period_lines: Annotated[Rounded, Field(ge=2, le=1000)] = 2.0


def errors(ghosting: Ghosting, count: int, device: torch.device) -> Tensor:
    """Factor of each of `count` phase-encoding lines, lowest first, complex64."""
    swing = torch.cos(2 * math.pi / ghosting.period_lines * lines(count, device))
    return torch.exp(1j * math.radians(ghosting.phase_deg) * swing).to(torch.complex64)
