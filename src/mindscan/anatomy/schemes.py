"""Label schemes of other people's maps: what their ids mean in the project's own table.

To add one, write a table of id ranges and list it in `SCHEMES`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mindscan.core.labels import BY_ID, LABELS, both_sides, is_artery

Ids = npt.NDArray[np.int16]
Span = tuple[int, int]

UNKNOWN = -1
"""What `Scheme.own` gives for ids that the scheme does not use."""
PARTS: dict[str, tuple[int, ...]] = {
    **{
        name: both_sides(name)
        for name in (
            "Cerebral-Cortex", "Cerebral-White-Matter", "Lateral-Ventricle", "Thalamus", "Caudate", "Putamen",
            "Pallidum", "Hippocampus", "Amygdala", "Cerebellum-Cortex", "Cerebellum-White-Matter",
        )
    },
    "Brain-Stem": (16,),
}  # fmt: skip
"""What a map must have, by name: own ids, all of them needed."""


@dataclass(frozen=True)
class Scheme:
    """One way to number structures.

    Args:
        name: as users say it.
        spans: own id to the ranges of ids (first, last) that mean it, besides the ids that are the same.
        same: ids that mean what they mean in the own table.
    """

    name: str
    spans: dict[int, tuple[Span, ...]]
    same: frozenset[int] = field(
        default=frozenset(
            row.id for row in LABELS if not (row.extracranial or row.tissue == "air" or is_artery(row))
        )
    )

    def own(self, ids: npt.NDArray[np.int32]) -> Ids:
        """Ids of the own table, 0 for the background and `UNKNOWN` for ids that it does not know."""
        seen = np.unique(ids)
        meant = np.array([self._meaning(int(one)) for one in seen], np.int16)
        return np.asarray(meant[np.searchsorted(seen, ids)])

    def _meaning(self, one: int) -> int:
        if one in self.same or one == 0:
            return one
        hits = [mine for mine, spans in self.spans.items() if any(a <= one <= b for a, b in spans)]
        return hits[0] if hits else UNKNOWN


FREESURFER = Scheme(
    "freesurfer",
    {
        2: ((25, 25), (78, 78), (81, 81), (3000, 3035), (5001, 5001), (13100, 13175)),
        41: ((57, 57), (79, 79), (82, 82), (4000, 4035), (5002, 5002), (14100, 14175)),
        3: ((19, 20), (1000, 1035), (11100, 11175)),
        42: ((55, 56), (2000, 2035), (12100, 12175)),
        10: ((9, 9),),
        49: ((48, 48),),
        16: ((170, 175), (177, 179)),
        254: ((192, 192),),
    },
)
"""aseg, aparc (Desikan-Killiany and Destrieux) and wmparc; lesions and hypointensities count as white matter;
FreeSurfer's colour table, doi:10.1016/j.neuroimage.2012.01.021."""

SCHEMES: dict[str, Scheme] = {scheme.name: scheme for scheme in (FREESURFER,)}


def names_of(ids: npt.NDArray[np.integer] | list[int]) -> str:
    """Names of own ids, for a message."""
    return ", ".join(BY_ID[int(one)].name for one in ids)
