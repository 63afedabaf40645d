from pathlib import PurePosixPath

from mindscan.dataset import layout
from mindscan.dataset.truth import truth_names


def test_what_mindscan_writes_for_a_scan_comes_first_and_for_its_subject_last() -> None:
    scan = layout.ScanName("T1w")
    (picture,) = [path for path in layout.scans("0001", [scan]) if path.name.endswith("T1w.nii.gz")]
    shown = layout.shown_labels("0001", picture).name
    assert truth_names(picture)[0] == shown
    assert truth_names(picture)[-1] == layout.labels("0001").name


def test_sessions_and_other_endings_are_kept() -> None:
    names = truth_names(PurePosixPath("sub-1_ses-2_acq-x_FLAIR.nii.gz"), "mask.nii.gz")
    assert names[1:] == ["sub-1_ses-2_acq-x_FLAIR_mask.nii.gz", "sub-1_ses-2_mask.nii.gz"]
