"""A plan whose subjects are made in less than a second, and what is on disk afterwards."""

import hashlib
from pathlib import Path

from mindscan.cohort.plan import Plan

GRID = {"voxel_mm": 2, "field_of_view_mm": 48}
SMALL = Plan.parse({"grid": GRID})
ONE_SCAN = Plan.parse({"grid": GRID, "scans": [{"preset": "T1w"}]})


def digests(root: Path) -> dict[str, str]:
    """SHA-256 of every file of a data set but the report."""
    files = (path for path in root.rglob("*") if path.is_file() and path.name != "report.html")
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
