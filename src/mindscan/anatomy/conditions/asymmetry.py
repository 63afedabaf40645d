"""Asymmetric lateral ventricles: one side wider than the other by a ratio of volumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field as Limits

from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.conditions.condition import Calm, Illness, Trial, scaled
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

_LEAST, _MOST = 1.3, 3.5
"""Ratios drawn at severity 0 and 1, the first within what healthy people have: own choice."""
_LEFT = 0.6
"""Share of people in whom the left side is the wider one; reports disagree, own choice."""
_HORN = 0.5
"""The temporal horn widens by this power of the widening of the rest: own choice."""
_MOST_ML, _MOST_HORN_ML = 118.0, 20.0


class AsymmetrySize(Illness):
    """Which ventricle is wider, and by how much.

    Args:
        severity: from just above 0 to 1.
        side: the wider one, L or R.
        ratio: volume of the wider lateral ventricle over that of the other, 1 to 6; the wider one holds at
            most 118 mL.
    """

    condition: Literal["asymmetric-ventricles"] = "asymmetric-ventricles"
    side: Literal["L", "R"]
    ratio: Annotated[Rounded, Limits(ge=1, le=6)]


class Asymmetry(Calm):
    """A variant of 5 to 12 in 100 people; the other side stays as it was."""

    name = "asymmetric-ventricles"
    about = "One lateral ventricle wider than the other, by a ratio of volumes"
    sources = ("Arslan et al. 2020, doi:10.4103/0028-3886.304115 (indices of asymmetry)",)
    record = AsymmetrySize

    def draw(self, key: Key, person: Person, severity: float) -> AsymmetrySize:
        """The ratio goes with the severity."""
        rng = key.rng()
        side: Literal["L", "R"] = "L" if rng.random() < _LEFT else "R"
        spread = float(np.exp(0.08 * np.clip(rng.normal(), -2, 2)))
        return AsymmetrySize(
            severity=severity, side=side, ratio=max(_LEAST * (_MOST / _LEAST) ** severity * spread, 1.0)
        )

    def shape(self, params: AsymmetrySize, anatomy: Anatomy, trial: Trial) -> Anatomy:
        """The wider side as a multiple of the other."""
        have = anatomy.ventricles
        wide, other, horn, ml = (
            ("left", have.lateral_right_ml, have.horn_left_ml, have.lateral_left_ml)
            if params.side == "L"
            else ("right", have.lateral_left_ml, have.horn_right_ml, have.lateral_right_ml)
        )
        factor = min(params.ratio * other, _MOST_ML) / ml
        return scaled(
            anatomy,
            {
                f"ventricles.lateral_{wide}_ml": factor,
                f"ventricles.horn_{wide}_ml": min(factor**_HORN, max(_MOST_HORN_ML / horn, 1.0)),
            },
        )

    def columns(self, params: AsymmetrySize) -> Mapping[str, Any]:
        """Side and ratio."""
        return {"wider_ventricle": params.side, "ventricle_ratio": params.ratio}
