"""A base anatomy made from nothing but mindscan: somebody's labels, turned and flipped, added as a map."""

import functools
from pathlib import Path

import numpy as np

from mindscan.anatomy import anatomy, assets, build
from mindscan.assets import keep
from mindscan.assets.keep import Asset
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.volume import Grid, Volume
from mindscan.dataset.nifti import nifti_bytes

NAME = "made"


@functools.cache
def somebody() -> Volume:
    """Labels of a person with a large left and a small right hippocampus, stored as (left, down, front)."""
    data = anatomy.draw(Key(12), Person(age_years=30, sex="F")).model_dump()
    data["deep_grey_ml"]["hippocampus"] = (4.6, 2.9)
    data["head"] |= {"turn_deg": (6.0, -4.0, 5.0), "shift_mm": (8.0, -5.0, 6.0)}
    grid = Grid.centred((172, 214, 190), (1, 1, 1), (8, -22, 6))
    labels = build.make(anatomy.Anatomy.parse(data), grid, Key(12), dense=False).labels
    turned = labels.data.flip(0).flip(2).permute(0, 2, 1).contiguous()
    i, _, k = grid.shape
    flip = np.array([[-1, 0, 0, i - 1], [0, 0, 1, 0], [0, -1, 0, k - 1], [0, 0, 0, 1.0]])
    return Volume(turned, grid.affine @ flip)


def written(volume: Volume, path: Path) -> Path:
    """A label map as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(nifti_bytes(volume, "labels"))
    return path


@functools.cache
def made() -> Asset:
    """The map, added anew in every run of the tests."""
    if NAME in assets.names():
        keep.remove(NAME)
    return keep.add(written(somebody(), assets.folder().parent / "somebody.nii.gz"), "freesurfer", NAME)
