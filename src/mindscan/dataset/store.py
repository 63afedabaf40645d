"""Putting a subject on the shelf: all of its files or none."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from mindscan.core.brain import Brain
from mindscan.core.errors import FolderError, SettingsError
from mindscan.core.labels import BY_ID, BY_NAME
from mindscan.core.lesions import LesionChange, Lesions
from mindscan.core.motion import Motion
from mindscan.core.parcels import PARCELS
from mindscan.core.points import Points
from mindscan.core.scan import Scan, Subject
from mindscan.dataset import layout, visits
from mindscan.dataset.card import Card, finished_card
from mindscan.dataset.folder import disk_faults, move, partial
from mindscan.dataset.gifti import mask_bytes, shape_bytes, surface_bytes
from mindscan.dataset.lesion_columns import (
    ABOUT_LESIONS,
    LESION_COLUMNS,
    LESION_MASK,
    LESION_TABLE,
    LOAD_COLUMNS,
    LOAD_TABLE,
)
from mindscan.dataset.nifti import displacement_bytes, nifti_bytes
from mindscan.dataset.preview import png_bytes
from mindscan.dataset.session_columns import (
    ABOUT_TRANSFORM,
    CHANGE_COLUMNS,
    LESION_CHANGE_COLUMNS,
    change,
    lesion_change,
    transform,
)
from mindscan.dataset.tables import Cell, hexadecimal, json_bytes, tsv_bytes

Row = tuple[Cell, ...]
File = tuple[PurePosixPath, bytes]


def write_subject(root: str | Path, subject: Subject) -> None:
    """Write a subject: first into a hidden folder, then into place, its recipe last.

    The same subject gives the same bytes in every file. A subject that is there already is left alone.

    Args:
        root: a folder that `open_job` has made.
        subject: scans and brain on one grid or several, on any device.

    Raises:
        FolderError: the disk refuses, or other files stand where the subject's belong. Nothing of the
            subject stays behind, and finished subjects are untouched.
        SettingsError: the id, a suffix, a value or the origin's digest is impossible.
    """
    root = Path(root)
    with disk_faults(root), partial(root, visits.stem(subject.id)) as temporary:
        written: dict[PurePosixPath, str] = {}
        for path, content in _files(subject):
            (temporary / path.name).write_bytes(content)
            written[path] = hashlib.sha256(content).hexdigest()
        card = Card(
            id=subject.id,
            person=subject.person,
            kind=subject.origin.kind,
            files={str(path): digest for path, digest in written.items()},
            condition=dict(subject.condition),
        )
        if not _is_there(root, card):
            (temporary / layout.card(subject.id).name).write_bytes(card.json_text().encode())
            _move_all(root, temporary, card)


def _is_there(root: Path, card: Card) -> bool:
    """Whether this very subject is on the shelf; refuses to write over anything else."""
    there = finished_card(root, card.id)
    if there == card:
        return True
    if there is not None:
        raise FolderError(
            f"{root} holds another subject {card.id!r}", "a free id", "choose another id or another folder"
        )
    foreign = [name for name in card.files if (root / name).exists()]
    if foreign and not (root / layout.card(card.id)).exists():
        raise FolderError(
            f"{root / foreign[0]} is there, and mindscan did not write it",
            f"no files of {visits.stem(card.id)}",
            "move it away, or choose another folder",
        )
    return False


def _move_all(root: Path, temporary: Path, card: Card) -> None:
    """The card first, so that the rest is known to be ours; the recipe last, as the mark of completion."""
    recipe = layout.recipe(card.id)
    others = [path for path in map(PurePosixPath, card.files) if path != recipe]
    order = [layout.card(card.id), *others, recipe]
    try:
        (root / recipe).unlink(missing_ok=True)
        for path in order:
            move(root, temporary / path.name, path)
    except BaseException:
        _take_away(root, [*reversed(order)])
        raise


def _take_away(root: Path, paths: list[PurePosixPath]) -> None:
    """Remove files, and the person's folders where nothing else stands in them."""
    for path in paths:
        (root / path).unlink(missing_ok=True)
    own = layout.folder(layout.subject_of(paths[0].name))
    folders = {folder for path in paths for folder in path.parents if own in folder.parts}
    for folder in sorted(folders, reverse=True):
        if (root / folder).is_dir() and not any((root / folder).iterdir()):
            (root / folder).rmdir()


