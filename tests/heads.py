"""Made heads for tests of what scans go through, small and made once."""

import functools

from mindscan.cohort import recipe as recipes
from mindscan.cohort.plan import Plan
from mindscan.core.brain import Brain
from mindscan.core.volume import Volume
from mindscan.prepare.brain import Inside, inside
from mindscan.prepare.register import Registration, registered
from mindscan.tasks.given import accepted


@functools.cache
def head(preset: str = "T1w", voxel_mm: float = 3.0, bias_sd: float = 0.2) -> tuple[Volume, Brain]:
    """A scan of a person with a strong bias field, and the truth."""
    scan = {"preset": preset, "settings": {"bias_sd": bias_sd}}
    plan = Plan.parse({"grid": {"voxel_mm": voxel_mm}, "scans": [scan]})
    subject = recipes.make(recipes.draw(plan, 61, recipes.subject_id(1)), dense=False)
    assert subject.brain is not None
    return subject.scans[0].volume, subject.brain


@functools.cache
def found() -> Inside:
    """What lies inside the skull of the head of `head`, by the network."""
    return inside(head()[0])


@functools.cache
def maps() -> Registration:
    """Where that brain lies, bias and all."""
    return registered(accepted(head()[0]), found().mask, found().pose, deep=True)
