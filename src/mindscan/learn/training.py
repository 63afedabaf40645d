"""What a training is: a record that says all that its result follows from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mindscan.cohort.plan import GridPlan, People, Plan
from mindscan.core.prior import Prior
from mindscan.core.record import Record
from mindscan.learn.clothes import USUAL, Clothes

Count = Annotated[int, Field(ge=1)]


class Training(Record):
    """How a network is trained; the rates are choices of this project.

    Args:
        heads: people, grid and anatomy of the heads that are seen; their scans play no part.
        clothes: what images of the heads look like; the landmarker sees none.
        count: how many heads there are; each is seen many times, never twice alike.
        part: of the network, that alone learns, such as "close"; all of it when "". Weights to begin with may
            then lack this part.
        held_out: heads beyond these, of which none is learnt from, that the network is judged by.
        own: share of views that show labelled scans of your own, where such are given, 0 to 1.
        seed: 0 to 2**63 - 1.
        steps: how often the weights change; 0 for what needs only a look at the heads.
        batch: views a step.
        rate: largest learning rate; it rises over the first steps and falls along a cosine to nothing.
        weight_decay: of AdamW (Loshchilov 2019, arXiv 1711.05101).
        memory: share of the past that the running mean of the weights keeps at every step, 0 to 1.
        precision: of the network's products.
        judged_every: steps between judgements on the heads held out.
        saved_every: steps between checkpoints.
    """

    heads: Plan = Plan(
        people=People(age_years=Prior(uniform=(6, 95))), grid=GridPlan(voxel_mm=(2.0, 2.0, 2.0))
    )
    clothes: Clothes = USUAL
    count: Count = 256
    held_out: Annotated[int, Field(ge=0)] = 6
    part: str = ""
    own: Annotated[float, Field(ge=0, le=1)] = 0.5
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 2026
    steps: Annotated[int, Field(ge=0)] = 2000
    batch: Count = 1
    rate: Annotated[float, Field(gt=0, le=1)] = 2e-3
    weight_decay: Annotated[float, Field(ge=0, le=1)] = 0.01
    memory: Annotated[float, Field(ge=0, lt=1)] = 0.99
    precision: Literal["float32", "bfloat16"] = "bfloat16"
    judged_every: Count = 400
    saved_every: Count = 50