def _files(subject: Subject) -> Iterator[File]:
    """Every file of a subject but its card."""
    document = subject.origin.document.encode()
    if not document or hashlib.sha256(document).hexdigest() != subject.origin.digest:
        raise SettingsError(
            f"the origin of subject {subject.id!r} has digest {subject.origin.digest!r}",
            "a document and its SHA-256",
            "make the digest from the document",
        )
    marks = _marks(subject, "mindscan")
    note = f"{'synthetic; ' if marks['Synthetic'] else ''}mindscan {version('mindscan')}"
    names = [layout.ScanName(scan.suffix, scan.acq, scan.part) for scan in subject.scans]
    paths = layout.scans(subject.id, names)
    for path, scan in zip(paths, subject.scans, strict=True):
        yield path, nifti_bytes(scan.volume, "scan", note)
        yield layout.sidecar(path), json_bytes({**scan.metadata, **marks})
        if scan.brain is not None:
            yield from _shown(subject, path, scan.brain, note)
        if layout.is_projection(path):
            yield layout.preview(path), png_bytes(scan.volume, note)
            yield from _projected(subject, path, scan, note)
    if subject.brain is not None:
        alike = [path for path, scan in zip(paths, subject.scans, strict=True) if scan.brain is None]
        reference = {"SpatialReference": layout.uri(alike[0], "raw")} if alike else {}
        yield from _pictures(subject.id, subject.brain, {**reference, **_marks(subject, "")}, note)
        yield from _tables(subject.id, subject.brain)
        yield from _surfaces(subject.id, subject.brain, _marks(subject, ""))
    if subject.since is not None:
        yield from _changed(subject, subject.since, note)
    yield layout.recipe(subject.id), document


def _marks(subject: Subject, dataset: str) -> dict[str, Any]:
    """Made up or not, and the recipe as its BIDS URI; inside the derivative, `dataset` is empty."""
    recipe = layout.uri(layout.recipe(subject.id), dataset)
    return dict(
        zip(layout.MARKS, (subject.origin.kind != "scan", recipe, subject.origin.digest), strict=True)
    )


def _pictures(subject: str, brain: Brain, described: dict[str, Any], note: str) -> Iterator[File]:
    described = {"Manual": False, "Sources": [layout.uri(layout.recipe(subject), "")], **described}
    path = layout.labels(subject)
    yield path, nifti_bytes(brain.labels, "labels", note)
    yield layout.sidecar(path), json_bytes({"Description": layout.ABOUT_LABELS, **described})
    if brain.parcels is not None:
        path = layout.parcels(subject)
        yield path, nifti_bytes(brain.parcels, "labels", note)
        own = {name: layout.PARCEL_COLUMNS[name] for name in layout.PARCEL_EXTRAS}
        yield layout.sidecar(path), json_bytes({"Description": layout.ABOUT_PARCELS, **described, **own})
        rows = _parcel_rows(brain.parcels_ml or {})
        yield layout.parcel_table(subject), tsv_bytes(layout.PARCEL_COLUMNS, rows)
    if brain.lesions is not None:
        path = layout.sick(subject, LESION_MASK)
        yield path, nifti_bytes(brain.lesions.ids, "labels", note)
        yield layout.sidecar(path), json_bytes({"Description": ABOUT_LESIONS, **described})
    for tissue in layout.TISSUES_KEPT:
        path = layout.fraction(subject, tissue)
        about = layout.ABOUT_FRACTION.format(tissue=tissue)
        yield path, nifti_bytes(brain.fraction(tissue), "fraction", note)
        yield layout.sidecar(path), json_bytes({"Description": about, **described})


def _shown(subject: Subject, picture: PurePosixPath, brain: Brain, note: str) -> Iterator[File]:
    """Labels and landmarks as one scan shows them."""
    described = {"Description": layout.ABOUT_SHOWN, "SpatialReference": layout.uri(picture, "raw")}
    path = layout.shown_labels(subject.id, picture)
    yield path, nifti_bytes(brain.labels, "labels", note)
    sources = {"Manual": False, "Sources": [layout.uri(layout.recipe(subject.id), "")]}
    yield layout.sidecar(path), json_bytes({**sources, **described, **_marks(subject, "")})
    path = layout.shown_landmarks(subject.id, picture)
    marks: list[Row] = [(name, *position) for name, position in brain.landmarks.items()]
    yield path, tsv_bytes(layout.LANDMARK_COLUMNS, marks)
    yield layout.sidecar(path), json_bytes(layout.LANDMARK_COLUMNS)


def _projected(subject: Subject, picture: PurePosixPath, scan: Scan, note: str) -> Iterator[File]:
    """What a radiograph shows: thickness of every tissue, and where the landmarks fall."""
    said = {"SpatialReference": layout.uri(picture, "raw"), "Units": "mm", **_marks(subject, "")}
    for tissue, volume in scan.maps.items():
        path = layout.thickness(subject.id, picture, tissue)
        yield path, nifti_bytes(volume, "scan", note)
        about = layout.ABOUT_THICKNESS.format(tissue=tissue)
        yield layout.sidecar(path), json_bytes({"Description": about, **said})
    path = layout.places(subject.id, picture)
    rows: list[Row] = [
        (name, *(None if math.isnan(x) else x for x in place)) for name, place in scan.places.items()
    ]
    yield path, tsv_bytes(layout.PLACE_COLUMNS, rows)
    yield layout.sidecar(path), json_bytes(layout.PLACE_COLUMNS)


