"""Files and columns that stand on disk only where somebody comes several times."""

from pathlib import PurePosixPath

from mindscan.dataset import layout, visits
from mindscan.dataset.layout import Columns

IGNORED = ("*_xfm.*", "*_change.*")
"""Names below the derivative that BIDS has no word for."""

SESSION_COLUMNS: Columns = {
    "session_id": {"Description": "Name of the session and of its folder"},
    "age": {"Description": "Age of the made-up person in this session", "Units": "year"},
    "years": {"Description": "Time since the first session", "Units": "year"},
}

CHANGE_COLUMNS: Columns = {
    "name": {"Description": "FreeSurfer name of the structure; corpus callosum and brain are whole"},
    "first_ml": {"Description": "Volume in the first session, partial volume counted", "Units": "mL"},
    "volume_ml": {"Description": "Volume in this session, likewise", "Units": "mL"},
    "prescribed_percent": {"Description": "Change that was asked for, of the first volume", "Units": "%"},
    "achieved_percent": {
        "Description": "Change that the two volumes show; other, where pictures cut a structure",
        "Units": "%",
    },
}

ABOUT_TRANSFORM = (
    "Displacement field as ITK and ANTs read it (LPS mm): carries every place of this session to where it "
    "lay in the first, so that resampling with it brings pictures of the first session into this one"
)


def sessions(subject: str) -> PurePosixPath:
    """The table of a person's sessions.

    Example:
        >>> str(sessions("0001_ses-02"))
        'sub-0001/sub-0001_sessions.tsv'
    """
    person = layout.folder(subject)
    return PurePosixPath(person) / f"{person}_sessions.tsv"


def transform(subject: str, since: str) -> PurePosixPath:
    """What carries a session to the first one, called `since`.

    Example:
        >>> transform("0001_ses-02", "01").name
        'sub-0001_ses-02_from-ses01_to-ses02_mode-image_xfm.nii.gz'
    """
    return layout.sick(subject, f"from-ses{since}_to-ses{visits.session(subject)}_mode-image_xfm.nii.gz")


def change(subject: str) -> PurePosixPath:
    """The table of what structures have gained since the first session."""
    return layout.sick(subject, "change.tsv")
