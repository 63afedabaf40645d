"""What mindscan says to a user who asks for something impossible, tried out anew for every page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mindscan.cohort.plan import Plan
from mindscan.cohort.run import make_cohort
from mindscan.core.errors import MindscanError


def _scan(preset: str = "T1w", **settings: Any) -> dict[str, Any]:
    return {"scans": [{"preset": preset, **({"settings": settings} if settings else {})}]}


MISTAKES: Mapping[str, Mapping[str, Any]] = {
    "a preset that does not exist": _scan("T1w-MPRAGE-3"),
    "a slice thickness of 0": _scan(acquisition={"slices": {"thickness_mm": 0}}),
    "a CT slice thickness of 0": _scan("CT", slice_mm=0),
    "a field strength without constants": _scan(field_tesla=2),
    "an empty field of view": _scan(acquisition={"field_of_view": {"k_mm": 20, "offset_k_mm": 400}}),
    "a field of view of 0": _scan(acquisition={"field_of_view": {"k_mm": 0}}),
    "a CT field of view of 0": _scan("CT", field_mm=0),
    "an echo after the repetition": _scan("T2w", sequence={"kind": "spin_echo", "tr_ms": 50, "te_ms": 90}),
    "a setting that is misspelt": _scan(snrr=30),
    "less than no noise": _scan(snr=-1),
    "a tube voltage between two": _scan("XR-AP", tube_kv=72),
    "a focus inside the head": _scan("XR-lateral", source_detector_mm=500, object_detector_mm=400),
    "more acceleration than channels": _scan(acquisition={"coils": {"channels": 2, "acceleration": 3}}),
}
"""What a plan may ask for wrongly, in the words of a plan."""


def said() -> list[dict[str, Any]]:
    """What every mistake gives: a line, and whether it is one line with nothing written."""
    return [{"name": name, **_said(plan)} for name, plan in MISTAKES.items()]


def _said(told: Mapping[str, Any]) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        root = Path(folder) / "out"
        try:
            plan = Plan.parse({**told, "grid": {"voxel_mm": 4, "field_of_view_mm": 64}})
            next(make_cohort(root, plan, 1, 0, 1))
        except MindscanError as error:
            line = str(error)
            return {"said": line, "holds": "\n" not in line and not root.exists()}
    return {"said": "nothing: it was made", "holds": False}
