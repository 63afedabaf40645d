"""Every file name and every column of a data set on disk; pure functions of the subject's id.

A data set is a BIDS raw data set (the images) with one BIDS derivative inside (the truth). All paths
are relative to the root of the data set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath, PurePosixPath
from typing import Any, NamedTuple, TypeVar

from mindscan.dataset import visits
from mindscan.dataset.visits import word

AnyPath = TypeVar("AnyPath", bound=PurePath)

DERIVATIVE = PurePosixPath("derivatives/mindscan")
"""The derivative: labels, fractions, landmarks, volumes and recipes."""

JOB = PurePosixPath("code/mindscan.json")
"""The job that a folder belongs to."""

PARTIAL = PurePosixPath(".mindscan-partial")
"""Where files are written before they are moved into place."""


DESCRIPTION = PurePosixPath("dataset_description.json")
README = PurePosixPath("README")
PARTICIPANTS = PurePosixPath("participants.tsv")
TRUTH_DESCRIPTION = DERIVATIVE / "dataset_description.json"
TRUTH_README = DERIVATIVE / "README"
TRUTH_IGNORE = DERIVATIVE / ".bidsignore"
LABEL_TABLE = DERIVATIVE / "dseg.tsv"
"""Names and colours of the labels; at the top of the derivative it holds for every subject below."""

IGNORE = PurePosixPath(".bidsignore")
ROOT_IGNORED = ("report.html", "*_random.nii.gz", "*_random.json", "**/ct", "**/xr")
"""Names in the data set that BIDS has no word for: report, contrast without physics, CT and radiographs."""

IGNORED = (
    "*_hemi-*",
    "*_thickness.*",
    "*_landmarks.*",
    "*_points.*",
    "*_volumes.*",
    "*_lesions.*",
    "*_loads.*",
    "*_recipe.json",
    "*_subject.json",
)
"""Names below `DERIVATIVE` that BIDS has no word for; they stand in its `.bidsignore`."""

TISSUES_KEPT = ("GM", "WM", "CSF")
"""Tissues whose fractions are kept as pictures."""

MARKS = ("Synthetic", "Recipe", "RecipeSHA256")
"""What every sidecar says besides the physical settings: made up or not, and from which recipe."""

ABOUT_LABELS = "The structure that has the largest share of each voxel, as FreeSurfer ids"
ABOUT_SHOWN = "The same on the grid and in the geometry of one scan, exactly as its picture shows them"
ABOUT_PARCELS = "Cortical parcel of each voxel that is labelled cerebral cortex, 0 elsewhere"
ABOUT_SURFACES = {
    "white": "Surface between white matter and cortex; a closed mesh in world millimetres, RAS+",
    "pial": "Outer surface of the cortex; a closed mesh in world millimetres, RAS+",
    "thickness": "Thickness of the cortex in mm: mean distance from each surface to the other",
    "sulc": "Depth in mm of the pial surface below the smooth hemisphere",
    "mask": "1 where the surfaces bound cortex, 0 on callosum, brainstem and deep grey matter",
}

ABOUT_THICKNESS = "Thickness of {tissue} along the ray to each pixel of the radiograph in mm, without blur"

ABOUT_FRACTION = "Share of {tissue} in each voxel, from 0 to 1, exact to 1/131070"

Columns = Mapping[str, Mapping[str, Any]]
"""Column name to its description, in order, as a BIDS sidecar says it."""


def _ml(what: str) -> dict[str, str]:
    return {"Description": f"{what}; the sum of both sides, partial volume counted", "Units": "mL"}


PARTICIPANT_COLUMNS: Columns = {
    "participant_id": {"Description": "Name of the made-up person and of their folder"},
    "species": {"Description": "Species that the brain is modelled on"},
    "age": {
        "LongName": "Age",
        "Description": "Age of the made-up person; never rounded down, because nobody can be identified",
        "Format": "number",
        "Units": "year",
        "Minimum": 0,
        "Maximum": 120,
    },
    "sex": {"Description": "Sex of the made-up person", "Levels": {"F": "female", "M": "male"}},
    "handedness": {
        "Description": "Hand that the made-up person writes with",
        "Levels": {"L": "left", "R": "right", "A": "both alike"},
    },
    "diagnosis": {"Description": "Condition that the brain was made with"},
    "icv_ml": {"Description": "Intracranial volume: brain and cerebrospinal fluid", "Units": "mL"},
    "cortical_gm_ml": _ml("Grey matter of the cerebral cortex"),
    "cerebral_wm_ml": _ml("White matter of the cerebrum"),
    "subcortical_gm_ml": _ml(
        "Thalamus, caudate, putamen, pallidum, hippocampus, amygdala and accumbens area"
    ),
    "ventricles_ml": _ml("Lateral ventricles with their temporal horns, third and fourth ventricle"),
    "hippocampus_ml": _ml("Hippocampus"),
}

LANDMARK_COLUMNS: Columns = {
    "name": {"Description": "Name of the landmark"},
    "x": {"Description": "Position to the right, in the world space of the scans (RAS+)", "Units": "mm"},
    "y": {"Description": "Position to the front, in the world space of the scans (RAS+)", "Units": "mm"},
    "z": {"Description": "Position upwards, in the world space of the scans (RAS+)", "Units": "mm"},
}

PLACE_COLUMNS: Columns = {
    "name": LANDMARK_COLUMNS["name"],
    "column": {"Description": "Column that the landmark falls on, whole in the middles of pixels, from 0"},
    "row": {
        "Description": "Row that the landmark falls on, counted downwards, whole in the middles of pixels"
    },
    "magnification": {"Description": "How much larger the landmark's plane is on the detector"},
}

POINT_COLUMNS: Columns = {
    "id": {"Description": "Name of the point, the same in every subject"},
    "kind": {
        "Description": "What the point lies on",
        "Levels": {
            "pial": "outer surface of the cortex",
            "white": "surface between cortex and white matter",
            "inside": "inside of the structure",
            "surface": "surface of the structure",
            "inner": "inner surface of the skull",
            "outer": "outer surface of the skull, or the skin",
        },
    },
    "structure": {"Description": "Name of the structure, without its side"},
    "side": {"Description": "Side of the structure", "Levels": {"L": "left", "R": "right", "n/a": "middle"}},
    **{axis: LANDMARK_COLUMNS[axis] for axis in "xyz"},
}

VOLUME_COLUMNS: Columns = {
    "index": {"Description": "FreeSurfer id of the structure, as in the label pictures"},
    "name": {"Description": "FreeSurfer name of the structure"},
    "volume_ml": {"Description": "Volume of the structure, partial volume counted", "Units": "mL"},
}

LABEL_COLUMNS: Columns = {
    "index": {"Description": "FreeSurfer id of the structure"},
    "name": {"Description": "FreeSurfer name of the structure"},
    "color": {"Description": "Colour of the structure, as red, green and blue in hexadecimal"},
    "tissue": {"Description": "What the structure is made of: air, soft, bone, CSF, GM or WM"},
}

PARCEL_COLUMNS: Columns = {
    "index": {"Description": "Number of the parcel"},
    "name": {"Description": "Name of the parcel"},
    "color": {"Description": "Colour of the parcel, as red, green and blue in hexadecimal"},
    "gyrus": {
        "Description": "Gyrus that the centre of the parcel lies on, in the words of Desikan et al. 2006"
    },
    "network": {"Description": "Functional network of the parcel's centre, Seitzman et al. 2020"},
    "side": {"Description": "Side of the brain", "Levels": {"L": "left", "R": "right"}},
    "volume_ml": {"Description": "Cortex in the parcel, partial volume counted", "Units": "mL"},
}
PARCEL_EXTRAS = ("gyrus", "network", "side", "volume_ml")
"""Columns of parcels that BIDS has no description of."""


def folder(subject: str) -> str:
    """The folder of a person on disk.

    Args:
        subject: letters and digits; of the id of one session, the person is meant, see `visits`.

    Raises:
        SettingsError: the id holds anything else.

    Example:
        >>> folder("001")
        'sub-001'
    """
    return f"sub-{visits.person(subject)}"


class ScanName(NamedTuple):
    """What a scan is called: its BIDS suffix, and the labels of `acq-` and `part-` where it has them."""

    suffix: str
    acq: str = ""
    part: str = ""


DATATYPES = {"ADC": "dwi", "trace": "dwi", "ct": "ct", "xr": "xr"}
"""Folder of the scans of a suffix; "anat" of any other."""


def scans(subject: str, names: Sequence[ScanName]) -> list[PurePosixPath]:
    """Pictures of a subject's scans, in the order of `names`; a name that repeats is numbered.

    Raises:
        SettingsError: a suffix or a label is not made of letters and digits.

    Example:
        >>> names = [ScanName("T1w"), ScanName("T2w", "tse3t"), ScanName("T1w")]
        >>> [path.name for path in scans("001", names)]
        ['sub-001_run-1_T1w.nii.gz', 'sub-001_acq-tse3t_T2w.nii.gz', 'sub-001_run-2_T1w.nii.gz']
    """
    paths = []
    for i, name in enumerate(names):
        run = str(names[: i + 1].count(name)) if names.count(name) > 1 else ""
        entities = {"acq": name.acq, "run": run, "part": name.part}
        told = [f"{entity}-{word(label, entity)}" for entity, label in entities.items() if label]
        file = "_".join([visits.stem(subject), *told, f"{word(name.suffix, 'suffix')}.nii.gz"])
        paths.append(visits.home(subject) / DATATYPES.get(name.suffix, "anat") / file)
    return paths


def entity(path: PurePath, name: str) -> str:
    """The label of a BIDS entity in a file's name; "" where it has none.

    Example:
        >>> entity(PurePosixPath("sub-001_acq-tse3t_T2w.nii.gz"), "acq")
        'tse3t'
    """
    labels = (word.removeprefix(f"{name}-") for word in path.name.split("_") if word.startswith(f"{name}-"))
    return next(labels, "")


def suffix_of(picture: PurePath) -> str:
    """The BIDS suffix of a picture, such as "T1w"."""
    return picture.name.partition(".")[0].rpartition("_")[2]


def is_projection(picture: PurePath) -> bool:
    """Whether a scan's picture is a radiograph: one voxel thick, in the plane of the detector."""
    return suffix_of(picture) == "xr"


