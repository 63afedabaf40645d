"""Enlarged perivascular spaces: thin tubes of fluid along the arteries of basal ganglia and white matter."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import Field as Limits

from mindscan.anatomy.conditions.condition import Calm, Illness
from mindscan.anatomy.conditions.perforators import Site, course, ground, hosts
from mindscan.anatomy.distance import tube
from mindscan.anatomy.field import Field
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.survey import Array, Survey, ids_of
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

_GRADES = (0, 10, 20, 40)
"""Grade 1 has up to 10 spaces, grade 2 up to 20, grade 3 up to 40, grade 4 more: Potter et al. 2015,
doi:10.1159/000375153, counted in the slice and the hemisphere that have most."""
_MOST = 60
_WORST: dict[Site, int] = {"basal-ganglia": 42, "centrum-semiovale": 52}
"""Count of the worst severity: own choice, in grade 4."""
_LENGTH_MM: dict[Site, tuple[float, float]] = {"basal-ganglia": (5.0, 16.0), "centrum-semiovale": (6.0, 26.0)}
_WIDTH_MM = (0.6, 2.9)
"""They are usually below 3 mm wide (Wardlaw et al. 2013, doi:10.1016/S1474-4422(13)70124-8); lengths, and how
widths spread, are own choices."""
_BELOW_MM = 6.0
"""In the basal ganglia they become rarer above the anterior commissure, by e in so many mm: own choice."""
_APART_MM = 2.0
_AWRY, _BENT, _SPREAD = 0.15, 0.06, 0.22
"""How far they turn from the course of their artery, how far they bend, and how much their widths differ."""
_STEP_MM, _BAND_MM, _FAR_MM = 0.7, 1.5, 60.0
"""Step of the lattice, and how far beyond their surface the spaces are told apart from all else."""
_SIDES = ("Left", "Right")


class SpacesSize(Illness):
    """How many are seen at once, as they are graded: none is 0, up to 10 is 1, 20 is 2, 40 is 3, more is 4.

    Args:
        severity: from just above 0 to 1.
        basal_ganglia: number that the fullest axial plane cuts in the basal ganglia of the fuller side, 0 to
            60.
        centrum_semiovale: likewise in the centrum semiovale.
        fuller: side that has more, L or R.
        other: share of this number that the other side has, 0 to 1.
        width_mm: mean width, 0.6 to 2; each is below 3 mm.
    """

    condition: Literal["perivascular-spaces"] = "perivascular-spaces"
    basal_ganglia: Annotated[int, Limits(ge=0, le=_MOST)]
    centrum_semiovale: Annotated[int, Limits(ge=0, le=_MOST)]
    fuller: Literal["L", "R"]
    other: Annotated[Rounded, Limits(ge=0, le=1)]
    width_mm: Annotated[Rounded, Limits(ge=_WIDTH_MM[0], le=2.0)]


class Spaces(Calm):
    """Small-vessel disease: spaces around arteries that have become wide."""

    name = "perivascular-spaces"
    about = "Small-vessel disease: enlarged perivascular spaces of basal ganglia and centrum semiovale"
    sources = (
        "Wardlaw et al. 2013, doi:10.1016/S1474-4422(13)70124-8 (definition, width)",
        "Duering et al. 2023, doi:10.1016/S1474-4422(23)00131-X (definition)",
        "Potter et al. 2015, doi:10.1159/000375153 (grades)",
    )
    record = SpacesSize

    def draw(self, key: Key, person: Person, severity: float) -> SpacesSize:
        """Both counts and the width go with the severity."""
        rng = key.rng()
        bg, cso = (
            int(np.clip(round(worst * severity * np.exp(0.2 * np.clip(rng.normal(), -2, 2))), 1, _MOST))
            for worst in _WORST.values()
        )
        return SpacesSize(
            severity=severity,
            basal_ganglia=bg,
            centrum_semiovale=cso,
            fuller="R" if rng.random() < 0.5 else "L",
            other=float(rng.uniform(0.7, 1.0)),
            width_mm=float(0.9 + 0.5 * severity + 0.1 * np.clip(rng.normal(), -2, 2)),
        )

    def lesions(self, params: SpacesSize, key: Key, survey: Survey) -> list[Lesion]:
        """One of each side and site: all of its spaces together."""
        counts: dict[Site, int] = {
            "basal-ganglia": params.basal_ganglia,
            "centrum-semiovale": params.centrum_semiovale,
        }
        found = []
        for site, most in counts.items():
            for side in _SIDES:
                count = most if side[0] == params.fuller else round(params.other * most)
                spaces = list(laid(site, side, count, params.width_mm, survey, key / site / side))
                if spaces:
                    found.append(_lesion(site, f"{site}-{grade(most)}", spaces, survey.scale))
        return found

    def columns(self, params: SpacesSize) -> Mapping[str, Any]:
        """Both grades."""
        return {
            "pvs_basal_ganglia": grade(params.basal_ganglia),
            "pvs_centrum_semiovale": grade(params.centrum_semiovale),
        }


def grade(count: int) -> int:
    """Grade of so many spaces, 0 to 4.

    Example:
        >>> [grade(count) for count in (0, 1, 10, 11, 40, 41)]
        [0, 1, 1, 2, 3, 4]
    """
    return sum(count > most for most in _GRADES)


@dataclass(frozen=True)
class Space:
    """One space: a tube with round ends.

    Args:
        line: places along its middle, template mm that no warp has moved, shape (n, 3).
        radius_mm: world mm.
    """

    line: Array
    radius_mm: float

    def ml(self, scale: float) -> float:
        """Volume; a template millimetre has `scale` world millimetres."""
        length = float(np.linalg.norm(np.diff(self.line, axis=0), axis=1).sum()) * scale
        return float(np.pi * self.radius_mm**2 * (length + 4 / 3 * self.radius_mm)) / 1000


def laid(site: Site, side: str, count: int, width_mm: float, survey: Survey, key: Key) -> Iterator[Space]:
    """Spaces of one side, one after the other, until one axial plane cuts as many as asked.

    Planes lie at every whole millimetre of the head as it stands upright.
    """
    own = survey.nodes[..., 0] > 0 if side == "Right" else survey.nodes[..., 0] <= 0
    here = ground(survey, site) * own
    rare = np.exp(-np.clip(survey.template[..., 2], 0, None) / _BELOW_MM) if site == "basal-ganglia" else 1.0
    scatter, rng = survey.scattered(here * rare, key / "places"), (key / "shapes").rng()
    cut: Counter[int] = Counter()
    while max(cut.values(), default=0) < count:
        place = scatter.take(_APART_MM)
        if place is None:
            return
        axis = course(survey, site, place) + _AWRY * rng.normal(size=3)
        half = rng.uniform(*_LENGTH_MM[site]) / 2
        ends = [_reached(place, sign * axis, half, here, survey) for sign in (-1, 1)]
        bent = place + _BENT * half * rng.normal(size=3)
        width = width_mm * float(np.exp(_SPREAD * np.clip(rng.normal(), -2.5, 2.5)))
        space = Space(np.stack([ends[0], bent, ends[1]]), float(np.clip(width, *_WIDTH_MM)) / 2)
        z = space.line[:, 2] * survey.scale
        low, high = z.min() - space.radius_mm, z.max() + space.radius_mm
        cut.update(range(math.ceil(low), math.floor(high) + 1))
        yield space


def _reached(place: Array, axis: Array, most_mm: float, here: Array, survey: Survey) -> Array:
    """How far one gets from a place along an axis without leaving the ground, at most so many mm."""
    steps = np.arange(1, max(round(most_mm), 1) + 1)
    line: Array = place + steps[:, None] * axis / float(np.linalg.norm(axis)) / survey.scale
    out = np.flatnonzero(here[survey.index(line)] <= 0)
    gone = int(out[0]) if len(out) else len(line)
    return line[gone - 1] if gone else place


def _lesion(site: Site, words: str, spaces: Sequence[Space], scale: float) -> Lesion:
    ml = sum(space.ml(scale) for space in spaces)
    label = ids_of("Perivascular-Space")[0]
    return Lesion(Spaces.name, label, level(spaces, scale), hosts(site), ml, words)


def level(spaces: Sequence[Space], scale: float) -> Field:
    """Distance in world mm to the nearest space; far away wherever that is not near, to be passed over."""
    reach = max(space.radius_mm for space in spaces) / scale + _BAND_MM
    places = np.concatenate([space.line for space in spaces])
    low, high = places.min(0) - reach, places.max(0) + reach
    data = np.full(np.ceil((high - low) / _STEP_MM).astype(int) + 1, _FAR_MM, np.float32)
    for space in spaces:
        first = np.floor((space.line.min(0) - reach - low) / _STEP_MM).astype(int)
        last = np.ceil((space.line.max(0) + reach - low) / _STEP_MM).astype(int) + 1
        axes = [o + _STEP_MM * np.arange(a, b) for o, a, b in zip(low, first, last, strict=True)]
        points = [axis.astype(np.float32) for axis in np.meshgrid(*axes, indexing="ij")]
        path = [((x, y, z), space.radius_mm / scale) for x, y, z in space.line.tolist()]
        box = data[tuple(slice(a, b) for a, b in zip(first, last, strict=True))]
        np.minimum(box, scale * tube(points, path), out=box)
    data[data > _BAND_MM] = _FAR_MM
    x, y, z = low.tolist()
    return Field(torch.from_numpy(data)[None], (x, y, z), _STEP_MM)
