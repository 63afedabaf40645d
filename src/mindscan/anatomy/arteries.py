"""The arteries of the brain: carotids, vertebrals, the circle of Willis and their branches, in fluid.

Courses: `arteries.csv`. Places were set by hand on the right after anatomy atlases and then led through the
fluid that made heads have there on average; the left mirrors them. They are the project's own choice.
"""

from __future__ import annotations

import csv
import itertools
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.distance import Point
from mindscan.anatomy.outside import grown
from mindscan.anatomy.structure import Course, Frame, Painter
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, both_sides
from mindscan.core.person import Person
from mindscan.core.prior import Rounded, truncated_normal
from mindscan.core.record import Record

Array = npt.NDArray[np.float64]

_STEP_MM = 2.0
_WAVES, _WAVE_MM = 6, (18.0, 40.0)
"""The windings of a person: so many waves, each with a length in this range (own choice)."""
_FIXED = ("carotid", "vertebral")
"""Parts that lie in the neck, in bone and in the cavernous sinus."""
_BORED = ("carotid_mm", "vertebral_mm")
_ABSENT_MM = 0.3
_MIDLINE = ("Basilar-Artery", "Anterior-Communicating-Artery")
_PAIRED = (
    "Internal-Carotid-Artery", "Middle-Cerebral-Artery", "Anterior-Cerebral-Artery",
    "Posterior-Cerebral-Artery", "Posterior-Communicating-Artery", "Vertebral-Artery",
    "Cerebellar-Arteries",
)  # fmt: skip
_MARKS = {"carotid terminus": ("supraclinoid", -1), "MCA bifurcation": ("M1", -1)}
_MIDDLE_MARKS = {"basilar tip": ("basilar", -1), "vertebrobasilar junction": ("basilar", 0)}

Width = Annotated[Rounded, Limits(ge=0, le=9)]
Widths = tuple[Width, Width]


class ArteriesSize(Record):
    """Diameters in mm, pairs of (left, right); below 0.3 mm an artery is absent.

    Args:
        carotid_mm: internal carotid in its cavernous part, 0 to 9 mm like all.
        middle_mm: middle cerebral at its origin; its branches have a part of that.
        first_anterior_mm: anterior cerebral up to the communicating artery (A1).
        anterior_mm: anterior cerebral beyond it (A2).
        first_posterior_mm: posterior cerebral from the basilar to the communicating artery (P1).
        posterior_mm: posterior cerebral beyond it (P2).
        posterior_communicating_mm: between carotid and posterior cerebral.
        vertebral_mm: where they enter the skull.
        cerebellar_mm: the three cerebellar arteries of a side.
        basilar_mm: basilar at its lower end.
        anterior_communicating_mm: between the anterior cerebral arteries.
        winding_mm: root-mean-square departure from the usual course, 0 to 3 mm.
    """

    carotid_mm: Widths
    middle_mm: Widths
    first_anterior_mm: Widths
    anterior_mm: Widths
    first_posterior_mm: Widths
    posterior_mm: Widths
    posterior_communicating_mm: Widths
    vertebral_mm: Widths
    cerebellar_mm: Widths
    basilar_mm: Width
    anterior_communicating_mm: Width
    winding_mm: Annotated[Rounded, Limits(ge=0, le=3)]


_USUAL: dict[str, tuple[float, float]] = {
    "carotid_mm": (5.0, 0.6),
    "middle_mm": (3.0, 0.35),
    "first_anterior_mm": (2.3, 0.35),
    "anterior_mm": (2.2, 0.3),
    "first_posterior_mm": (2.2, 0.35),
    "posterior_mm": (2.2, 0.3),
    "posterior_communicating_mm": (1.4, 0.25),
    "vertebral_mm": (3.7, 0.7),
    "cerebellar_mm": (1.3, 0.2),
    "basilar_mm": (3.5, 0.5),
    "anterior_communicating_mm": (1.5, 0.3),
}
"""Mean and standard deviation in adults.

Carotid and middle cerebral artery: Rai et al. 2012, J Neurointerv Surg 4 suppl. 1:A56.
Vertebral, basilar and posterior cerebral ones: Rai et al. 2013, J Neurointerv Surg 5:597, a little
less than there, where people past 60 are wider. The others, of the order of Krabbe-Hartkamp et
al. 1998 (doi:10.1148/radiology.207.1.9530305), are own choices.
"""
_THIN_POSTERIOR = 0.52
"""Share of sides whose posterior communicating artery is under 1 mm or missing, so that 28 % of people have
neither: Hindenes et al. 2020, doi:10.1371/journal.pone.0241373 (1,864 people)."""
_HYPOPLASTIC = 0.026
"""Share of sides with a thin A1, and with a thin P1: 5 % of people each, Tanaka et al. 2006 (117 people, AJNR
27:1770)."""

_INSTEAD = {"first_anterior_mm": "first_anterior_mm", "first_posterior_mm": "posterior_communicating_mm"}
"""What is wide where the artery named first is thin: that of the other side, if it is the same."""