def preview(picture: AnyPath) -> AnyPath:
    """A radiograph as an ordinary picture, beside its NIfTI file."""
    return picture.with_name(picture.name.partition(".")[0] + ".png")


def thickness(subject: str, picture: PurePath, tissue: str) -> PurePosixPath:
    """Thickness of one tissue along the rays of a radiograph.

    Example:
        >>> thickness("001", scans("001", [ScanName("xr", "ap")])[0], "bone").name
        'sub-001_acq-ap_label-bone_thickness.nii.gz'
    """
    return _truth(subject, _with(picture, f"label-{tissue}_thickness.nii.gz"))


def places(subject: str, picture: PurePath) -> PurePosixPath:
    """The table of landmarks as they fall on a radiograph."""
    return _truth(subject, _with(picture, "landmarks.tsv"))


def sidecar(path: AnyPath) -> AnyPath:
    """The JSON file that describes a picture or a table."""
    return path.with_name(path.name.partition(".")[0] + ".json")


def labels(subject: str) -> PurePosixPath:
    """The picture of label ids."""
    return _truth(subject, "dseg.nii.gz")


def shown_labels(subject: str, picture: PurePath) -> PurePosixPath:
    """The picture of label ids as one scan shows them, where that differs from `labels`.

    Example:
        >>> shown_labels("001", scans("001", [ScanName("T1w")])[0]).name
        'sub-001_desc-T1w_dseg.nii.gz'
    """
    return _truth(subject, f"{shown(picture)}_dseg.nii.gz")


