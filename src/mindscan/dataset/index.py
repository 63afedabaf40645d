"""What a data set says of itself: descriptions, tables and words, made anew from its subjects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from mindscan.core.errors import FolderError
from mindscan.core.labels import LABELS
from mindscan.dataset import layout, visits
from mindscan.dataset.card import finished
from mindscan.dataset.folder import disk_faults, partial, put, tidy
from mindscan.dataset.lesion_columns import CONDITION_COLUMNS
from mindscan.dataset.session_columns import IGNORED, SESSION_COLUMNS, sessions
from mindscan.dataset.shelf import Dataset, Entry, read_dataset
from mindscan.dataset.tables import hexadecimal, json_bytes, tsv_bytes

BIDS_VERSION = "1.10.1"


def write_index(root: str | Path) -> None:
    """Make the files that describe the whole data set from the subjects that are finished.

    Every file is replaced in one step, so readers never see half of one. What killed runs have left
    half-written is removed.

    Args:
        root: a folder that `open_job` has made.

    Raises:
        FolderError: the folder was not made by `open_job`, or the disk refuses.
        FileError: a subject's card or table of volumes is damaged.
    """
    root = Path(root)
    if not (root / layout.JOB).is_file():
        raise FolderError(f"{root} has no {layout.JOB}", "a folder that mindscan opened", "open it first")
    done = set(finished(root))
    shelf = read_dataset(root)
    dataset = Dataset(root, tuple(entry for entry in shelf.entries if entry.id in done))
    with disk_faults(root):
        with partial(root, "index") as temporary:
            for path, content in _documents(dataset).items():
                put(root, temporary, path, content)
        tidy(root)


def _documents(dataset: Dataset) -> dict[PurePosixPath, bytes]:
    people = dataset.people
    rows = [found[0].participant() | {"participant_id": who} for who, found in people.items()]
    said = {name for row in rows for name in row}
    more = {name: about for name, about in CONDITION_COLUMNS.items() if name in said}
    columns, bases = {**layout.PARTICIPANT_COLUMNS, **more}, ", ".join(dataset.bases)
    again = {who: found for who, found in people.items() if visits.session(found[0].id)}
    readme = _README.format(version=version("mindscan")) + (_SESSIONS if again else "")
    readme += _BASES.format(bases=bases) if bases else ""
    return {
        **{path: text for found in again.values() for path, text in _sessions(found).items()},
        layout.README: readme.encode(),
        layout.TRUTH_README: (_TRUTH_README + (_TRUTH_SESSIONS if again else "")).encode(),
        layout.IGNORE: _lines(layout.ROOT_IGNORED),
        layout.TRUTH_IGNORE: _lines((*layout.IGNORED, *(IGNORED if again else ()))),
        layout.TRUTH_DESCRIPTION: json_bytes(_truth_description(bases)),
        layout.LABEL_TABLE: tsv_bytes(layout.LABEL_COLUMNS, _label_rows()),
        layout.sidecar(layout.LABEL_TABLE): json_bytes({"tissue": layout.LABEL_COLUMNS["tissue"]}),
        layout.sidecar(layout.PARTICIPANTS): json_bytes(columns),
        layout.PARTICIPANTS: tsv_bytes(columns, ([row.get(name) for name in columns] for row in rows)),
        layout.DESCRIPTION: json_bytes(_description(bases)),
    }


def _sessions(found: Sequence[Entry]) -> dict[PurePosixPath, bytes]:
    """The table of one person's sessions, and what describes it."""
    path, first = sessions(found[0].id), found[0].person.age_years
    rows = [
        (f"ses-{visits.session(entry.id)}", entry.person.age_years, entry.person.age_years - first)
        for entry in found
    ]
    described = {name: about for name, about in SESSION_COLUMNS.items() if name != "session_id"}
    return {path: tsv_bytes(SESSION_COLUMNS, rows), layout.sidecar(path): json_bytes(described)}


