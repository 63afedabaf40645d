"""Whether a made T1w looks like a real one in numbers: `image_statistics` of several people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mindscan.anatomy import build
from mindscan.imaging.scanner import MRI
from mindscan.validate import people
from mindscan.validate.claims import Row, row
from mindscan.validate.image_statistics import REAL, deviations, image_statistics

BAR_SD = 1.5
"""Standard deviations between real scans that the mean over people may lie from theirs."""

AGES_YEARS = (20, 30, 45, 60, 75, 90)
"""People of the ages of OASIS-1, women and men in turn."""

_FROM = 700_000


def of_person(number: int) -> dict[str, float]:
    """Deviations of the usual T1w of one person, skull-stripped, from the mean of real scans.

    Args:
        number: from 0 to one less than there are `AGES_YEARS`.
    """
    recipe = people.of_age(AGES_YEARS[number], "FM"[number % 2], _FROM + number, 0)
    brain = build.painted(recipe.head(), recipe.grid.grid(), dense=False)
    plain = MRI.draw("T1w", recipe.key / "settings", recipe.person).model_dump()
    settings = MRI.parse({**plain, "acquisition": {"masking": {"keep": "brain"}}})
    volume = settings.scan(brain, recipe.key / "scan").volume
    data = np.asarray(volume.numpy(), np.float32)
    return deviations(image_statistics(data, volume.affine, data > 0))


def rows(found: Sequence[dict[str, float]]) -> list[Row]:
    """Mean deviation of every measure over people, with the range between them."""
    listed = []
    for name in REAL:
        each = np.array([one[name] for one in found])
        source = f"{each.min():.1f} to {each.max():.1f} over {len(each)} people"
        listed.append(row(name.replace("_", " "), float(each.mean()), -BAR_SD, BAR_SD, source))
    return listed