def shown_landmarks(subject: str, picture: PurePath) -> PurePosixPath:
    """The table of landmarks as one scan shows them."""
    return _truth(subject, f"{shown(picture)}_landmarks.tsv")


def parcels(subject: str) -> PurePosixPath:
    """The picture of cortical parcels."""
    return _truth(subject, "seg-parcels_dseg.nii.gz")


def sick(subject: str, ending: str) -> PurePosixPath:
    """A file that only conditions or later sessions bring; see `lesion_columns` and `session_columns`."""
    return _truth(subject, ending)


def fraction(subject: str, tissue: str) -> PurePosixPath:
    """The picture of one tissue's fraction."""
    return _truth(subject, f"label-{tissue}_probseg.nii.gz")


def surface(subject: str, side: str, layer: str) -> PurePosixPath:
    """The mesh of a surface: `side` is "left" or "right", `layer` is "white" or "pial".

    Example:
        >>> surface("001", "left", "white").name
        'sub-001_hemi-L_white.surf.gii'
    """
    return _truth(subject, f"hemi-{side[0].upper()}_{layer}.surf.gii")


def shape(subject: str, side: str, name: str) -> PurePosixPath:
    """A number at every vertex of a side's surfaces: `name` is "thickness" or "sulc"."""
    return _truth(subject, f"hemi-{side[0].upper()}_{name}.shape.gii")


