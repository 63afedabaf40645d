"""Names of the derivative."""

from pathlib import PurePosixPath

import pytest

from mindscan.core.errors import SettingsError
from mindscan.prepare.names import Names


def test_no_two_scans_and_no_two_files_share_a_name() -> None:
    scans = ["sub-1_T1w", "sub-1_T2w", "sub-1_acq-a_T1w", "sub-1_run-2_T1w"]
    every = []
    for scan in scans:
        names = Names.of(PurePosixPath(f"sub-1/ses-x/anat/{scan}.nii.gz"))
        every += [names.prepared, names.sidecar, names.prepared_mask, names.mask, names.bias, names.defaced]
        every += [names.face, names.picture, names.transform("rigid"), names.transform("affine")]
    assert len(set(every)) == len(every) == 40
    assert all(str(name).startswith("sub-1/ses-x/") for name in every)


@pytest.mark.parametrize("name", ["head.nii.gz", "T1w_sub-1.nii", "sub-1_T1-w.nii.gz"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="BIDS"):
        Names.of(PurePosixPath("anat") / name)
