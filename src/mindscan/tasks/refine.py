"""Borders at 1 mm: what the network said at 2 mm, weighed against the greys of the scan itself.

Every structure gets a mean grey from the places where the network is sure of it, in its neighbourhood, so
that a bias field does no harm; then Bayes' rule. The spread about the means is that of all structures there
together. So a border lies where the grey is midway between two means, where a voxel is half of one and half
of the other; by spreads of their own, the structure of the wider spread would take all voxels in between.
All else inside the skull, which is fluid, dura and veins, has no grey of its own and keeps its spread. With
what follows, means and spread are taken anew, a few times: expectation maximisation, after the unified view
of priors and mixtures of Ashburner 2005, doi:10.1016/j.neuroimage.2005.02.018. Where a voxel of the scan is
larger than that, its grey is seen many times over and mixed of more, and so counts for less. Hippocampus and
amygdala lie beside grey matter that looks like them: unless greys are very clear, they say where these are,
but not how large.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

from mindscan.learn.classes import CLASSES

_CELL = 8
"""Voxels along the edge of the cells in which greys are gathered."""
_REACH = 5
"""Cells over which a neighbourhood extends."""
_FAR = 0.02
"""Weight of the whole brain's mean against that of the neighbourhood, in voxels that are sure per voxel."""
_SOME = 1e-3
"""Chance below which a structure is out of the question (a choice of this project)."""
_FEWEST = 8
"""Voxels that are sure, below which a structure has no grey of its own."""
_LEAST, _MOST = 0.02, 30.0
"""Least variance, and largest squared distance in variances (choices of this project)."""
_MIXTURE = CLASSES.index("CSF")
PASSES = 2
"""How often means and spread are taken; on made heads noise does more harm with each further pass."""
_AS_LARGE = (CLASSES.index("Hippocampus"), CLASSES.index("Amygdala"))
"""Structures whose volume the network knows better than greys do; chosen on two made people."""
_TURNS, _MOST_TIMES = 10, 8.0
"""How often volumes are set right, and how much more or less probable they may make a structure."""
_FADING = 0.5
"""Likelihoods fade with the size of voxels to this power; at 1 every voxel of the scan would count once.
Chosen on made scans: 2 mm, slices of 5 mm and a field of 0.064 T gain 0.01 to 0.02 in Dice by it."""


def refined(chance: Tensor, image: Tensor, voxel_mm3: float = 1.0) -> Tensor:
    """Probabilities after a look at the greys; those of the outside and of the right side stay as they are.

    Args:
        chance: shape (classes + 1, i, j, k), the first class the outside, the last channel the right side.
        image: signal on the same grid, shape (i, j, k).
        voxel_mm3: volume of a voxel of the scan that it was taken from.
    """
    within = 1 - chance[0]
    if float(within.sum()) < 1:
        return chance
    contrast = _spread(image, within)
    if contrast == 0:
        return chance
    grey, now = image / contrast, chance
    trust = max(1.0, voxel_mm3) ** -_FADING
    for _ in range(PASSES):
        now = _weighed(chance, grey, now, trust)
    return _as_large(now, chance)


def _weighed(chance: Tensor, grey: Tensor, now: Tensor, trust: float) -> Tensor:
    """Bayes' rule once, by the greys of the places that are sure by now."""
    result, looks, spreads = torch.zeros_like(chance), {}, {}
    squares, weights = torch.zeros_like(grey), torch.zeros_like(grey)
    for n in range(1, len(chance) - 1):
        box = tuple(_around(chance[n] > _SOME))
        sure = now[n][box].square()
        if float(sure.sum()) < _FEWEST:
            result[n] = chance[n]
            continue
        away = (grey[box] - local_mean(grey[box] * sure, sure)).square()
        looks[n] = box, away
        if n == _MIXTURE:
            spreads[n] = local_mean(away * sure, sure).clamp(min=_LEAST)
        else:
            squares[box] += away * sure
            weights[box] += sure
    common = local_mean(squares, weights).clamp(min=_LEAST)
    for n, (box, away) in looks.items():
        spread = spreads.get(n, common[box])
        likely = torch.exp(-0.5 * trust * (away / spread + spread.log()).clamp(max=_MOST))
        result[n][box] = chance[n][box] * likely
    total = result[1:-1].sum(0)
    result[1:-1] *= torch.where(total > 0, (1 - chance[0]) / total.clamp(min=1e-30), 0.0)
    result[0], result[-1] = chance[0], chance[-1]
    return result


def _as_large(now: Tensor, chance: Tensor) -> Tensor:
    """The structures of `_AS_LARGE` with the volumes that they had before, or near them; in place."""
    kept = [n for n in _AS_LARGE if n < len(chance) - 1 and float(chance[n].sum()) > _FEWEST]
    if not kept:
        return now
    box = (slice(None), *_around(chance[kept].amax(0) > _SOME))
    said, within = now[box][1:-1].clone(), 1 - chance[box][0]
    rows = [n - 1 for n in kept]
    aims, times, here = chance[box][kept].sum((1, 2, 3)), torch.ones(len(kept)), said
    for _ in range(_TURNS):
        times = times * aims / here[rows].sum((1, 2, 3)).clamp(min=1)
        times = times.clamp(1 / _MOST_TIMES, _MOST_TIMES)
        here = said.clone()
        here[rows] *= times[:, None, None, None]
        here *= torch.where(within > 0, within / here.sum(0).clamp(min=1e-30), 0.0)
    now[box][1:-1] = here
    return now


def _around(mask: Tensor) -> Iterator[slice]:
    """The whole cells that hold a mask, a slice for each axis; no voxels where there is none."""
    for others in ((1, 2), (0, 2), (0, 1)):
        cells = mask.amax(others).nonzero()[:, 0] // _CELL
        yield slice(_CELL * int(cells[0]), _CELL * int(cells[-1] + 1)) if len(cells) else slice(0, 0)


def _spread(image: Tensor, within: Tensor) -> float:
    """Standard deviation of the greys inside the skull."""
    mean = (image * within).sum() / within.sum()
    return float((((image - mean).square() * within).sum() / within.sum()).sqrt())


def local_mean(weighed: Tensor, weight: Tensor) -> Tensor:
    """A weighted mean over the neighbourhood of every voxel, drawn a little to that over all."""
    cells = [_gathered(x) for x in (weighed, weight)]
    far = weighed.sum() / weight.sum()
    mean = (cells[0] + _FAR * far) / (cells[1] + _FAR)
    size = weighed.shape
    return functional.interpolate(mean, size, mode="trilinear")[0, 0]


def _gathered(x: Tensor) -> Tensor:
    cells = functional.avg_pool3d(x[None, None], _CELL, ceil_mode=True, count_include_pad=False)
    for _ in range(2):
        cells = functional.avg_pool3d(functional.pad(cells, [_REACH // 2] * 6), _REACH, stride=1)
    return cells
