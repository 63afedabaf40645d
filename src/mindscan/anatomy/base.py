"""A base anatomy from a label map: the same template fields, both sides as the map has them.

What the map does not label (skull, face, and perhaps small deep structures) is the average's, which lies
in the same coordinates.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage

from mindscan.anatomy import mantle, matching, parcels, segment, solids, template
from mindscan.anatomy.distance import Array, Point, signed_distance
from mindscan.anatomy.field import Field
from mindscan.anatomy.mantle import Hemisphere
from mindscan.anatomy.stored import Built, Stored
from mindscan.anatomy.template import Template, boxed, lattice_of
from mindscan.core.labels import BY_NAME, LABELS, both_sides

VERSION = 1
"""Raise when the rules change what a base is; the cache follows, and so it does with `template.VERSION`."""

SHAPE = (161, 198, 160)
ORIGIN_MM: Point = (-80.0, -116.0, -72.0)
"""The lattice of a map in template space, 1 mm."""

Ids = npt.NDArray[np.int16]
Mask = segment.Mask

_LOW = (-80, 18, 0)
_CSF_ML = 100.0
"""A map with more fluid than this around the brain shows how far the skull is."""
_CLOSING_MM, _AROUND_MM = 10.0, 3.0
"""Where it does not: the skull lies this far off the closed brain."""
_LEAST = 20
"""A structure of fewer voxels is taken from the average."""
_CALLOSUM_MM, _CALLOSUM_HALF_MM = 4.0, 12
"""White matter this near to the average's callosum and to the midplane is callosum."""
_STEM_MM = 3.0
"""Room around the brainstem that it may grow into."""
_REACH = 12
"""Voxels around a small structure in which its distance is known."""
_BANK_MM = 1.3
"""Cortex further than this from white matter, midway between two banks, is a sulcus that the map closes."""
_FRONT: dict[str, tuple[int, ...]] = {
    name: both_sides(name) for name in template.PAINT_ORDER if f"Left-{name}" in BY_NAME
}
_FRONT |= {f"{n}-Ventricle": (BY_NAME[f"{n}-Ventricle"].id,) for n in ("3rd", "4th")}
_FRONT |= {"Corpus-Callosum": tuple(row.id for row in LABELS if row.name.startswith("CC_"))}
_SMALL: dict[str, tuple[int, ...]] = {
    "choroid-plexus": both_sides("choroid-plexus"),
    "Optic-Chiasm": (BY_NAME["Optic-Chiasm"].id,),
}
_CORTEX = both_sides("Cerebral-Cortex")
_CEREBELLUM = (*both_sides("Cerebellum-Cortex"), *both_sides("Cerebellum-White-Matter"))
_STEM = (BY_NAME["Brain-Stem"].id,)
_GREY = (*_CORTEX, *both_sides("Hippocampus"), *both_sides("Amygdala"), *both_sides("Cerebellum-Cortex"))
_WHITE = (
    *both_sides("Cerebral-White-Matter"), *both_sides("Cerebellum-White-Matter"), *_STEM,
    *both_sides("VentralDC"), *_FRONT["Corpus-Callosum"],
)  # fmt: skip
_TISSUE = tuple(row.id for row in LABELS if row.tissue in ("GM", "WM") and not row.extracranial)
_FLUID = tuple(row.id for row in LABELS if row.tissue == "CSF" and not row.extracranial)
_BRAIN = (*_TISSUE, *(one for one in _FLUID if one != BY_NAME["CSF"].id), *_SMALL["choroid-plexus"])


class _Map(NamedTuple):
    """What the rest is made from: masks on the lattice, and the distance to the brainstem's bound."""

    deep: dict[str, Mask]
    own: set[str]
    tissue: Mask
    cerebellum: Mask
    stem: Mask
    bound: Array


def lacking(ids: Ids) -> list[str]:
    """Structures that a map in template space does not show well enough; the average's stand for them."""
    shown = {
        name: min(np.count_nonzero(ids == one) for one in own) for name, own in (_FRONT | _SMALL).items()
    }
    return [name for name, count in shown.items() if count < _LEAST and name != "Corpus-Callosum"]


