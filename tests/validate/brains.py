"""Label maps of made people, each made once."""

import functools

from mindscan.anatomy import anatomy, build
from mindscan.cohort.plan import GridPlan
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.volume import Volume


@functools.cache
def made(seed: int, sex: str, age: float) -> Volume:
    """The labels of a whole person at 1.5 mm."""
    key = Key(seed)
    drawn = anatomy.draw(key, Person(age_years=age, sex=sex))
    return build.make(drawn, GridPlan(voxel_mm=(1.5, 1.5, 1.5)).grid(), key, dense=False).labels
