"""Synthetic brain imaging that people can train on and share.

>>> import mindscan
>>> recipe = mindscan.draw(mindscan.Plan(), seed=1, subject="0001")
>>> recipe.person.sex in ("F", "M")
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mindscan.api import (
        add_asset,
        list_assets,
        make,
        make_subject,
        remove_asset,
        replay,
        stream,
        surfaces,
        take_in,
        to_dicom,
        to_monai,
        to_torchio,
    )
    from mindscan.cohort.plan import Plan
    from mindscan.cohort.recipe import Recipe, draw
    from mindscan.core.errors import MindscanError
    from mindscan.dataset.shelf import read_dataset
    from mindscan.ingest.dicom import from_dicom
    from mindscan.report.methods import cite
    from mindscan.report.show import show
    from mindscan.tasks.landmarks import landmarks
    from mindscan.tasks.segment import segment
    from mindscan.tasks.tissues import tissue_maps

_HOME = {
    "add_asset": "api",
    "list_assets": "api",
    "make": "api",
    "make_subject": "api",
    "remove_asset": "api",
    "replay": "api",
    "stream": "api",
    "surfaces": "api",
    "take_in": "api",
    "to_dicom": "api",
    "to_monai": "api",
    "to_torchio": "api",
    "Plan": "cohort.plan",
    "Recipe": "cohort.recipe",
    "draw": "cohort.recipe",
    "MindscanError": "core.errors",
    "read_dataset": "dataset.shelf",
    "from_dicom": "ingest.dicom",
    "cite": "report.methods",
    "landmarks": "tasks.landmarks",
    "segment": "tasks.segment",
    "show": "report.show",
    "tissue_maps": "tasks.tissues",
}

__all__ = [
    "MindscanError",
    "Plan",
    "Recipe",
    "add_asset",
    "cite",
    "draw",
    "from_dicom",
    "landmarks",
    "list_assets",
    "make",
    "make_subject",
    "read_dataset",
    "remove_asset",
    "replay",
    "segment",
    "show",
    "stream",
    "surfaces",
    "take_in",
    "tissue_maps",
    "to_dicom",
    "to_monai",
    "to_torchio",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that `import mindscan` costs nothing."""
    if name not in _HOME:
        raise AttributeError(f"module 'mindscan' has no attribute '{name}'")
    return getattr(importlib.import_module(f"mindscan.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