class Arteries:
    """Tubes in fluid, and the carotids and vertebrals down to the neck; they paint nothing, see `tubes`."""

    name = "arteries"
    labels = (
        BY_NAME["Artery"].id,
        *(BY_NAME[name].id for name in _MIDLINE),
        *(label for name in _PAIRED for label in both_sides(name)),
    )
    in_skull = True

    def draw(self, key: Key, person: Person, icv_ml: float) -> ArteriesSize:
        """Published widths and variants of the circle of Willis, left and right each by its own.

        They are 85 % as wide at birth and widen by 0.15 % a year after 20, and windings grow with age (own
        choices). Where A1 or P1 of a side is thin, the other A1 or the posterior communicating artery is
        wide instead.
        """
        age = person.age_years
        factor = grown(age, 0.85, 3) * (1 + 0.0015 * max(age - 20, 0))
        sizes = {name: factor * _sides(key / name, *usual) for name, usual in _USUAL.items()}
        thin = (key / "posterior communicating").rng()
        for side in range(2):
            if thin.uniform() < _THIN_POSTERIOR:
                sizes["posterior_communicating_mm"][side] = factor * thin.uniform(0, 1)
        for name, other in _INSTEAD.items():
            rng = (key / "variant" / name).rng()
            for side in range(2):
                if rng.uniform() < _HYPOPLASTIC:
                    sizes[name][side] *= rng.uniform(0.2, 0.5)
                    wide = 1 - side if other == name else side
                    sizes[other][wide] = factor * truncated_normal(rng, 2.4, 0.15)
        drawn: dict[str, Any] = {name: (float(both[0]), float(both[1])) for name, both in sizes.items()}
        drawn |= {name: drawn[name][0] for name in ("basilar_mm", "anterior_communicating_mm")}
        winding = (0.5 + 0.01 * age) * max(truncated_normal((key / "winding").rng(), 1, 0.25), 0.2)
        return ArteriesSize(**drawn, winding_mm=winding)

    def move(self, params: ArteriesSize, key: Key, frame: Frame) -> Tensor | None:
        """They push nothing."""
        return None

    def paint(self, params: ArteriesSize, key: Key, frame: Frame) -> Painter:
        """Nothing."""
        return lambda place: iter(())

    def courses(self, params: ArteriesSize, key: Key, frame: Frame) -> tuple[Course, ...]:
        """The usual courses with this person's windings; absent arteries and their branches are left out."""
        found = []
        for part in _table():
            for side, label in enumerate(_labels(part.artery)):
                width = getattr(params, part.calibre)
                mm = width if isinstance(width, float) else width[side]
                if mm < _ABSENT_MM:
                    continue
                xyz = _wound(part.xyz * (2 * side - 1, 1, 1), params.winding_mm, key, frame)
                found.append(Course(label, xyz, part.width * mm, part.calibre in _BORED, part.name in _FIXED))
        return tuple(found)

    def landmarks(self, params: ArteriesSize, key: Key, frame: Frame) -> dict[str, Point]:
        """Ends of carotids, middle cerebral bifurcations, and both ends of the basilar artery."""
        parts = {part.name: part for part in _table()}
        places = {
            f"{letter} {name}": parts[part].xyz[at] * (sign, 1, 1)
            for name, (part, at) in _MARKS.items()
            for letter, sign in (("L", -1), ("R", 1))
        }
        places |= {name: parts[part].xyz[at] * (1, 1, 1) for name, (part, at) in _MIDDLE_MARKS.items()}
        wound = _wound(np.stack(list(places.values())), params.winding_mm, key, frame)
        return {name: (x, y, z) for name, (x, y, z) in zip(places, wound.tolist(), strict=True)}


@dataclass(frozen=True)
class _Part:
    """A stretch of an artery on the right (or in the middle).

    Args:
        artery: label without its side.
        name: what the stretch is called.
        calibre: the field of `ArteriesSize` that its widths are relative to.
        xyz: places in template mm, shape (n, 3).
        width: relative to the calibre, shape (n,).
    """

    artery: str
    name: str
    calibre: str
    xyz: Array
    width: Array


@cache
def _table() -> tuple[_Part, ...]:
    """All stretches, those that others branch from first."""
    text = files("mindscan.anatomy").joinpath("arteries.csv").read_text(encoding="utf-8")
    rows: dict[tuple[str, str, str], list[list[float]]] = {}
    for row in csv.DictReader(text.splitlines()):
        place = [float(row[column]) for column in ("x", "y", "z", "width")]
        rows.setdefault((row["artery"], row["part"], f"{row['calibre']}_mm"), []).append(place)
    parts = []
    for names, places in rows.items():
        fine = _subdivided(np.array(places))
        parts.append(_Part(*names, fine[:, :3], fine[:, 3]))
    return tuple(parts)


def _subdivided(places: Array) -> Array:
    """Places with others between them, at most a step apart."""
    pieces = []
    for start, end in itertools.pairwise(places):
        count = int(np.ceil(np.linalg.norm((end - start)[:3]) / _STEP_MM))
        pieces.append(start + (end - start) * (np.arange(count) / count)[:, None])
    return np.asarray(np.concatenate([*pieces, places[-1:]]))


def _labels(artery: str) -> tuple[int, ...]:
    """Ids of the left and the right one, or of the one in the middle."""
    return (BY_NAME[artery].id,) if artery in _MIDLINE else both_sides(artery)


def _sides(key: Key, mean: float, sd: float) -> Array:
    """Widths of the left and the right side, half of whose variance is common (own choice)."""
    rng = key.rng()
    common, left, right = (truncated_normal(rng, 0, sd * 0.5**0.5) for _ in range(3))
    both = np.array([mean + common + left, mean + common + right])
    return np.asarray(np.maximum(both, 0.3 * mean))


def _wound(xyz: Array, rms_mm: float, key: Key, frame: Frame) -> Array:
    """Places moved by the windings of a person: a few waves that run through space."""
    rng = (key / "winding").rng()
    turned = rng.normal(size=(_WAVES, 3))
    length = rng.uniform(*_WAVE_MM, size=(_WAVES, 1))
    vector = 2 * np.pi * turned / np.linalg.norm(turned, axis=1, keepdims=True) / length
    phase, push = rng.uniform(0, 2 * np.pi, _WAVES), rng.normal(size=(_WAVES, 3))
    push *= rms_mm / frame.scale * (2 / np.square(push).sum()) ** 0.5
    return np.asarray(xyz + np.sin(xyz @ vector.T + phase) @ push)