def build(ids: Ids, average: Template) -> Built:
    """The fields of a base.

    Args:
        ids: own label ids in template space, shape `SHAPE`.
        average: gives what the map does not.
    """
    found = _found(ids, average)
    fields: Stored = {"hull": lattice_of(hull(ids, average), (-98, 0, -8), step=2)}
    white = _white(ids, found.deep)
    distance = {
        "white": signed_distance(white),
        "pial": signed_distance(np.maximum(_opened(ids, found.tissue), white)),
        "cerebellum": signed_distance(_soft(found.cerebellum)),
        "brainstem": found.bound,
        "stem": signed_distance(_soft(found.stem)),
    }
    fields |= {name: lattice_of(values, _LOW) for name, values in distance.items()}
    fields["cisterns"] = boxed(_near(_cisterns(found)), _LOW)
    nuclei = np.full(SHAPE, template.FAR_MM, np.float32)
    for name, mask in template.with_undersides(found.deep).items():
        away = _near(mask) if name in found.own else _whole(average.fields[name])
        fields[name] = boxed(away, _LOW)
        if name in template.WALLS_MM:
            nuclei = np.minimum(nuclei, away - template.WALLS_MM[name])
    for name in ("choroid-plexus", "Optic-Chiasm", "5th-Ventricle", "vessel", "Claustrum"):
        own = name in _SMALL and name in found.own
        away = _near(np.isin(ids, _SMALL[name])) if own else _whole(average.fields[name])
        fields[name] = boxed(away, _LOW)
    inside = template.insides(fields)
    cerebrum = np.isin(ids, _BRAIN) & ~np.isin(ids, (*_CEREBELLUM, *_STEM, 15)) & ~found.cerebellum
    tent = solids.tentorium(cerebrum, found.cerebellum & np.isin(ids, _CEREBELLUM), found.bound)
    fields["tentorium"] = lattice_of(tent, _LOW)
    for name in ("outer", "cavities"):
        around = average.fields[name]
        fields[name] = (around.data.numpy().astype(np.float16), around.origin_mm, around.step_mm)
    share = template.cortex_share(
        _float(cerebrum & found.tissue), _float(np.isin(ids, _GREY)), _float(np.isin(ids, _WHITE))
    )
    left, right = _mantles(fields, cerebrum, nuclei, share)
    ours = {name: Field(_tensor(values), origin, step) for name, (values, origin, step) in fields.items()}
    points = matching.carried(average.points, average.fields, ours)
    return Built(fields, inside, left, right, points)


def hull(ids: Ids, average: Template) -> Array:
    """Distance in mm to the inside of the skull, on the average's lattice of 2 mm, both sides."""
    brain = np.isin(ids, _BRAIN)
    fluid = ids == BY_NAME["CSF"].id
    if np.count_nonzero(fluid) / 1000 > _CSF_ML:
        inside = ndimage.binary_dilation(brain) | fluid
    else:
        around = mantle.closed(brain, _CLOSING_MM)
        inside = np.asarray(ndimage.distance_transform_edt(~around) <= _AROUND_MM)
    coarse = np.zeros((99, 117, 95), bool)
    coarse[9:90, 9:108, :80] = inside[::2, ::2, ::2]
    return template.hull_of(coarse)


def _found(ids: Ids, average: Template) -> _Map:
    """Masks of everything, the average's where the map has none."""
    own = (set(_FRONT) | set(_SMALL)) - set(lacking(ids))
    deep = {
        name: np.isin(ids, _FRONT[name]) if name in own else _whole(average.fields[name]) < 0
        for name in template.PAINT_ORDER
    }
    white = np.isin(ids, both_sides("Cerebral-White-Matter"))
    near = _whole(average.fields["Corpus-Callosum"]) < _CALLOSUM_MM
    x = np.abs(np.arange(SHAPE[0]) + ORIGIN_MM[0])[:, None, None]
    deep["Corpus-Callosum"] |= white & near & (x <= _CALLOSUM_HALF_MM)
    tissue, stem, cerebellum = (np.isin(ids, which) for which in (_TISSUE, _STEM, _CEREBELLUM))
    others = tissue & ~stem & ~cerebellum
    to_stem, to_cerebellum, to_others = (
        ndimage.distance_transform_edt(~mask) for mask in (stem, cerebellum, others)
    )
    bound = (to_stem <= _STEM_MM) & (to_stem <= to_cerebellum) & (to_stem <= to_others)
    z = np.arange(SHAPE[2]) + ORIGIN_MM[2]
    below = z < z[np.argwhere(stem)[:, 2].min()] + 2
    stem, bound = (
        mask | (below & (_whole(average.fields[name]) < 0))
        for name, mask in (("stem", stem), ("brainstem", bound))
    )
    away = signed_distance(_soft(bound))
    return _Map(deep, own, tissue | stem, (to_cerebellum < to_others) & (away > 0), stem, away)


def _white(ids: Ids, deep: dict[str, Mask]) -> Array:
    """Share of white matter, deep grey and ventricles filled."""
    core = np.any([deep[name] for name in template.WHITE_CORE], axis=0)
    filled = ndimage.gaussian_filter(_float(ndimage.binary_closing(core, iterations=4)), 1.5)
    return np.asarray(np.maximum(_soft(np.isin(ids, _WHITE), 0.6), np.clip(filled * 3, 0, 1)), np.float32)


