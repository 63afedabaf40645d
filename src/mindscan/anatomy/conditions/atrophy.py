"""What dementias have in common: a stage, a pattern, and a brain that shrinks by both."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import numpy as np
from pydantic import Field as Limits

from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.conditions.condition import Calm, Illness, Trial, scaled
from mindscan.core.lesions import Load
from mindscan.core.prior import Rounded

SPREAD = 0.18
"""How far losses of people of one stage differ, as a standard deviation of the logarithm: own choice."""
USUAL_STAGE = 0.70
"""Stage of the usual patient with dementia: own choice of the scale, on which losses are linear."""

Share = Annotated[Rounded, Limits(ge=0, le=0.7)]
Sides = tuple[float, float]
Pattern = TypeVar("Pattern", bound=str)


class AtrophySize(Illness):
    """Stage and what is lost.

    Args:
        severity: from just above 0 to 1.
        stage: 0 (none) to 1 (the end).
        pattern: where it is strongest; each dementia has patterns of its own.
        hippocampus: share of the hippocampus that is lost, (left, right), 0 to 0.7.
        cortex: gain of the loss in cortex against the usual one at this stage, 0 to 3.
        ventricles: factor by which lateral ventricles and temporal horns widen, 1 to 4.
    """

    stage: Annotated[Rounded, Limits(gt=0, le=1)]
    pattern: str
    hippocampus: tuple[Share, Share]
    cortex: Annotated[Rounded, Limits(ge=0, le=3)]
    ventricles: Annotated[Rounded, Limits(ge=1, le=4)]


class Atrophy(Calm):
    """A dementia; members say what deep grey and white matter lose and bring the loads of the parcels.

    Atrophy is told parcel by parcel in the loads. Sizes follow the mean, thickness the parcel (`thinning`).
    """

    stages: tuple[float, float] = (0.40, 2 * USUAL_STAGE - 0.40)
    """At severities 0 and 1, the usual patient half way between."""
    white: float
    """Share of the white matter that is lost at stage 1."""

    def stage(self, severity: float) -> float:
        """In a line with the severity."""
        low, high = self.stages
        return low + (high - low) * severity

    def deep(self, params: Any) -> Mapping[str, Sides]:
        """Share of deep grey structures that is lost, (left, right), by field of `DeepGreySize`."""
        raise NotImplementedError

    def shape(self, params: AtrophySize, anatomy: Anatomy, trial: Trial) -> Anatomy:
        """Deep grey, cortex, white matter and ventricles."""
        cortex = 1 - float(np.mean([load.atrophy for load in self.loads(params)]))
        deep = anatomy.deep_grey_ml
        shrunk = {
            name: (getattr(deep, name)[0] * (1 - left), getattr(deep, name)[1] * (1 - right))
            for name, (left, right) in self.deep(params).items()
        }
        anatomy = anatomy.model_copy(
            update={"deep_grey_ml": type(deep).parse(deep.model_dump() | shrunk, "deep_grey_ml")}
        )
        left, right = params.hippocampus
        wide, horns = params.ventricles, 1 + (params.ventricles - 1) * (1 + 2 * (left + right))
        return scaled(
            anatomy,
            {
                "cerebrum.cortex_ml": cortex,
                "cerebrum.thickness_mm": math.sqrt(cortex),
                "cerebrum.white_ml": 1 - self.white * params.stage,
                "ventricles.lateral_left_ml": wide,
                "ventricles.lateral_right_ml": wide,
                "ventricles.third_ml": math.sqrt(wide),
                "ventricles.horn_left_ml": horns,
                "ventricles.horn_right_ml": horns,
            },
        )

    def loads(self, params: Any) -> tuple[Load, ...]:
        """What it brings into every parcel."""
        raise NotImplementedError

    def columns(self, params: Any) -> Mapping[str, Any]:
        """Stage and pattern."""
        return {"dementia_stage": params.stage, "atrophy_pattern": params.pattern}


def chosen(rng: np.random.Generator, shares: Mapping[Pattern, float]) -> Pattern:
    """A pattern by its share among people."""
    return list(shares)[int(rng.choice(len(shares), p=list(shares.values())))]


def pace(rng: np.random.Generator) -> float:
    """How much more than usual somebody loses at a stage, as a factor."""
    return float(np.exp(SPREAD * np.clip(rng.normal(), -2.5, 2.5)))
