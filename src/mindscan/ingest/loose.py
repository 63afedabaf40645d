"""Files that are pictures of their own: whose they are, what their names say, and what belongs to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from pathlib import PurePosixPath
from typing import Any

from mindscan.core.errors import MindscanError
from mindscan.dataset import layout
from mindscan.dataset.tables import read_json
from mindscan.ingest.find import Entry
from mindscan.ingest.item import Item
from mindscan.ingest.modality import LABEL_WORDS, TELLING, labels_of
from mindscan.ingest.nrrd import detached
from mindscan.ingest.picture import UnfitError

ENTITIES = ("task", "acq", "ce", "rec", "run", "mod", "echo", "flip", "inv", "mt", "part", "chunk")
"""What a BIDS name may say besides person and visit, in the order that BIDS wants."""

_NAME = re.compile(r"sub-[A-Za-z0-9+]+(_[a-z]+-[A-Za-z0-9+]+)*_[A-Za-z0-9]+")
_ENDINGS = re.compile(r"(\.seg\.nrrd|\.nii\.gz|\.img\.gz|\.hdr\.gz|\.[^.]*)$", re.I)
_ANYBODYS = re.compile(
    r"anat|ct|nii|nifti|dicom|dcm|mgz|nrrd|analyze|mri|mr|scans?|images?|raw|data|orig|"
    r"(ses|session|visit|timepoint|tp|month|baseline|followup)[-_]?\d{0,3}|"
    + "|".join(map(re.escape, TELLING | LABEL_WORDS))
)
"""Folders that do not say whose their files are."""

_SIDECAR_BYTES = 1 << 20


def loose_item(entry: Entry, kind: str, known: Mapping[str, Entry], ids: Set[str]) -> Item:
    """One file as an item, with what its name, its sidecars and its neighbours say.

    Args:
        entry: the file.
        kind: what it is.
        known: all files of the source by their names.
        ids: of people in the user's table, as `normal` has them.
    """
    path = PurePosixPath(entry.name)
    stem = stem_of(path)
    entities = bids_entities(stem)
    said, companions = _sidecars(path, stem, entities, known)
    pixels, unfit = _pixels(entry, kind, known)
    mark = said.get(layout.MARKS[0])
    labels = "dseg" if kind == "segmentation" else _labels(path, stem, entities)
    if labels:
        pass  # a result of a program, mostly, and welcome
    elif entities and "derivatives" in path.parts:
        unfit = unfit or "is a result of a program, below derivatives"
    elif entities and set(entities) - {*ENTITIES, "sub", "ses", "suffix"}:
        unfit = unfit or "is a result of a program by its BIDS name"
    return Item(
        identity=entry.name,
        kind=kind,
        names=(entry.name, *([pixels.name] if pixels else [])),
        paths=(str(entry.path), *([str(pixels.path)] if pixels else [])),
        size=sum(one.path.stat().st_size for one in (entry, pixels) if one),
        person=person_of(path, stem, entities, known, ids),
        session=entities.get("ses", ""),
        date=entities.get("ses", ""),
        words=" ".join([stem, *(str(said.get(name, "")) for name in ("SeriesDescription", "ProtocolName"))]),
        modality=str(said.get("Modality", "")),
        entities={name: value for name, value in entities.items() if name not in ("sub", "ses")},
        said=said,
        mark=mark if isinstance(mark, bool) else None,
        companions=tuple(companions),
        labels=labels,
        pixels=str(pixels.path) if pixels else "",
        unfit=unfit,
    )


def _labels(path: PurePosixPath, stem: str, entities: Mapping[str, str]) -> str:
    """The suffix of a label map, as its name or that of its folder says it; "" of anything else."""
    bids = entities.get("suffix", "")
    return labels_of(stem, bids) or ("" if bids else labels_of(path.parent.name))


def stem_of(path: PurePosixPath) -> str:
    """A file's name less its ending."""
    return _ENDINGS.sub("", path.name)


def bids_entities(stem: str) -> dict[str, str]:
    """What a BIDS name says, in its order, with its "suffix"; nothing of other names.

    Example:
        >>> bids_entities("sub-01_acq-tse_T2w")
        {'sub': '01', 'acq': 'tse', 'suffix': 'T2w'}
        >>> bids_entities("scan_T2w")
        {}
    """
    if not _NAME.fullmatch(stem):
        return {}
    *pairs, suffix = stem.split("_")
    return {**dict(pair.split("-", 1) for pair in pairs), "suffix": suffix}