def _surfaces(subject: str, brain: Brain, marks: dict[str, Any]) -> Iterator[File]:
    for side, surface in brain.surfaces.items():
        files = {
            "white": (layout.surface(subject, side, "white"), surface_bytes(surface, side, "white")),
            "pial": (layout.surface(subject, side, "pial"), surface_bytes(surface, side, "pial")),
            "thickness": (
                layout.shape(subject, side, "thickness"),
                shape_bytes(surface.thickness_mm, side, "thickness"),
            ),
            "sulc": (layout.shape(subject, side, "sulc"), shape_bytes(surface.sulc_mm, side, "sulc")),
            "mask": (layout.cortex_mask(subject, side), mask_bytes(surface.cortex, side, "cortex")),
        }
        for name, (path, content) in files.items():
            yield path, content
            yield layout.sidecar(path), json_bytes({"Description": layout.ABOUT_SURFACES[name], **marks})


def _tables(subject: str, brain: Brain) -> Iterator[File]:
    marks: list[Row] = [(name, *position) for name, position in brain.landmarks.items()]
    sizes: list[Row] = [(str(i), BY_ID[i].name, ml) for i, ml in brain.volumes_ml().items()]
    tables = [
        (layout.landmarks(subject), layout.LANDMARK_COLUMNS, marks),
        (layout.volumes(subject), layout.VOLUME_COLUMNS, sizes),
    ]
    if brain.points is not None:
        tables.append((layout.points(subject), layout.POINT_COLUMNS, _point_rows(brain.points)))
    if brain.lesions is not None:
        tables.append((layout.sick(subject, LESION_TABLE), LESION_COLUMNS, _lesion_rows(brain.lesions)))
    if brain.loads:
        names = {parcel.id: parcel.name for parcel in PARCELS}
        loads: list[Row] = [(str(load.parcel), names[load.parcel], *load[1:]) for load in brain.loads]
        tables.append((layout.sick(subject, LOAD_TABLE), LOAD_COLUMNS, loads))
    for path, columns, rows in tables:
        yield path, tsv_bytes(columns, rows)
        yield layout.sidecar(path), json_bytes(columns)


def _changed(subject: Subject, since: Motion, note: str) -> Iterator[File]:
    """How the head has changed since the first session."""
    path = transform(subject.id, since.since)
    yield path, displacement_bytes(since.vectors, since.affine, note)
    yield (
        layout.sidecar(path),
        json_bytes({"Description": ABOUT_TRANSFORM, "Units": "mm", **_marks(subject, "")}),
    )
    rows = [
        (name, before, now, 100 * asked, 100 * (now / before - 1))
        for name, asked, before, now in since.changes
    ]
    yield change(subject.id), tsv_bytes(CHANGE_COLUMNS, rows)
    yield layout.sidecar(change(subject.id)), json_bytes(CHANGE_COLUMNS)
    if since.lesions:
        path = lesion_change(subject.id)
        yield path, tsv_bytes(LESION_CHANGE_COLUMNS, [_lesion_change_row(each) for each in since.lesions])
        yield layout.sidecar(path), json_bytes(LESION_CHANGE_COLUMNS)


def _lesion_change_row(row: LesionChange) -> Row:
    labels = row.first_label, row.label
    enhancing = ("yes" if name and BY_NAME[name].enhancing else "no" for name in labels)
    names = (name or None for name in labels)
    volumes = row.first_ml, row.asked_ml, row.volume_ml
    return (str(row.id), row.condition, *names, *volumes, row.change, *enhancing)


def _lesion_rows(lesions: Lesions) -> list[Row]:
    return [
        (
            str(row.id),
            row.condition,
            row.label,
            *(None if math.isnan(x) else x for x in row.centre_mm),
            row.volume_ml,
            row.grade or None,
            row.structure or None,
            row.parcel or None,
        )
        for row in lesions.rows
    ]


def _parcel_rows(volumes_ml: Mapping[int, float]) -> list[Row]:
    return [
        (str(p.id), p.name, hexadecimal(p.colour), p.gyrus, p.network, p.side, volumes_ml.get(p.id))
        for p in PARCELS
    ]


def _point_rows(points: Points) -> list[Row]:
    return [
        (
            name.id,
            name.kind,
            name.structure,
            name.side or None,
            *(None if math.isnan(x) else x for x in position),
        )
        for name, position in zip(points.names, points.world_mm.tolist(), strict=True)
    ]
