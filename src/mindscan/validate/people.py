"""The people that are measured: evenly spread over ages, both sexes, each measured once and kept."""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mindscan.anatomy import align, anatomy, build, template
from mindscan.anatomy.anatomy import Anatomy
from mindscan.cohort import recipe as recipes
from mindscan.cohort.plan import OLDEST, YOUNGEST, GridPlan, People, Plan
from mindscan.cohort.recipe import Recipe
from mindscan.cohort.threads import one_thread
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Prior
from mindscan.core.volume import Volume
from mindscan.core.worker import do_all
from mindscan.validate import contacts, measures, overlap, parts, shape

GRID = GridPlan()
"""Voxels that people are made on: the usual ones of 1 mm."""

_GOLDEN = (math.sqrt(5) - 1) / 2
_NUMBERS = "numbers"
_CODE = ("core", "anatomy", "cohort")
_YARDSTICKS = ("contacts", "measures", "overlap", "parts", "people", "shape")
"""What a measurement depends on: all of these rooms, and these modules of `validate`."""

FOLDED = 300
"""How many people, the first ones, the folding is measured on, which costs most; they are of all ages."""


@dataclass(frozen=True)
class Found:
    """One person, measured.

    Args:
        numbers: who they are, the sizes asked for and found, folding of both sides (empty after the first
            `FOLDED` people), contacts, pieces, voxels astray.
        bits: one bit for each voxel of each structure of `overlap.REAL_DICE`, aligned with the template.
    """

    numbers: Mapping[str, Any]
    bits: Mapping[str, overlap.Bits]


@dataclass(frozen=True)
class _Kept(Mapping[str, overlap.Bits]):
    """The bits in a file, read whenever they are asked for: those of 1,000 people do not fit in memory."""

    path: Path

    def __getitem__(self, name: str) -> overlap.Bits:
        with np.load(self.path) as file:
            return np.asarray(file[name])

    def __iter__(self) -> Iterator[str]:
        return iter(overlap.REAL_DICE)

    def __len__(self) -> int:
        return len(overlap.REAL_DICE)


def wanted(number: int, seed: int) -> Recipe:
    """The recipe of one person: ages from 5 to 95 years by the golden ratio, women and men in turn.

    However many are wanted, all ages are equally common, and more people only add to them.

    Args:
        number: from 1.
        seed: 0 to 2**63 - 1.

    Example:
        >>> wanted(1, 0).person.sex, wanted(2, 0).person.sex
        ('F', 'M')
    """
    return of_age(*_age_and_sex(number), number, seed)


def drawn(number: int, seed: int) -> tuple[Person, Anatomy]:
    """Person and anatomy of `wanted`, without the rest of the recipe."""
    age_years, sex = _age_and_sex(number)
    key = Key(seed) / "subject" / recipes.subject_id(number)
    person = _people(age_years, sex).draw(key / "person")
    return person, anatomy.draw(key / "anatomy", person)


def of_age(age_years: float, sex: str, number: int, seed: int) -> Recipe:
    """The recipe of somebody of this age and sex on `GRID`."""
    plan = Plan(people=_people(age_years, sex), grid=GRID)
    return recipes.draw(plan, seed, recipes.subject_id(number))


def _age_and_sex(number: int) -> tuple[float, str]:
    share = (0.5 + (number - 1) // 2 * _GOLDEN) % 1
    return YOUNGEST + (OLDEST - YOUNGEST) * share, "FM"[(number - 1) % 2]


def _people(age_years: float, sex: str) -> People:
    return People(age_years=Prior(fixed=age_years), sex=Prior(fixed=sex))


def made(recipe: Recipe) -> Volume:
    """The label volume that a recipe makes, parts put back into their structures."""
    with one_thread():
        brain = build.painted(recipe.head(), recipe.grid.grid(), dense=False)
    return measures.whole(brain.labels)


def measure(recipe: Recipe) -> Found:
    """Make a person and measure the label volume."""
    labels = made(recipe)
    sides = shape.SIDES if int(recipe.subject) <= FOLDED else ()
    numbers = {
        "subject": recipe.subject,
        "person": recipe.person.model_dump(mode="json"),
        "asked": measures.asked(recipe.anatomy),
        "found": measures.measured(labels),
        "folding": [
            shape.folding_index(shape.hemisphere(labels, side), labels.grid.voxel_mm[0]) for side in sides
        ],
        "impossible": {" | ".join(p): n for p, n in contacts.impossible(contacts.contacts(labels)).items()},
        "pieces": parts.pieces(labels),
        "astray": int(parts.astray(labels).sum()),
    }
    aligned = align.left_half(labels, align.to_template(labels))
    return Found(numbers, overlap.packed(aligned))


def measure_all(orders: Sequence[Recipe], seed: int, workers: int) -> Iterator[str]:
    """Measure people in several processes and keep what was found; ids come as they are finished.

    Whoever was measured before with the same code and seed is not made again.
    """
    folder = _folder(seed)
    folder.mkdir(parents=True, exist_ok=True)
    there = {recipe.subject: _file(folder, recipe.subject).exists() for recipe in orders}
    yield from (subject for subject, known in there.items() if known)
    missing = [recipe for recipe in orders if not there[recipe.subject]]
    if missing:
        template.load()  # build the cache once, not in every worker
        yield from do_all(partial(keep, folder), missing, min(workers, len(missing)))


def keep(folder: Path, recipe: Recipe) -> str:
    """Measure one person and keep the result in a small file; returns the id."""
    found = measure(recipe)
    text = np.frombuffer(json.dumps(found.numbers).encode(), np.uint8)
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **{**found.bits, _NUMBERS: text})
    path = _file(folder, recipe.subject)
    partial_path = path.with_suffix(f".{os.getpid()}")
    partial_path.write_bytes(file.getvalue())
    partial_path.replace(path)
    return recipe.subject


def kept(subject: str, seed: int) -> Found:
    """What was found of one person."""
    path = _file(_folder(seed), subject)
    with np.load(path) as file:
        return Found(json.loads(file[_NUMBERS].tobytes()), _Kept(path))


def _file(folder: Path, subject: str) -> Path:
    return folder / f"{subject}.npz"


def _folder(seed: int) -> Path:
    """Where results of this very code and seed are kept."""
    root = Path(__file__).parents[1]
    sources = [path for room in _CODE for path in sorted((root / room).glob("*.*")) if path.suffix != ".pyc"]
    sources += [root / "validate" / f"{name}.py" for name in _YARDSTICKS]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    return template.cache_folder() / f"anatomy-{digest}-{seed}"
