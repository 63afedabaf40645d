"""A brain with a condition in every contrast that matters, through the worst of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mindscan.anatomy import build
from mindscan.cohort.recipe import Recipe
from mindscan.core.brain import Brain
from mindscan.core.labels import BY_NAME, LABELS, both_sides
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.ct import LOWEST, WINDOWS
from mindscan.imaging.scanner import draw, scan
from mindscan.report.plane import Box, Plane, View
from mindscan.report.tone import BRAIN, window
from mindscan.validate.page import Picture
from mindscan.validate.pictures import beside, grey_planes, webp

_MRI, _CT = ("T1w", "T2w", "FLAIR"), "CT"
_IN_CT = (
    "intracerebral-haemorrhage",
    "ischaemic-stroke",
    "subdural-haematoma",
    "epidural-haematoma",
    "subarachnoid-haemorrhage",
    "intraventricular-haemorrhage",
)
_IRON = ("microbleeds", "superficial-siderosis")
_BESIDES = dict.fromkeys(_IN_CT, _CT) | dict.fromkeys(_IRON, "T2starw-GRE-3T")
"""What else a condition is looked for in."""
_THICK_MM, _PIXEL_MM = 26, 1.0
_WIDE_MM = ((-88, 88), (-127, 97), (-112, 96))
_BOX: Box = ((-78.0, 78.0), (-108.0, 84.0), (-66.0, 88.0))
_TO_NECK: Box = (*_BOX[:2], (-106.0, 88.0))
_LESIONS = [label.id for label in LABELS if label.lesion]
_HIPPOCAMPI = both_sides("Hippocampus")
_VENTRICLES = (*both_sides("Lateral-Ventricle"), BY_NAME["3rd-Ventricle"].id)
_DEMENTIAS = ("mci", "alzheimers-disease", "frontotemporal-dementia", "vascular-dementia")
_VIEWS: dict[str, tuple[View, tuple[int, ...]]] = {
    **dict.fromkeys(_DEMENTIAS, ("coronal", _HIPPOCAMPI)),
    "cavum-septi-pellucidi": ("coronal", (BY_NAME["5th-Ventricle"].id,)),
    "callosal-agenesis": ("coronal", (BY_NAME["3rd-Ventricle"].id,)),
    "chiari": ("sagittal", (BY_NAME["4th-Ventricle"].id,)),
}
"""From where a condition is looked at, and of what the slice shows most where it has no lesions."""
_AXES: dict[View, int] = {"sagittal": 0, "coronal": 1, "axial": 2}


def picture(words: str, wanted: Recipe, model: build.Model, sick: Brain) -> Picture:
    """One slice in T1w, T2w, FLAIR, and in what else blood and infarcts are looked for.

    Args:
        words: what it shows.
        wanted: the recipe, with one condition.
        model: the head that it makes.
        sick: the brain, to see where the slice has to lie.
    """
    condition = wanted.conditions[0].condition
    view, structures = _VIEWS.get(condition, ("axial", _VENTRICLES))
    axis = _AXES[view]
    at = _aim(sick.labels, axis, structures)
    slab = build.painted(model, _slab(axis, at), dense=False)
    plane = Plane(view, at, _TO_NECK if view == "sagittal" else _BOX, _PIXEL_MM)
    names = contrasts(condition)
    tiles = [_tile(slab, wanted, name, plane) for name in names]
    return Picture(f"{words}: {', '.join(names)}", webp(beside(tiles)))


def contrasts(condition: str) -> tuple[str, ...]:
    """The presets that a condition is shown in."""
    return (*_MRI, _BESIDES[condition]) if condition in _BESIDES else _MRI


def _aim(labels: Volume, axis: int, structures: tuple[int, ...]) -> float:
    """World mm along an axis of the slice with most lesion; without any, with most of some structures."""
    data = np.asarray(labels.data.cpu().numpy(), np.int64)
    wanted = np.isin(data, _LESIONS)
    if not wanted.any():
        wanted = np.isin(data, structures)
    others = tuple(a for a in range(3) if a != axis)
    index = int(wanted.sum(others).argmax())
    return float(labels.affine[axis, axis] * index + labels.affine[axis, 3])


def _slab(axis: int, at_mm: float) -> Grid:
    """A grid of 1 mm around a slice."""
    shape = [high - low for low, high in _WIDE_MM]
    middle = [(low + high) / 2 for low, high in _WIDE_MM]
    shape[axis], middle[axis] = _THICK_MM, at_mm
    return Grid.centred(shape, (1.0, 1.0, 1.0), middle)


def _tile(slab: Brain, wanted: Recipe, name: str, plane: Plane) -> npt.NDArray[np.uint8]:
    settings = draw(name, wanted.key / "pictures", wanted.person)
    seen = scan(slab, settings, wanted.key / "pictures" / name).volume
    if name == _CT:
        centre, width = WINDOWS["brain"]
        lifted = Volume(seen.data - LOWEST, seen.affine)
        return grey_planes(lifted, [plane], (centre - width / 2 - LOWEST, centre + width / 2 - LOWEST))
    data = np.asarray(seen.numpy(), np.float32)
    inside = np.isin(slab.labels.numpy(), (*BRAIN, *_LESIONS))
    inside = inside if inside.shape == data.shape else data > data.mean()
    return grey_planes(seen, [plane], window(data, inside))
