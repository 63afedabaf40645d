"""The template as an implicit model: signed-distance fields built once from the MNI152 average.

Source: the ICBM 2009a symmetric average that nilearn ships (T1, grey and white matter maps at 1 mm).
The model is built by rules, holds no person, and is cached on disk keyed by version and source.

Reference: Fonov et al. 2011, doi:10.1016/j.neuroimage.2010.07.033.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage

from mindscan.anatomy import deep_solids, mantle, parcels, segment, solids, stored
from mindscan.anatomy.distance import Array, Point, ellipsoid, signed_distance
from mindscan.anatomy.field import Field
from mindscan.anatomy.landmarks import AFIDS
from mindscan.anatomy.mantle import Hemisphere
from mindscan.anatomy.stored import Built, Stored
from mindscan.core.errors import PackageError

VERSION = 20
"""Raise when the rules change what the template is; the cache follows."""

ORIGIN_MM = (0.0, -134.0, -72.0)
SHIFTS_MM = np.arange(-3, 4.01, 0.25)
"""Outward shifts of a surface for which the template knows the volume inside."""

_BRAIN_BOX = (slice(0, 81), slice(18, 216), slice(0, 160))
_DEEP_BOX = (slice(0, 52), slice(18, 164), slice(4, 120))  # inside the brain box
FAR_MM = 36.0
_BEYOND_MM = 14.0
"""How far beyond the shifts of the table a structure is carried at most."""
CAVITY_REACH_MM = 8.0
"""How far from a cavity its distance is known: beyond where any of them may grow, with the bone around it."""
NECK_MM = -66
"""Below this the average fades out, and canal and cord go on as cylinders."""
_CANAL_MM, _CORD_MM = 10.0, 5.5
_CHIASM_CISTERN: tuple[Point, Point] = (0, 2, -19), (14, 10, 7)
"""Centre and semi-axes in mm of the cistern around the chiasm, which the average's brain mask leaves out."""
_PAD, _BELOW = 8, 4
"""Voxels of 2 mm around the hull while it is closed, and how many of them are kept below it."""
PAINT_ORDER = (
    "Lateral-Ventricle", "Inf-Lat-Vent", "3rd-Ventricle", "4th-Ventricle", "Accumbens-area", "Pallidum",
    "Amygdala", "Hippocampus", "Caudate", "Putamen", "Thalamus", "VentralDC",
    "Corpus-Callosum",
)  # fmt: skip
_FOURTH_WIDER_MM = 1.2
"""By so much the average's fourth ventricle is wider than that of the maps in `deep_solids`."""
WALLS_MM = {
    "Lateral-Ventricle": 3.0, "Inf-Lat-Vent": 2.0, "Putamen": 2.0, "Caudate": 2.0, "Pallidum": 2.0,
    "Thalamus": 1.5, "Hippocampus": 1.0, "Claustrum": 0.8,
}  # fmt: skip
"""White matter between these and the cortex is at least about this thick, in mm."""
WHITE_CORE = (
    "Thalamus",
    "Caudate",
    "Putamen",
    "Pallidum",
    "Accumbens-area",
    "VentralDC",
    "Lateral-Ventricle",
    "3rd-Ventricle",
)


@dataclass(frozen=True)
class Template:
    """Signed distances in template millimetres (negative inside).

    Args:
        fields: by name: "white", "pial", "hull", "cerebellum", "brainstem" and every deep structure;
            "sulci" is a smoother "pial"; "mantle" has the channels (closed hemispheres, walls of white
            matter around all that cortex keeps away from, share of the surface that cortex covers);
            "parcels" has the number of the cortical parcel at each node, to be read there and not in between;
            "outer" and "cavities" with the channels of `solids`; "tentorium": height above it, and beyond
            its edge.
        inside_ml: by name: volume of the left and the right half inside the surface shifted by each of
            `SHIFTS_MM`, shape (2, n).
        hemispheres: the smooth hemispheres (left, right) that folds grow on.
        points: where the landmarks lie, template mm.
    """

    fields: dict[str, Field]
    inside_ml: dict[str, Array]
    hemispheres: tuple[Hemisphere, Hemisphere]
    points: dict[str, Point]

    def shifts_for(self, name: str, volumes_ml: tuple[float, float]) -> tuple[float, float]:
        """Outward shifts in template mm that make the (left, right) structure as large as asked.

        Beyond the largest shift of the table the volume is taken to go on growing as at its end.
        """
        sides = zip(volumes_ml, self.inside_ml[name], strict=True)
        left, right = (_shift_mm(ml, np.asarray(inside)) for ml, inside in sides)
        return left, right

    def to(self, device: torch.device | str) -> Template:
        """The same template on another device."""
        left, right = self.hemispheres
        fields = {name: field.to(device) for name, field in self.fields.items()}
        return Template(fields, self.inside_ml, (left.to(device), right.to(device)), self.points)


