"""An image of a head as some scanner somewhere might give it: any contrast, resolution, mask, fault.

Ranges are choices of this project unless a source stands beside them; they are wider than what scanners do,
as networks then care for shape (Billot 2023, doi:10.1016/j.media.2023.102789).
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID, TABLE_SIZE, in_skull
from mindscan.core.person import Person
from mindscan.core.record import Record
from mindscan.imaging import scanner
from mindscan.imaging.magnet import MRI
from mindscan.imaging.masking import Masking, kept_mask
from mindscan.learn.heads import Head

PRESETS = {
    "T1w": 0.245,
    "T1w-SPGR-3T": 0.047,
    "T1w-lowfield-0.064T": 0.038,
    "T2w": 0.066,
    "PDw": 0.094,
    "FLAIR": 0.056,
    "T2starw-GRE-3T": 0.019,
    "CT": 0.075,
}
"""How often the contrast of each scanner is seen, against one another."""

_IN_SKULL, _CLOSED = 0.24, 0.6
"""Of views that do not show the whole head, up to these shares show all inside the skull, and brain with the
fluid in its folds; the rest show brain alone, or with a rim of fluid."""
_CLEAN = {"bias_sd": 0.0, "snr": 1000.0}

_INSIDE = torch.tensor([i in BY_ID and in_skull(BY_ID[i]) for i in range(TABLE_SIZE)])


Share = Annotated[float, Field(ge=0, le=1)]


class Clothes(Record):
    """What views of heads look like; each part can be left out, to see what it is worth.

    Args:
        random: share of views with a contrast that no scanner has, 0 to 1; the rest have that of a scanner.
        faults: whether there are noise, bias fields, more blur than usual, thick slices, markers beside the
            head and ends that are missing.
        whole: share of views that show the whole head, 0 to 1; the rest show it without the skull.
    """

    random: Share = 0.36
    faults: bool = True
    whole: Share = 0.5


USUAL = Clothes()
"""What networks learn from where nothing else is said."""


def dressed(head: Head, key: Key, clothes: Clothes = USUAL) -> Tensor:
    """The image of a head in random clothes, float32, shape (i, j, k), on the grid of its labels."""
    image = _scanned(head, key / "scan", clothes) if head.image is None else signal(head.image)
    rng = key.rng()
    image = _masked(image, head.brain, rng, clothes.whole)
    if not clothes.faults:
        return image
    if rng.random() < 0.1:
        image = _with_marker(image, head.brain, rng)
    if rng.random() < 0.3:
        image = _thick(image, head.brain.labels.grid.voxel_mm, rng)
    if rng.random() < 0.1:
        image = _cut(image, rng)
    return image


def signal(image: Tensor) -> Tensor:
    """What networks look at, at least 0, air 0: of CT the window from -20 to 100 HU, else the image itself.

    Args:
        image: any unit; values below -500 mean CT.
    """
    if float(image.min()) < -500:
        return (image + 20).clamp(0, 120)
    return image.clamp(min=0)


def toned(image: Tensor, key: Key) -> Tensor:
    """An image of 0 and above, its greys bent by a random power as in other windows and receivers."""
    return image.pow(float(np.exp(key.rng().normal(0, 0.25))))


def normalised(image: Tensor, sight: Tensor) -> Tensor:
    """A signal on a scale of 0 to about 1, by its bright end.

    Args:
        image: at least 0, any shape.
        sight: values of the same signal that are spread over all that the network may see.
    """
    bright = sight[sight > 0].sort().values
    if len(bright) == 0:
        return torch.zeros_like(image)
    return (image / bright[int(0.98 * (len(bright) - 1))]).clamp(0, 2)


def _scanned(head: Head, key: Key, clothes: Clothes) -> Tensor:
    rng = key.rng()
    per_share = (1 - clothes.random) / sum(PRESETS.values())
    chances = [clothes.random, *(share * per_share for share in PRESETS.values())]
    preset = str(rng.choice(["random", *PRESETS], p=chances))
    settings = scanner.draw(preset, key, Person(age_years=head.age_years, sex="F"))
    if isinstance(settings, MRI):
        faults = {
            "bias_sd": float(rng.uniform(0, 0.25)),
            "snr": float(np.exp(rng.uniform(np.log(8), np.log(80)))),
            "psf_fwhm_mm": float(rng.uniform(0.5, 3.5)),
            "texture_sd": float(rng.uniform(0.02, 0.1)),
        }
        settings = settings.model_copy(update=faults if clothes.faults else _CLEAN)
    return signal(scanner.scan(head.brain, settings, key / "image").volume.data)


def _masked(image: Tensor, brain: Brain, rng: np.random.Generator, whole: float) -> Tensor:
    kind = rng.random()
    if kind < whole:
        return image
    share = (kind - whole) / (1 - whole)
    if share < _IN_SKULL:
        mask = _INSIDE.to(image.device)[brain.labels.data.int()]
    elif share < _CLOSED:
        mask = kept_mask(Masking(keep="brain", margin_mm=float(rng.uniform(0, 6))), brain)
    else:
        tissue = (brain.fraction("GM").data + brain.fraction("WM").data) > 0.3
        mask = _INSIDE.to(image.device)[brain.labels.data.int()] & _grown(tissue, int(rng.integers(0, 2)))
    return image * mask


def _grown(mask: Tensor, steps: int) -> Tensor:
    size = 2 * steps + 1
    return functional.max_pool3d(mask[None].float(), size, stride=1, padding=steps)[0] > 0


def _with_marker(image: Tensor, brain: Brain, rng: np.random.Generator) -> Tensor:
    """A bright ball in the air beside the head, such as a capsule of oil on the skin."""
    free = (brain.labels.data == 0).nonzero()
    if len(free) == 0:
        return image
    middle = free[int(rng.integers(len(free)))].float()
    axes = [torch.arange(n, device=image.device) - m for n, m in zip(image.shape, middle, strict=True)]
    away = sum(a.square().reshape(shape) for a, shape in zip(axes, _ALONG, strict=True))
    ball = (away < float(rng.uniform(2, 6)) ** 2) & (brain.labels.data == 0)
    return torch.where(ball, image.max() * float(rng.uniform(1, 3)), image)


_ALONG = ((-1, 1, 1), (1, -1, 1), (1, 1, -1))


def _thick(image: Tensor, voxel_mm: tuple[float, float, float], rng: np.random.Generator) -> Tensor:
    """As slices of up to 8 mm along one axis, or as large voxels, would show it."""
    thick = np.exp(rng.uniform(np.log(2.5), np.log(8.0)))
    edges = np.full(3, min(thick, 4.0))
    if rng.random() < 0.75:
        edges = np.array(voxel_mm)
        edges[rng.integers(3)] = thick
    size = [max(4, round(n * v / e)) for n, v, e in zip(image.shape, voxel_mm, edges, strict=True)]
    few = functional.interpolate(image[None, None], size, mode="area")
    return functional.interpolate(few, image.shape, mode="trilinear")[0, 0]


def _cut(image: Tensor, rng: np.random.Generator) -> Tensor:
    """With one end of the field of view missing."""
    axis, share = int(rng.integers(3)), float(rng.uniform(0.1, 0.35))
    image = image.clone()
    count = int(image.shape[axis] * share)
    start = 0 if rng.random() < 0.5 else image.shape[axis] - count
    image.narrow(axis, start, count).zero_()
    return image