def normal(person: str) -> str:
    """How a person is called in all tables and names alike.

    Example:
        >>> normal(" sub-IXI002 ")
        'ixi002'
    """
    return person.strip().casefold().removeprefix("sub-")


def person_of(
    path: PurePosixPath,
    stem: str,
    entities: Mapping[str, str],
    known: Mapping[str, Entry],
    ids: Set[str],
) -> str:
    """Whose a file is, as its path says it.

    By the BIDS name, within its data set; else by a name of the user's table that the path holds; else by
    folders and name, less what says what it shows: rather one person twice than two people as one.
    """
    if "sub" in entities:
        raw = (up for up in path.parents if "derivatives" not in up.parts)
        home = next((up for up in raw if str(up / layout.DESCRIPTION) in known), PurePosixPath())
        return (
            entities["sub"]
            if not home.parts or normal(entities["sub"]) in ids
            else f"{home}/{entities['sub']}"
        )
    held = ids & _spans(str(path).casefold())
    if held:
        return max(held, key=lambda one: (len(one), one))
    words = (part for part in re.split(r"[^\w+]+|_", stem) if part)
    parts = [word for word in words if word.casefold() not in TELLING | LABEL_WORDS]
    return "/".join([*person_folders(path), *(["-".join(parts)] if parts else [])]) or stem


def person_folders(path: PurePosixPath) -> list[str]:
    """The folders that a file lies in, but for those that only say what is in them or when it was taken.

    Example:
        >>> person_folders(PurePosixPath("site/004/visit1/nii/t1.nii"))
        ['site', '004']
    """
    return [folder for folder in path.parts[:-1] if not _ANYBODYS.fullmatch(folder.casefold())]


def _spans(text: str) -> set[str]:
    """Every part of a text that begins and ends where words do."""
    words = [match.span() for match in re.finditer(r"[^\W_]+", text)]
    return {text[start:end] for n, (start, _) in enumerate(words) for _, end in words[n : n + 8]}


def _sidecars(
    path: PurePosixPath, stem: str, entities: Mapping[str, str], known: Mapping[str, Entry]
) -> tuple[dict[str, Any], list[str]]:
    """What JSON files say of a picture, the nearest last, and those that are its own."""
    said: dict[str, Any] = {}
    own = str(path.with_name(f"{stem}.json"))
    for folder in [] if not entities else reversed(path.parents):
        for name in _inherited(folder, entities, known):
            if name != own:
                said |= _read(known[name])
    if own in known:
        said |= _read(known[own])
    beside = [str(path.with_name(f"{stem}{ending}")) for ending in (".json", ".bval", ".bvec")]
    return said, [name for name in beside if name in known]


def _inherited(folder: PurePosixPath, entities: Mapping[str, str], known: Mapping[str, Entry]) -> list[str]:
    """Sidecars in a folder that hold for a picture: same suffix, nothing that it does not say itself.

    BIDS calls this the inheritance principle.
    """
    suffix, found = entities["suffix"], []
    for end in (f"{suffix}.json", *(f"{name}-{value}_{suffix}.json" for name, value in entities.items())):
        name = str(folder / end)
        if name in known:
            found.append(name)
    return found


def _read(entry: Entry) -> dict[str, Any]:
    if entry.unfit or entry.path.stat().st_size > _SIDECAR_BYTES:
        return {}
    try:
        return read_json(entry.path)
    except (MindscanError, RecursionError):
        return {}


def _pixels(entry: Entry, kind: str, known: Mapping[str, Entry]) -> tuple[Entry | None, str]:
    """The file of the voxels, if it is another one, and why there is none that can be used."""
    path = PurePosixPath(entry.name)
    if kind in ("NRRD", "segmentation"):
        try:
            name = detached(entry.path)
        except UnfitError as error:
            return None, str(error)
        return (known.get(str(path.parent / name)) if name else None), ""
    if kind in ("NIfTI", "Analyze") and re.search(r"\.hdr(\.gz)?$", path.name, re.I):
        near = (str(path.with_name(stem_of(path) + end)) for end in (".img", ".img.gz", ".IMG"))
        return next((known[name] for name in near if name in known), None), ""
    return None, ""
