"""Who a brain belongs to."""

from typing import Annotated, Literal

from pydantic import Field

from mindscan.core.prior import Rounded
from mindscan.core.record import Record


class Person(Record):
    """What the participants table says of one made-up person.

    Args:
        age_years: age from 0 to 120 years.
        sex: "F" or "M", as BIDS writes it.
        diagnosis: plain kebab-case name, such as "alzheimers-disease"; "healthy" until conditions are chosen.
    """

    age_years: Annotated[Rounded, Field(ge=0, le=120)]
    sex: Literal["F", "M"]
    diagnosis: Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")] = "healthy"