def _shift_mm(volume_ml: float, inside_ml: npt.NDArray[np.float64]) -> float:
    end = (SHIFTS_MM[-1] - SHIFTS_MM[-2]) / (inside_ml[-1] - inside_ml[-2])
    beyond = max(volume_ml - float(inside_ml[-1]), 0.0) * float(end)
    return float(np.interp(volume_ml, inside_ml, SHIFTS_MM)) + min(beyond, _BEYOND_MM)


@functools.cache
def load() -> Template:
    """The template, from the cache or built (some forty seconds, once).

    Raises:
        PackageError: nilearn, which ships the maps, is not installed.
    """
    sources = _source_files()
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    cached = cache_folder() / f"template-{VERSION}-{digest}.npz"
    return kept(cached, lambda: _build(*(_voxels(path) for path in sources)))


def kept(cached: Path, build: Callable[[], Built]) -> Template:
    """A template from its file in the cache, else built and stored there."""
    try:
        return _assemble(stored.read(cached))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        built = build()
    stored.write(cached, built)
    return _assemble(built)


def cache_folder() -> Path:
    """Where derived files are kept: $MINDSCAN_CACHE, else the user's cache folder."""
    chosen = os.environ.get("MINDSCAN_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(chosen) if chosen else base / "mindscan"


def _source_files() -> list[Path]:
    found = importlib.util.find_spec("nilearn")
    if found is None or found.origin is None:
        raise PackageError("nilearn is not installed", "the MNI152 maps that it ships", "pip install nilearn")
    folder = Path(found.origin).parent / "datasets" / "data"
    return [folder / f"mni_icbm152_{kind}_tal_nlin_sym_09a_converted.nii.gz" for kind in ("t1", "gm", "wm")]


def _voxels(path: Path) -> Array:
    return np.asarray(nib.Nifti1Image.from_filename(path).dataobj, np.float32)


def _build(t1: Array, grey: Array, white: Array) -> Built:
    middle = t1.shape[0] // 2
    hull = lattice_of(hull_of(t1[::2, ::2, ::2] > 0)[middle // 2 :], (0, 0, -2 * _BELOW), step=2)
    t1, grey, white = (a[middle:][_BRAIN_BOX] for a in (t1, grey / np.float32(255), white / np.float32(255)))
    low = (0, _BRAIN_BOX[1].start, _BRAIN_BOX[2].start)
    points = [
        np.broadcast_to(
            (np.arange(n, dtype=np.float32) + np.float32(o + skipped)).reshape(_along(axis)), t1.shape
        )
        for axis, (n, o, skipped) in enumerate(zip(t1.shape, ORIGIN_MM, low, strict=True))
    ]
    deep = segment.deep_structures(t1[_DEEP_BOX], [p[_DEEP_BOX] for p in points])
    white_share = _white_share(white, deep)
    sharp = ndimage.gaussian_filter(t1, 0.4)
    tissue = np.clip(np.minimum(grey + white, (sharp - 110) / 80), 0, 1)
    cord = np.clip(0.5 + _CORD_MM - _off_canal(points[0], points[1]), 0, 1)
    tissue = np.asarray(np.where(points[2] > NECK_MM, tissue, cord), np.float32)
    filled = tissue.copy()  # behind the fourth ventricle too: a narrower one leaves no gap
    filled[_DEEP_BOX] = np.maximum(filled[_DEEP_BOX], deep["4th-Ventricle"])
    fields: Stored = {"hull": hull}
    off_white = _mirrored_distance(white_share)
    fields["white"] = lattice_of(off_white, low)
    fields["pial"] = lattice_of(_mirrored_distance(np.maximum(filled, white_share)), low)
    cerebellum = segment.hindbrain(grey + white, points).astype(np.float32)
    fields["cerebellum"] = lattice_of(_mirrored_distance(cerebellum), low)
    fields["brainstem"] = lattice_of(segment.brainstem(points), low)
    stem = segment.stem(filled, points)
    fields["stem"] = lattice_of(_mirrored_distance(_soft(stem)), low)
    around = stem.copy()
    around[_DEEP_BOX] |= deep["Thalamus"] | deep["VentralDC"]
    cavities = np.any([deep[name] for name in PAINT_ORDER if "Vent" in name], axis=0)
    fluid = tissue < 0.5
    fluid[_DEEP_BOX] &= ~cavities
    cisterns = _soft(segment.cisterns(fluid, around, points))[_DEEP_BOX]
    deep_low = [skipped + (box.start or 0) for skipped, box in zip(low, _DEEP_BOX, strict=True)]
    fields["cisterns"] = boxed(_mirrored_distance(cisterns), deep_low)
    nuclei = np.full(t1.shape, FAR_MM, np.float32)
    nuclei[_DEEP_BOX] = _deep(fields, deep, [p[_DEEP_BOX] for p in points], off_white[_DEEP_BOX], deep_low)
    inside = insides(fields)
    bound = segment.brainstem(points)
    cerebrum = (tissue > 0.5) & (cerebellum < 0.5) & (bound > 0)
    tent = solids.tentorium(cerebrum, cerebellum > 0.5, bound)
    fields["tentorium"] = lattice_of(tent, low)
    fields |= _outer()
    outside, corner, step = fields["pial"]
    fields["parcels"] = parcels.cells(outside.astype(np.float32), corner).astype(np.float16), corner, step
    cerebrum = main_piece(cerebrum)
    share = cortex_share(*(_mirror(part) for part in (cerebrum, grey, white)))[len(cerebrum) - 1 :]
    right = _mantle(fields, cerebrum, nuclei, share)
    return Built(fields, inside, right.mirrored(), right, AFIDS)


def _deep(
    fields: Stored, masks: dict[str, segment.Mask], points: list[Array], off_white: Array, low: Sequence[int]
) -> Array:
    """Add the fields of the deep structures; the distance to the walls of all that cortex keeps away from."""
    masks = with_undersides({name: masks[name] for name in PAINT_ORDER})
    away = {name: _mirrored_distance(_soft(mask)) for name, mask in masks.items()}
    away["4th-Ventricle"] += _FOURTH_WIDER_MM
    away["Claustrum"] = deep_solids.claustrum(points, away["Putamen"], off_white)
    away |= {name: solid(points) for name, solid in deep_solids.SOLIDS.items()}
    fields |= {name: boxed(distance, low) for name, distance in away.items()}
    return np.asarray(np.min([away[name] - mm for name, mm in WALLS_MM.items()], axis=0), np.float32)


def main_piece(mask: segment.Mask) -> segment.Mask:
    """The largest piece of a half, after cutting thin bridges."""
    pieces, _ = ndimage.label(ndimage.binary_opening(mask))
    main = pieces == 1 + int(np.argmax(np.bincount(pieces.ravel())[1:]))
    return np.asarray(mask & ndimage.binary_dilation(main, iterations=2))


def _mantle(fields: Stored, cerebrum: segment.Mask, nuclei: Array, share: Array) -> Hemisphere:
    """Add the fields that folds are carved from, and wrap the mantle of the right side."""
    half = mantle.closed(cerebrum)
    whole = signed_distance(ndimage.gaussian_filter(_mirror(half), 1.0))
    pial = np.asarray(fields["pial"][0], np.float32)
    low = tuple(box.start or 0 for box in _BRAIN_BOX)
    sulci = ndimage.gaussian_filter(_mirror(pial), 1.0)
    middle = len(half) - 1
    fields["sulci"] = lattice_of(sulci[middle:], low)
    coarse = np.stack([whole[middle:], nuclei, share])[:, ::2, ::2, ::2]
    fields["mantle"] = lattice_of(coarse, low, step=2)
    origin = (-float(middle), ORIGIN_MM[1] + low[1], ORIGIN_MM[2] + low[2])
    alone = np.concatenate([np.zeros_like(half[1:]), half])
    around = (_mirror(pial), whole, _mirror(share))
    return mantle.hemisphere(alone, *(Field(torch.from_numpy(a)[None], origin, 1.0) for a in around))


def cortex_share(tissue: Array, grey: Array, white: Array) -> Array:
    """How much of the nearest surface is cortex: nothing on callosum and brainstem; both sides, 1 mm."""
    rim = (tissue > 0) & (ndimage.distance_transform_edt(tissue) <= 3)
    grey_here, tissue_here = (ndimage.gaussian_filter(part * rim, 2.0) for part in (grey, grey + white))
    nearest = ndimage.distance_transform_edt(~rim, return_distances=False, return_indices=True)
    ratio = (grey_here / np.maximum(tissue_here, 1e-3))[tuple(nearest)]
    return np.asarray(np.clip((ndimage.gaussian_filter(ratio, 1.5) - 0.3) / 0.3, 0, 1), np.float32)


def _outer() -> Stored:
    """Everything around the brain as simple solids, on a lattice of its own; cavities where there are any."""
    axes = zip(solids.ORIGIN_MM, solids.NODES, strict=True)
    steps = [np.float32(low) + np.float32(solids.STEP_MM) * np.arange(n, dtype=np.float32) for low, n in axes]
    found = solids.outer(np.meshgrid(*steps, indexing="ij"))
    outer, cavities = (
        np.clip(np.stack([found[name] for name in names]), -FAR_MM, FAR_MM).astype(np.float16)
        for names in (solids.OUTER, solids.CAVITIES)
    )
    box = _box(cavities.min(0) < CAVITY_REACH_MM)
    x, y, z = (o + solids.STEP_MM * side.start for o, side in zip(solids.ORIGIN_MM, box, strict=True))
    return {
        "outer": (outer, solids.ORIGIN_MM, solids.STEP_MM),
        "cavities": (cavities[:, *box], (x, y, z), solids.STEP_MM),
    }


def _along(axis: int) -> list[int]:
    return [-1 if a == axis else 1 for a in range(3)]


def hull_of(coarse: segment.Mask) -> Array:
    """Distance in mm to the inside of skull and spinal canal, on every second voxel, down into the neck.

    Args:
        coarse: the inside of the skull, shape (99, 117, 95), 2 mm, from (-98, -134, -72).
    """
    x, y, z = 2 * np.indices(coarse.shape, np.float32) + np.reshape((-98, *ORIGIN_MM[1:]), (3, 1, 1, 1))
    canal = _off_canal(x, y) < _CANAL_MM
    cistern = ellipsoid((x, y, z), *_CHIASM_CISTERN) < 0
    inside = np.pad(np.where(z > NECK_MM, coarse | cistern, canal), _PAD, mode="edge")
    inside = ndimage.binary_closing(inside, iterations=3)
    inside = ndimage.binary_fill_holes(inside)[_PAD:-_PAD, _PAD:-_PAD, _PAD - _BELOW : -_PAD].astype(
        np.float32
    )
    return 2 * signed_distance(ndimage.gaussian_filter(inside, 0.8))


def _off_canal(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> Array:
    """Distance in mm from the axis of the spinal canal, which runs straight down from the template's edge."""
    return np.asarray(np.hypot(x, y + 46), np.float32)


def _white_share(white: Array, deep: dict[str, segment.Mask]) -> Array:
    """White matter as FreeSurfer fills it: thin blades kept, deep grey and ventricles inside."""
    core = np.any([deep[name] for name in WHITE_CORE], axis=0)
    filled = ndimage.binary_closing(_mirror(core) > 0, iterations=4).astype(np.float32)
    filled = ndimage.gaussian_filter(filled, 1.5)[core.shape[0] - 1 :]
    share: Array = np.clip(white * 1.25, 0, 1)
    share[_DEEP_BOX] = np.maximum(share[_DEEP_BOX], np.clip(filled * 3, 0, 1))
    return share


def with_undersides(masks: dict[str, segment.Mask]) -> dict[str, segment.Mask]:
    """Let each structure reach under the ones painted before it, so that no gap shows between them."""
    painted = np.zeros_like(next(iter(masks.values())))
    result = {}
    for name, mask in masks.items():
        near = ndimage.binary_dilation(mask, iterations=2)
        result[name] = mask | (painted & near)
        painted = painted | mask
    return result


def _mirror(half: npt.NDArray[np.generic]) -> Array:
    return np.concatenate([half[:0:-1], half]).astype(np.float32)


def _soft(mask: segment.Mask) -> Array:
    """A mask with its edges smoothed, and across the middle too."""
    return np.asarray(ndimage.gaussian_filter(_mirror(mask), 0.8)[mask.shape[0] - 1 :])


def _mirrored_distance(share: Array) -> Array:
    return signed_distance(_mirror(share))[share.shape[0] - 1 :]


def lattice_of(
    values: Array, low: Sequence[int], step: float = 1.0
) -> tuple[npt.NDArray[np.float16], Point, float]:
    """Half precision (0.002 mm near a surface), as the cache keeps it, and where it lies."""
    x, y, z = (o + skipped for o, skipped in zip(ORIGIN_MM, low, strict=True))
    return np.clip(values, -FAR_MM, FAR_MM).astype(np.float16), (x, y, z), step


def boxed(values: Array, low: Sequence[int]) -> tuple[npt.NDArray[np.float16], Point, float]:
    """Cut to where the structure can reach after the largest shift."""
    box = _box(values < 6)
    return lattice_of(values[box], [int(a + side.start) for a, side in zip(low, box, strict=True)])


def _box(near: segment.Mask) -> tuple[slice, slice, slice]:
    """The box around a mask, with a margin of one voxel."""
    there = np.argwhere(near)
    x, y, z = zip(np.maximum(there.min(0) - 1, 0), there.max(0) + 2, strict=True)
    return slice(*x), slice(*y), slice(*z)


def insides(fields: Stored) -> dict[str, Array]:
    """Volumes in mL inside every field, see `Template.inside_ml`."""
    return {name: _inside_ml(values, origin[0], step) for name, (values, origin, step) in fields.items()}


def _inside_ml(values: npt.NDArray[np.float16], first_mm: float, step: float) -> Array:
    x = first_mm + step * np.arange(len(values))
    sides = [(side > 0) + 0.5 * (side == 0) for side in ((x, x) if first_mm >= 0 else (-x, x))]
    distance = values.astype(np.float32)
    totals = [np.clip(0.5 - distance + shift, 0, 1).sum(axis=(1, 2)) for shift in SHIFTS_MM]
    return np.asarray(np.array(sides) @ np.array(totals).T * step**3 / 1000, np.float32)


def _assemble(built: Built) -> Template:
    return Template(
        {name: _both_sides(values, origin, step) for name, (values, origin, step) in built.fields.items()},
        built.inside,
        (built.left, built.right),
        built.points,
    )


def _both_sides(values: npt.NDArray[np.float16], origin: Point, step: float) -> Field:
    """The field of both sides; a half that starts off the middle is first filled towards it."""
    half = torch.from_numpy(values.astype(np.float32))
    half = half[None] if half.ndim == 3 else half
    if origin[0] < 0:
        return Field(half, origin, step)
    missing = round(origin[0] / step)
    half = torch.cat([half[:, :1].expand(-1, missing, -1, -1), half], 1)
    whole = torch.cat([half[:, 1:].flip(1), half], 1)
    return Field(whole, (-step * (half.shape[1] - 1), origin[1], origin[2]), step)
