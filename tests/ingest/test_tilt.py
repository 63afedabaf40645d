"""Slices of a tilted gantry are put back where they were taken."""

import gzip
from pathlib import Path

import nibabel as nib
import numpy as np

from mindscan.ingest.tilt import shear, step_mm


def test_steps_run_from_the_first_slice_to_the_last() -> None:
    places = [(1.0, -2.0 + 0.5 * k, 30.0 - 4.0 * k) for k in (2, 0, 1, 3, 1)]
    assert np.allclose(step_mm(places), (0, 0.5, 4.0))
    assert not step_mm([(1.0, 2.0, 3.0)]).any()
    assert not step_mm([]).any()


def test_only_the_third_axis_changes(tmp_path: Path) -> None:
    affine = np.array([[-1.0, 0, 0, 3], [0, 0.9, 0, 4], [0, -0.3, -4.8, 5], [0, 0, 0, 1]])
    data = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    picture = tmp_path / "ct.nii.gz"
    nib.save(nib.Nifti1Image(data, affine), picture)
    shear(picture, np.array([0.0, 0.0, 5.0]))
    found = nib.load(picture)
    wanted = affine.copy()
    wanted[:3, 2] = 0, 0, -5
    assert np.allclose(found.affine, wanted)
    assert found.header["qform_code"] == 0
    assert np.array_equal(np.asarray(found.dataobj), data)
    assert gzip.decompress(picture.read_bytes())[344:348] == b"n+1\0"