def cortex_mask(subject: str, side: str) -> PurePosixPath:
    """Which vertices of a side's surfaces are cortex."""
    return _truth(subject, f"hemi-{side[0].upper()}_desc-cortex_mask.label.gii")


def landmarks(subject: str) -> PurePosixPath:
    """The table of landmarks."""
    return _truth(subject, "landmarks.tsv")


def points(subject: str) -> PurePosixPath:
    """The table of dense corresponding points."""
    return _truth(subject, "points.tsv")


def parcel_table(subject: str) -> PurePosixPath:
    """The table of cortical parcels, with their volumes in this subject."""
    return _truth(subject, "seg-parcels_dseg.tsv")


def volumes(subject: str) -> PurePosixPath:
    """The table of structure volumes."""
    return _truth(subject, "volumes.tsv")


def card(subject: str) -> PurePosixPath:
    """Who the subject is and which files it has; the first file to be moved into place."""
    return _truth(subject, "subject.json")


def recipe(subject: str) -> PurePosixPath:
    """Where the subject comes from; the last file to be moved into place, so the mark of completion."""
    return _truth(subject, "recipe.json")


RECIPES = str(DERIVATIVE / "sub-*" / "anat" / "sub-*_recipe.json")
VISIT_RECIPES = str(DERIVATIVE / "sub-*" / "ses-*" / "anat" / "sub-*_recipe.json")
"""Patterns that find the recipes of all subjects, of those who come once and of every session of others."""


def subject_of(recipe_name: str) -> str:
    """The id of the subject that a recipe's file name belongs to.

    Example:
        >>> subject_of(recipe("001").name), subject_of(recipe("001_ses-02").name)
        ('001', '001_ses-02')
    """
    name, *rest = recipe_name.removeprefix("sub-").split("_")
    return "_".join([name, *(part for part in rest[:1] if part.startswith("ses-"))])


def uri(path: PurePosixPath, dataset: str = "mindscan") -> str:
    """BIDS URI of a file: in the derivative, or in the data set that its description calls `dataset`.

    Example:
        >>> uri(recipe("001"))
        'bids:mindscan:sub-001/anat/sub-001_recipe.json'
    """
    inside = path.relative_to(DERIVATIVE) if path.is_relative_to(DERIVATIVE) else path
    return f"bids:{dataset}:{inside}"


def _truth(subject: str, ending: str) -> PurePosixPath:
    return DERIVATIVE / visits.home(subject) / "anat" / f"{visits.stem(subject)}_{ending}"


def shown(picture: PurePath) -> str:
    """What the name of a file says that holds the truth as one scan shows it."""
    return _with(picture, f"desc-{suffix_of(picture)}")


def _with(picture: PurePath, ending: str) -> str:
    """What the name of a scan's picture says between who is seen and its suffix, with another ending."""
    return "_".join([*(w for w in picture.name.split("_")[1:-1] if not w.startswith("ses-")), ending])
