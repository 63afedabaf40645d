"""Heads to learn from: painted once, kept in eight bits, imaged anew each time they are seen."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from mindscan.anatomy import build
from mindscan.anatomy.landmarks import AFIDS
from mindscan.anatomy.template import cache_folder
from mindscan.cohort import recipe as recipes
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import Recipe
from mindscan.cohort.threads import one_thread
from mindscan.core.brain import Brain
from mindscan.core.labels import LABELS, TABLE_SIZE
from mindscan.core.volume import Affine, Volume

_IDS = torch.tensor([label.id for label in LABELS], dtype=torch.int16)
_ROWS = torch.zeros(TABLE_SIZE, dtype=torch.uint8)
_ROWS[_IDS.long()] = torch.arange(len(LABELS), dtype=torch.uint8)


@dataclass(frozen=True)
class Head:
    """One head and where it lies in the template.

    Args:
        brain: labels, shares, owners and the 32 AFIDs; whatever else a `Brain` may hold is left out.
        to_template: 4 x 4, from world mm to template mm (MNI152), the warp left out.
        age_years: of the person.
        image: what a scanner made of it, in any unit, shape (i, j, k) on the grid of the labels; None where
            it is imaged anew every time.
    """

    brain: Brain
    to_template: Affine
    age_years: float
    image: Tensor | None = None


def head(plan: Plan, seed: int, number: int, kept: Path | None = None) -> Head:
    """The head with this number (from 1) of a seed and a plan; the scans of the plan play no part.

    Args:
        plan: people, grid and anatomy.
        seed: 0 to 2**63 - 1.
        number: from 1.
        kept: folder in which heads are kept once made; None to make it anew. Either way gives the same.
    """
    recipe = recipes.draw(plan, seed, recipes.subject_id(number))
    path = None if kept is None else kept / f"{recipe.digest[:32]}-{_rules()}.safetensors"
    if path is not None and path.exists():
        try:
            return _unpacked(load_file(path))
        except (OSError, SafetensorError, KeyError):
            path.unlink(missing_ok=True)
    packed = _packed(recipe)
    if path is not None:
        _keep(path, packed)
    return _unpacked(packed)


def halved(head: Head) -> Head:
    """The same head in voxels twice as large, of which it takes an eighth of the time to make images.

    Shares are means; the owner of a tissue is that of its largest share, the label that of the largest mean.
    """
    brain = head.brain
    assert brain.fractions is not None
    assert brain.owners is not None
    image = None if head.image is None else functional.avg_pool3d(head.image[None], 2)[0]
    affine = brain.labels.affine.copy()
    affine[:3, 3] += affine[:3, :3].sum(1) / 2
    affine[:3, :3] *= 2
    shares = functional.avg_pool3d(brain.fractions, 2)
    _, largest = functional.max_pool3d(brain.fractions, 2, return_indices=True)
    owners = brain.owners.flatten(1).gather(1, largest.flatten(1)).view(shares.shape)
    labels = owners.gather(0, shares.argmax(0, keepdim=True))[0]
    return replace(head, brain=Brain(Volume(labels, affine), shares, owners, brain.landmarks), image=image)


def kept_heads() -> Path:
    """The folder in which heads are kept by default, inside the cache folder."""
    return cache_folder() / "heads"


@cache
def _rules() -> str:
    """What heads are made by, in ten letters: another version makes other heads of the same recipe."""
    rules = hashlib.sha256(repr(LABELS).encode())
    for path in sorted(Path(build.__file__).parent.rglob("*.*")):
        if path.suffix in (".py", ".csv"):
            rules.update(path.read_bytes())
    return rules.hexdigest()[:10]


def _packed(recipe: Recipe) -> dict[str, Tensor]:
    with one_thread():
        model = recipe.head()
        brain = build.painted(model, recipe.grid.grid(), dense=False)
    assert brain.fractions is not None
    assert brain.owners is not None
    marks = [brain.landmarks[name] for name in AFIDS]
    return {
        "labels": _ROWS[brain.labels.data.int()],
        "owners": _ROWS[brain.owners.int()],
        "fractions": (brain.fractions * 255).round().to(torch.uint8),
        "affine": torch.from_numpy(brain.labels.affine),
        "to_template": torch.from_numpy(np.ascontiguousarray(model.to_template)),
        "landmarks": torch.tensor(marks, dtype=torch.float64),
        "age_years": torch.tensor(recipe.person.age_years, dtype=torch.float64),
    }


def _unpacked(packed: dict[str, Tensor]) -> Head:
    labels, owners = (torch.from_numpy(_IDS.numpy()[packed[name].numpy()]) for name in ("labels", "owners"))
    affine = packed["affine"].numpy()
    marks = {name: (x, y, z) for name, (x, y, z) in zip(AFIDS, packed["landmarks"].tolist(), strict=True)}
    brain = Brain(Volume(labels, affine), packed["fractions"].float() / 255, owners, marks)
    return Head(brain, packed["to_template"].numpy(), float(packed["age_years"]))


def _keep(path: Path, packed: dict[str, Tensor]) -> None:
    """Write atomically; a folder that cannot be written is no error, only slower."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            pass
        save_file(packed, part.name)
        os.replace(part.name, path)
    except OSError:
        return
