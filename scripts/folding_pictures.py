"""Pictures for the decision on folding: three ways to fold the same head, and three people folded one way.

Run: python scripts/folding_pictures.py docs/images
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from mindscan.anatomy import anatomy, build, folding
from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.field import Field
from mindscan.core.key import Key
from mindscan.core.labels import palette
from mindscan.core.person import Person
from mindscan.core.volume import Grid

GRID = Grid.centred((168, 200, 160), (1, 1, 1), (0, -18, 10))
CUTS = ((2, 88), (1, 92), (0, 110))
TALL = 200


def slices(subject: Anatomy, key: Key) -> Image.Image:
    """Axial, coronal and sagittal cut of the labels, side by side."""
    labels = build.make(subject, GRID, key).labels.numpy()
    colours = palette()
    colours[41] = colours[2]
    row = Image.new("RGB", (3 * TALL, TALL))
    for place, (axis, index) in enumerate(CUTS):
        cut = colours[np.take(labels, index, axis)].transpose(1, 0, 2)[::-1]
        picture = Image.fromarray(cut)
        picture.thumbnail((TALL, TALL))
        row.paste(picture, (place * TALL, (TALL - picture.height) // 2))
    return row


def stacked(rows: list[Image.Image]) -> Image.Image:
    """Pictures below one another."""
    whole = Image.new("RGB", (rows[0].width, sum(row.height for row in rows)))
    for n, row in enumerate(rows):
        whole.paste(row, (0, n * row.height))
    return whole


def only_average(*args: Any) -> Field:
    """The average's own sulci, none of the person's."""
    grown = _GROW(*args)
    return replace(grown, data=grown.data * torch.tensor([1.0, 0, 0, 0]).view(4, 1, 1, 1))


_GROW = folding.grow


def main(folder: Path) -> None:
    """Write both pictures."""
    person = Person(age_years=30, sex="F")
    subject, key, settled = anatomy.draw(Key(1), person), Key(1), folding.SETTLING
    rows = []
    for grow, rounds in ((only_average, settled), (_GROW, 0), (_GROW, settled)):
        folding.grow, folding.SETTLING = grow, rounds
        rows.append(slices(subject, key))
    stacked(rows).save(folder / "folding-ways.jpg", quality=88)
    people = [slices(anatomy.draw(Key(seed), person), Key(seed)) for seed in (1, 2, 3)]
    stacked(people).save(folder / "folding-people.jpg", quality=88)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
