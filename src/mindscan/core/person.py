"""Who a brain belongs to."""

from typing import Annotated, Literal

from pydantic import Field

from mindscan.core.prior import Rounded
from mindscan.core.record import Record

HEALTHY = "healthy"
"""Diagnosis of somebody without a condition."""

_NAME = "[a-z0-9]+(-[a-z0-9]+)*"


class Person(Record):
    """What is said of one person, made up or real.

    Args:
        age_years: age from 0 to 120 years.
        sex: "F" or "M", as BIDS writes it.
        handedness: "L", "R" or "A" (both hands alike), as BIDS writes it; None where it is not known.
        icv_ml: intracranial volume, 700 to 2500 mL; drawn for age and sex when None.
        diagnosis: plain kebab-case name, such as "alzheimers-disease", several joined by "+"; or "healthy".
    """

    age_years: Annotated[Rounded, Field(ge=0, le=120)]
    sex: Literal["F", "M"]
    handedness: Literal["L", "R", "A"] | None = None
    icv_ml: Annotated[Rounded, Field(ge=700, le=2500)] | None = None
    diagnosis: Annotated[str, Field(pattern=f"^{_NAME}([+]{_NAME})*$")] = HEALTHY
