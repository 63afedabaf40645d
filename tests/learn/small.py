"""One coarse head, made once for all tests that learn."""

import functools

from mindscan.cohort.plan import Plan
from mindscan.learn import heads
from mindscan.learn.heads import Head

PLAN = Plan.parse({"people": {"age_years": 40}, "grid": {"voxel_mm": 4}})


@functools.cache
def head() -> Head:
    """Somebody at 4 mm."""
    return heads.head(PLAN, 1, 1)
