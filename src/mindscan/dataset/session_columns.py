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
    "first_ml": {
        "Description": "Volume in the first session, partial volume and the lesions in it counted",
        "Units": "mL",
    },
    "volume_ml": {"Description": "Volume in this session, likewise", "Units": "mL"},
    "prescribed_percent": {"Description": "Change that was asked for, of the first volume", "Units": "%"},
    "achieved_percent": {
        "Description": "Change that the two volumes show; other, where pictures cut a structure",
        "Units": "%",
    },
}

LESION_CHANGE_COLUMNS: Columns = {
    "id": {"Description": "Number of the lesion in seg-lesions_dseg.nii.gz, the same in all sessions"},
    "condition": {"Description": "Condition that brings it"},
    "first_label": {"Description": "Name of its label in the first session; n/a where it was not there"},
    "label": {"Description": "Name of its label in this session; n/a where it is gone"},
    "first_ml": {"Description": "Volume in the first session, partial volume counted", "Units": "mL"},
    "prescribed_ml": {
        "Description": "Volume that was asked for in this session, or that there is room for if that is less",
        "Units": "mL",
    },
    "volume_ml": {
        "Description": "Volume in this session, partial volume counted; other, where pictures cut it",
        "Units": "mL",
    },
    "change": {
        "Description": "What has become of it since the first session, by the prescribed volumes",
        "Levels": {
            "appeared": "it was not there",
            "grown": "larger by more than 0.5 %",
            "same": "as large",
            "shrunk": "smaller by more than 0.5 %",
            "gone": "it is no longer there, or others have grown over it",
        },
    },
    "first_enhancing": {"Description": "Whether it took up contrast agent in the first session, yes or no"},
    "enhancing": {"Description": "Whether it takes up contrast agent in this session, yes or no"},
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


def lesion_change(subject: str) -> PurePosixPath:
    """The table of what has become of lesions since the first session.

    Example:
        >>> lesion_change("0001_ses-02").name
        'sub-0001_ses-02_desc-lesions_change.tsv'
    """
    return layout.sick(subject, "desc-lesions_change.tsv")
