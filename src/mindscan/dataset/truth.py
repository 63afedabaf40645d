"""What files of the truth about a scan may be called, in data sets of mindscan and of others."""

from __future__ import annotations

from pathlib import PurePath

from mindscan.dataset import layout


def truth_names(picture: PurePath, ending: str = "dseg.nii.gz") -> list[str]:
    """What files of a scan's truth may be called: that as the scan shows it, else of subject and session.

    Example:
        >>> from pathlib import PurePosixPath
        >>> truth_names(PurePosixPath("sub-01/anat/sub-01_T1w.nii.gz"))
        ['sub-01_desc-T1w_dseg.nii.gz', 'sub-01_T1w_dseg.nii.gz', 'sub-01_dseg.nii.gz']
    """
    stem = picture.name.partition(".")[0]
    words = stem.split("_")
    who = "_".join(word for word in words if word.startswith(("sub-", "ses-")))
    shown = "_".join([who, layout.shown(picture)])
    return [f"{name}_{ending}" for name in (shown, stem, who)]