def _lines(names: Sequence[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode()


def _label_rows() -> list[tuple[str, str, str, str]]:
    return [(str(label.id), label.name, hexadecimal(label.colour), label.tissue) for label in LABELS]


def _common(name: str, kind: str, bases: str) -> dict[str, Any]:
    shaped = f"shaped from the label maps {bases}" if bases else "nobody was scanned"
    return {
        "Name": name,
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": kind,
        "License": f"as the label maps {bases} allow" if bases else "CC0-1.0",
        "Authors": ["The makers of mindscan"],
        "Keywords": ["synthetic", "simulated", "MRI", "brain"],
        "GeneratedBy": [
            {
                "Name": "mindscan",
                "Version": version("mindscan"),
                "Description": f"Made by simulation from recipes; {shaped}",
            }
        ],
    }


def _description(bases: str) -> Mapping[str, Any]:
    links = {"mindscan": str(layout.DERIVATIVE)}
    return {**_common("Synthetic brain MRI", "raw", bases), "DatasetLinks": links}


def _truth_description(bases: str) -> Mapping[str, Any]:
    up = "/".join(".." for _ in layout.DERIVATIVE.parts)
    name = "Synthetic brain MRI: exact labels, tissue fractions and landmarks"
    return {
        **_common(name, "derivative", bases),
        "DatasetLinks": {"raw": up},
        "SourceDatasets": [{"URL": up}],
    }


_README = """\
Synthetic brain MRI

Nobody was scanned: every image here was made by mindscan {version} from a recipe, so every voxel and every
landmark is labelled exactly. The images follow the physics of MRI; the people do not exist. Do not take
them for scans of patients.

sub-*/anat                         the images, each with its settings in a JSON file of the same name
sub-*/ct, sub-*/xr                 where asked for, and without a word in BIDS: CT in Hounsfield units, and
                                   radiographs (optical depth times 1000, on the plane of the detector)
participants.tsv                   age, sex, handedness, diagnosis and volumes of the made-up people
derivatives/mindscan               what is known exactly: labels, tissue fractions, landmarks, volumes
derivatives/mindscan/dseg.tsv      names and colours of the labels (FreeSurfer ids)
derivatives/mindscan/sub-*/anat/sub-*_recipe.json
                                   all that a subject follows from; the same version of mindscan makes the
                                   same subject from it again
code/mindscan.json                 the version, seed and plan that the whole data set follows from

World space is RAS+ in millimetres, the same for a subject's images, labels and landmarks. All files of a
subject are listed with their SHA-256 in derivatives/mindscan/sub-*/anat/sub-*_subject.json.
"""

_SESSIONS = """
Everybody comes several times: sub-*/ses-* are sessions of one person, sub-*/sub-*_sessions.tsv says when, and
participants.tsv is of the first one. Beyond it only what years do has changed, and the noise.
"""

_BASES = """
The shapes of some people start from label maps that the maker has added as base anatomies: {bases}. What
those maps show of somebody may be seen in them; pass them on only as the maps themselves may be passed on.
"""

_TRUTH_README = """\
What is known exactly of each synthetic brain

sub-*_dseg.nii.gz                  structure of each voxel, as FreeSurfer ids; names in dseg.tsv
sub-*_label-GM_probseg.nii.gz      share of grey matter in each voxel, from 0 to 1; likewise WM and CSF
sub-*_seg-parcels_dseg.nii.gz      cortical parcel of each voxel; names, networks and volumes in the .tsv
sub-*_points.tsv                   dense points on surfaces and in structures, the same set in every subject
sub-*_landmarks.tsv                named points in millimetres, RAS+, in the world space of the scans
sub-*_desc-*_dseg.nii.gz           structure of each voxel as one scan shows it, where its grid or geometry is
                                   another; landmarks likewise
sub-*_acq-*_thickness.nii.gz       where asked for: mm of each tissue along the rays of a radiograph
sub-*_acq-*_landmarks.tsv          column and row of each landmark on a radiograph, and its magnification
sub-*_volumes.tsv                  volume of each structure in millilitres, partial volume counted
sub-*_seg-lesions_dseg.nii.gz      where there are any: number of the lesion in each voxel
sub-*_lesions.tsv                  condition, label, middle, volume, grade and place of every lesion
sub-*_loads.tsv                    where there are any: amyloid, tau and atrophy in every cortical parcel
sub-*_hemi-*                       where asked for: white and pial surface of each hemisphere in millimetres,
                                   RAS+, thickness, sulcal depth and mask of the cortex at every vertex
sub-*_recipe.json                  all that the subject follows from
sub-*_subject.json                 who the subject is, and the SHA-256 of every file
"""

_TRUTH_SESSIONS = """
sub-*_ses-*_from-ses*_to-ses*_mode-image_xfm.nii.gz
                                   what carries places of a session to where they lay in the first one: a
                                   displacement field for ITK and ANTs, exact everywhere
sub-*_ses-*_change.tsv             prescribed and achieved change of every structure since the first session
sub-*_ses-*_desc-lesions_change.tsv
                                   where there are any: what has become of every lesion since then
"""
