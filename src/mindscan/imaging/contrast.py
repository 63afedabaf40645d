"""Contrast without physics: every structure gets a random grey level, so that networks rely on shape."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mindscan.core.key import Key
from mindscan.core.labels import LABELS, structure_of
from mindscan.core.prior import Prior, Rounded
from mindscan.core.record import Record
from mindscan.imaging.tissues import MADE_OF

Level = tuple[Annotated[Rounded, Field(gt=0)], Annotated[Rounded, Field(ge=0)]]
"""Mean and within-structure standard deviation, in arbitrary units."""

LESIONS = frozenset(structure_of(label) for label in LABELS if label.lesion)
"""Structures that only conditions bring; contrasts of healthy people need no level of them."""

_MEAN, _SD = Prior(uniform=(25, 225)), Prior(uniform=(5, 25))


class RandomContrast(Record):
    """A mean and a standard deviation for every structure; left and right share theirs.

    Args:
        levels: (mean, standard deviation) by structure, in arbitrary units; means above 0. Lesions may be
            left out.

    Reference:
        Billot 2023 (SynthSeg), doi:10.1016/j.media.2023.102789.
    """

    kind: Literal["random_contrast"] = "random_contrast"
    levels: dict[str, Level]

    @model_validator(mode="after")
    def _all_structures(self) -> RandomContrast:
        if wrong := sorted((set(MADE_OF) ^ set(self.levels)) - (LESIONS & set(MADE_OF))):
            raise ValueError(f"exactly one level for each structure; check {', '.join(wrong)}")
        return self

    @staticmethod
    def draw(key: Key, sick: bool = False) -> RandomContrast:
        """Levels as SynthSeg draws them: means from 25 to 225, standard deviations from 5 to 25.

        Args:
            key: every structure has its own stream below it.
            sick: whether lesions get levels too.
        """
        levels = {
            name: (
                round(float(_MEAN.draw(key / name / "mean")), 1),
                round(float(_SD.draw(key / name / "sd")), 1),
            )
            for name in MADE_OF
            if sick or name not in LESIONS
        }
        return RandomContrast(levels=levels)

    def all_levels(self) -> dict[str, Level]:
        """A level for every structure; a lesion without one looks like white matter."""
        return dict.fromkeys(LESIONS, self.levels["Cerebral-White-Matter"]) | self.levels

    def bids(self) -> dict[str, Any]:
        """What the sidecar says of the sequence."""
        return {"PulseSequenceType": "Random contrast", "ScanningSequence": "RM"}