def _opened(ids: Ids, tissue: Mask) -> Array:
    """Share of tissue; between two banks of cortex that touch in the map runs a sulcus."""
    cortex = np.isin(ids, _CORTEX)
    away = ndimage.gaussian_filter(_float(ndimage.distance_transform_edt(cortex)), 0.5)
    to_white = ndimage.distance_transform_edt(~np.isin(ids, both_sides("Cerebral-White-Matter")))
    to_white = ndimage.gaussian_filter(_float(to_white), 0.5)
    slope = np.linalg.norm(np.stack(list(np.gradient(to_white))), axis=0)
    ridge = np.clip((0.8 - slope) / 0.4, 0, 1) * (cortex & (to_white > _BANK_MM) & (away > 0.5))
    return np.clip(_soft(tissue, 0.6) - ndimage.gaussian_filter(_float(ridge), 0.5), 0, 1)


def _cisterns(found: _Map) -> Mask:
    """Fluid around brainstem, ventral DC and thalamus."""
    around = found.stem | found.deep["Thalamus"] | found.deep["VentralDC"]
    cavities = np.any([mask for name, mask in found.deep.items() if "Vent" in name], axis=0)
    axes = [np.arange(n, dtype=np.float32) + np.float32(o) for n, o in zip(SHAPE, ORIGIN_MM, strict=True)]
    x, y, z = np.meshgrid(*axes, indexing="ij", sparse=True)
    middle = (np.abs(y + 22) < 45) & (np.abs(z + 22) < 46)
    return segment.cisterns(~found.tissue & ~cavities & middle, around, [np.abs(x), y, z])


def _mantles(fields: Stored, cerebrum: Mask, nuclei: Array, share: Array) -> tuple[Hemisphere, Hemisphere]:
    """Add the fields that folds are carved from, and wrap the mantle of both sides."""
    middle = SHAPE[0] // 2
    pial = np.asarray(fields["pial"][0], np.float32)
    halves = [mantle.closed(template.main_piece(half)) for half in (cerebrum[middle::-1], cerebrum[middle:])]
    both = np.concatenate([halves[0][:0:-1], halves[0][:1] | halves[1][:1], halves[1][1:]])
    whole = signed_distance(ndimage.gaussian_filter(_float(both), 1.0))
    left_cells, right_cells = (
        parcels.cells(part, (0.0, *ORIGIN_MM[1:])) for part in (pial[middle::-1], pial[middle:])
    )
    numbers = np.concatenate([left_cells[:0:-1], right_cells]).astype(np.float16)
    fields["parcels"] = numbers, ORIGIN_MM, 1.0
    fields["sulci"] = lattice_of(ndimage.gaussian_filter(pial, 1.0), _LOW)
    fields["mantle"] = lattice_of(np.stack([whole, nuclei, share])[:, ::2, ::2, ::2], _LOW, step=2)
    around = pial, whole, share
    left, right = (
        mantle.hemisphere(
            np.concatenate([np.zeros_like(half[1:]), half]),
            *(Field(torch.from_numpy(a[::turn].copy())[None], ORIGIN_MM, 1.0) for a in around),
        )
        for half, turn in zip(halves, (-1, 1), strict=True)
    )
    return left.mirrored(), right


def _soft(mask: Mask, sigma: float = 0.8) -> Array:
    return np.asarray(ndimage.gaussian_filter(_float(mask), sigma))


def _near(mask: Mask) -> Array:
    """Signed distance to a small structure, far wherever it cannot reach."""
    values = np.full(SHAPE, template.FAR_MM, np.float32)
    box = ndimage.find_objects(mask.astype(np.uint8))[0]
    wide = tuple(slice(max(0, side.start - _REACH), side.stop + _REACH) for side in box)
    values[wide] = signed_distance(_soft(mask[wide]))
    return values


def _float(mask: npt.NDArray[np.generic]) -> Array:
    return mask.astype(np.float32)


def _whole(source: Field) -> Array:
    """A field of the average on the lattice of a base: far wherever it does not reach."""
    values = np.full(SHAPE, template.FAR_MM, np.float32)
    low = [round(a - b) for a, b in zip(source.origin_mm, ORIGIN_MM, strict=True)]
    part = source.data[0].numpy()
    first = [max(0, -at) for at in low]
    last = [min(n, size - at) for n, size, at in zip(part.shape, SHAPE, low, strict=True)]
    cut = part[tuple(slice(a, b) for a, b in zip(first, last, strict=True))]
    values[tuple(slice(at + a, at + b) for at, a, b in zip(low, first, last, strict=True))] = cut
    return values


def _tensor(values: npt.NDArray[np.float16]) -> torch.Tensor:
    whole = torch.from_numpy(values.astype(np.float32))
    return whole if whole.ndim == 4 else whole[None]
