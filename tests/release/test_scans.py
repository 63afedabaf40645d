"""Scans are told from labels, and their labels are found whatever derivative they stand in."""

from pathlib import Path

import pytest

from mindscan.core.errors import FileError
from mindscan.release.scans import apart, found, stem, subject, truth_of

FILES = (
    *("sub-01/anat/sub-01_T1w.nii.gz", "sub-01/anat/sub-01_mask.nii.gz", "sub-01/xr/sub-01_xr.nii.gz"),
    *("other/deep/scan.nii", ".hidden/sub-02_T1w.nii", "derivatives/a/sub-01/anat/sub-01_dseg.nii.gz"),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_names(root: Path) -> None:
    scans = found(root)
    assert [str(path) for path in scans] == ["other/deep/scan.nii", "sub-01/anat/sub-01_T1w.nii.gz"]
    assert [apart(path) for path in scans] == ["other_deep_scan", "sub-01_T1w"]
    assert (stem(scans[1]), subject(scans[1])) == ("sub-01_T1w", "sub-01")
    with pytest.raises(FileError, match="holds no scan"):
        found(root / "nowhere")


def test_labels_on_the_own_grid_come_first(root: Path) -> None:
    scan = Path("sub-01/anat/sub-01_T1w.nii.gz")
    place = root / "derivatives/a/sub-01/anat"
    assert truth_of(root, scan) == place / "sub-01_dseg.nii.gz"
    for name in ("sub-01_T1w_dseg.nii.gz", "sub-01_desc-T1w_dseg.nii.gz"):
        (place / name).touch()
        assert truth_of(root, scan) == place / name
    assert truth_of(root, Path("other/deep/scan.nii")) is None
