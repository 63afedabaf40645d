"""Extended phase graph of a train of refocusing pulses: turbo spin echo, after inversions or not.

The magnetisation of a voxel is followed as a sum of waves across it, F of transverse and Z of longitudinal
magnetisation; half an echo spacing winds every F by one. Weigel 2015, doi:10.1002/jmri.24619.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from mindscan.imaging.mri import Relaxation


class Train(NamedTuple):
    """A train of refocused echoes, whose first echo comes one spacing after the excitation.

    Args:
        echo_spacing_ms: from echo to echo.
        echoes: how many.
        centre: the echo that fills the centre of k-space, counted from 1.
        refocusing_deg: flip angle of every refocusing pulse, above 0 to 180.
    """

    echo_spacing_ms: float
    echoes: int
    centre: int
    refocusing_deg: float


class Played(NamedTuple):
    """What a train does.

    Args:
        echoes: real amplitude of every echo after an excitation of unit magnetisation, shape (echoes, n).
        left: longitudinal magnetisation at the end of the train, for an equilibrium of 1, shape (n,).
    """

    echoes: Tensor
    left: Tensor


def play(tissue: Relaxation, train: Train) -> Played:
    """Every echo of a train, and what it leaves behind.

    The excitation is one of 90 degrees, and the pulses follow Carr, Purcell, Meiboom and Gill: magnetisation
    lies along the axis that refocusing turns about. Transverse magnetisation is spoiled after the train.

    Args:
        tissue: relaxation of n tissues, tensors of shape (n,).
        train: the train.

    Example:
        >>> water = Relaxation(*torch.tensor([[1000.0], [100.0], [50.0], [1.0]], dtype=torch.float64))
        >>> [round(float(echo), 4) for echo in play(water, Train(10.0, 2, 1, 180.0)).echoes]
        [0.9048, 0.8187]
    """
    half = train.echo_spacing_ms / 2
    e1, e2 = torch.exp(-half / tissue.t1_ms), torch.exp(-half / tissue.t2_ms)
    size = 2 * train.echoes + 2
    # Rows: F that winds up, F that unwinds, Z; the last axis is the winding.
    state = torch.zeros((3, len(e1), size), dtype=torch.complex128, device=e1.device)
    state[0, :, 0] = state[1, :, 0] = 1
    pulse = _pulse(math.radians(train.refocusing_deg), e1.device)
    seen = []
    for _ in range(train.echoes):
        state = torch.einsum("ab,bnk->ank", pulse, _wound(state, e1, e2))
        state = _wound(state, e1, e2)
        seen.append(state[0, :, 0].real)
    return Played(torch.stack(seen), state[2, :, 0].real)


def turbo_spin_echo(
    tissue: Relaxation, tr_ms: float, train: Train, inversions_ms: tuple[float, ...] = ()
) -> Tensor:
    """Steady-state signal of the centre of k-space of a train that is repeated every TR.

    Args:
        tissue: relaxation of n tissues, tensors of shape (n,).
        tr_ms: from the start of a cycle, its first inversion or else its excitation, to that of the next.
        train: the train.
        inversions_ms: time from each inversion to the next, and from the last one to the excitation; one for
            FLAIR and STIR, two for double inversion recovery.

    Returns:
        Signed signal in units of fully relaxed water, shape (n,).
    """
    played = play(tissue, train)
    rest_ms = tr_ms - sum(inversions_ms) - train.echoes * train.echo_spacing_ms
    along = _recovered(played.left, tissue.t1_ms, rest_ms)
    for wait_ms in inversions_ms:
        along = _recovered(-along, tissue.t1_ms, wait_ms)
    return tissue.pd * along * played.echoes[train.centre - 1]


def _recovered(along: Tensor, t1_ms: Tensor, wait_ms: float) -> Tensor:
    return 1 - (1 - along) * torch.exp(-wait_ms / t1_ms)


def _pulse(angle: float, device: torch.device) -> Tensor:
    """Turns F and Z about the axis that the excited magnetisation lies on; Weigel 2015, equation 15."""
    c, s, sine = math.cos(angle / 2) ** 2, math.sin(angle / 2) ** 2, math.sin(angle)
    rows = [[c, s, -1j * sine], [s, c, 1j * sine], [-0.5j * sine, 0.5j * sine, math.cos(angle)]]
    return torch.tensor(rows, dtype=torch.complex128, device=device)


def _wound(state: Tensor, e1: Tensor, e2: Tensor) -> Tensor:
    """Half an echo spacing: relaxation, recovery, and one more winding."""
    up, down, along = state[0] * e2[:, None], state[1] * e2[:, None], state[2] * e1[:, None]
    along[:, 0] += 1 - e1
    wound_up, wound_down = torch.roll(up, 1, 1), torch.roll(down, -1, 1)
    wound_down[:, -1] = 0
    wound_up[:, 0] = wound_down[:, 0].conj()
    return torch.stack([wound_up, wound_down, along])
