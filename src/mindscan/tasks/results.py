"""Scans in, folders of results out: one folder a scan, whole or not at all, none written twice."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from mindscan.core.errors import FileError, MindscanError
from mindscan.core.labels import BY_ID
from mindscan.core.volume import Affine, Volume
from mindscan.dataset.folder import disk_faults, move, partial, tidy
from mindscan.dataset.markups import fcsv_bytes, mrk_bytes
from mindscan.dataset.nifti import nifti_bytes, read_nifti
from mindscan.dataset.tables import Cell, tsv_bytes
from mindscan.learn.classes import by_id
from mindscan.report.montage import Look, montage
from mindscan.tasks.landmarks import marked
from mindscan.tasks.segment import Segmentation, segment
from mindscan.tasks.tissues import TISSUES, tissue_maps
from mindscan.tasks.trained import trained

ENDINGS = (".nii.gz", ".nii")
_NO_SCANS = ("_dseg", "_probseg", "_mask")
"""Last words of files in folders that are no scans."""
COLUMNS = ("index", "name", "volume_ml", "quality")
ICV = "Intracranial"
MARK_COLUMNS = ("name", "x", "y", "z", "uncertainty_mm")

Files = Mapping[str, bytes]
Made = Callable[[Volume, Segmentation, str], Files]
"""What is written of one scan: ending of a file's name to its content."""


@dataclass(frozen=True)
class Source:
    """A scan, and the folder of its results below the output folder."""

    path: Path
    folder: Path

    @property
    def name(self) -> str:
        """The first part of all names."""
        return self.folder.name


@dataclass(frozen=True)
class Done:
    """One scan that is over.

    Args:
        source: which.
        folder: where its results are; None where there are none.
        note: what to say of it: the error, or a low quality; "" for nothing.
    """

    source: Source
    folder: Path | None
    note: str = ""


def sources(given: Sequence[Path]) -> list[Source]:
    """All scans in files, folders and BIDS data sets, in the order of their names.

    Raises:
        FileError: a path is missing, or none of them holds a scan; two scans would share one folder.
    """
    found: list[Source] = []
    for path in given:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*.nii*") if _is_scan(file.relative_to(path)))
            found += [Source(file, file.relative_to(path).parent / stem(file)) for file in inside]
        elif path.is_file() and path.name.endswith(ENDINGS):
            found.append(Source(path, Path(stem(path))))
        else:
            raise FileError(f"{path}", "a .nii or .nii.gz file, or a folder of them", "check the path")
    if not found:
        raise FileError(f"no scans in {', '.join(map(str, given))}", "NIfTI files", "check the path")
    folders = [source.folder for source in found]
    twice = next((folder for folder in folders if folders.count(folder) > 1), None)
    if twice is not None:
        raise FileError(f"two scans named {twice}", "names of their own", "give the folder that holds both")
    return found


def stem(path: Path) -> str:
    """Name of a NIfTI file without its ending.

    Example:
        >>> stem(Path("sub-01/anat/sub-01_T1w.nii.gz"))
        'sub-01_T1w'
    """
    return path.name.removesuffix(".gz").removesuffix(".nii")


def _is_scan(inside: Path) -> bool:
    hidden = any(part.startswith(".") or part == "derivatives" for part in inside.parts)
    return inside.name.endswith(ENDINGS) and not hidden and not stem(inside).endswith(_NO_SCANS)


def write_all(wanted: Sequence[Source], out: Path, made: Made, weights: Path | None = None) -> Iterator[Done]:
    """Segment scans one after the other and write what is made of each; finished ones are skipped.

    Args:
        wanted: the scans.
        out: folder of results; those of other scans may be there.
        made: what to write.
        weights: of a segmenter other than that in the package.

    Yields:
        Every scan when it is over. One that cannot be used does not stop the others.

    Raises:
        FolderError: the disk refuses.
        FileError, SettingsError: the weights are missing, damaged or of another task.
    """
    trained("segmenter", weights)
    for source in wanted:
        target = out / source.folder
        if target.exists():
            yield Done(source, target, "already there")
            continue
        try:
            scan = read_nifti(source.path)
            found = segment(scan, weights)
            files = made(scan, found, source.name)
        except MindscanError as error:
            yield Done(source, None, str(error))
            continue
        with disk_faults(out), partial(out, source.name) as temporary:
            whole = temporary / source.name
            whole.mkdir()
            for ending, content in files.items():
                (whole / f"{source.name}{ending}").write_bytes(content)
            move(out, whole, source.folder)
        yield Done(source, target, _doubt(found))
    tidy(out)


def _doubt(found: Segmentation) -> str:
    poor = [BY_ID[i].name for i, quality in found.quality.items() if quality < DOUBTFUL]
    if len(poor) > len(found.quality) // 3:
        return "low quality: look at the picture before you use anything of this scan"
    return f"low quality of {', '.join(poor)}" if poor else ""


DOUBTFUL = 0.6
"""Quality below which a structure is told of (a choice of this project)."""


def segmentation_files(
    scan: Volume, found: Segmentation, name: str, posteriors: bool = False, tissues: bool = False
) -> Files:
    """Labels on both grids, volumes, a picture.

    Args:
        scan: the scan.
        found: what it holds.
        name: of the scan.
        posteriors: whether to write the probability of every structure at 1 mm besides.
        tissues: whether to write how much grey matter, white matter and fluid every voxel of 1 mm holds.
    """
    picture = io.BytesIO()
    montage(scan, found.labels, look=Look(title=name)).save(picture, "PNG")
    files = {
        "_dseg.nii.gz": nifti_bytes(found.labels, "labels"),
        "_1mm_dseg.nii.gz": nifti_bytes(found.fine, "labels"),
        "_volumes.tsv": tsv_bytes(COLUMNS, _rows(found)),
        "_dseg.png": picture.getvalue(),
    }
    if posteriors:
        structures = ((BY_ID[i].name, chance) for i, chance in by_id(found.posteriors.data))
        files |= _shares(structures, found.posteriors.affine, "")
    if tissues:
        maps = tissue_maps(scan, found)
        files |= _shares(zip(TISSUES, maps.data, strict=True), maps.affine, "_desc-tissue")
    return files


def _shares(named: Iterable[tuple[str, Tensor]], affine: Affine, desc: str) -> Files:
    """A map of 0 to 1 at 1 mm for each name; `desc` ends the name of its file."""
    return {
        f"_1mm_label-{''.join(filter(str.isalnum, name))}{desc}_probseg.nii.gz": nifti_bytes(
            Volume(share.clamp(0, 1), affine), "fraction"
        )
        for name, share in named
    }


def stripped_files(scan: Volume, found: Segmentation, name: str) -> Files:
    """The mask of the brain with the fluid around it, and the scan inside it alone."""
    air = min(0.0, float(scan.data.min()))
    inside = torch.where(found.brain.data, scan.data, air)
    return {
        "_brain_mask.nii.gz": nifti_bytes(Volume(found.brain.data.to(torch.int16), scan.affine), "labels"),
        "_brain.nii.gz": nifti_bytes(Volume(inside, scan.affine), "scan"),
    }


def landmark_files(scan: Volume, found: Segmentation, name: str, landmarker: Path | None = None) -> Files:
    """The 32 AFIDs as a table (RAS+), as two files for 3D Slicer (LPS), and a picture.

    Args:
        scan: the scan.
        found: what it holds.
        name: of the scan.
        landmarker: weights other than those in the package.
    """
    marks = marked(found, landmarker)
    picture = io.BytesIO()
    places = {mark: (at.x, at.y, at.z) for mark, at in marks.items()}
    montage(scan, found.labels, places, Look(title=name)).save(picture, "PNG")
    rows: list[list[Cell]] = [[mark, *(round(value, 3) for value in at)] for mark, at in marks.items()]
    return {
        "_landmarks.tsv": tsv_bytes(MARK_COLUMNS, rows),
        "_landmarks.fcsv": fcsv_bytes(marks),
        "_landmarks.mrk.json": mrk_bytes(marks),
        "_landmarks.png": picture.getvalue(),
    }


def _rows(found: Segmentation) -> Iterator[tuple[Cell, ...]]:
    for i, volume in sorted(found.volumes_ml.items()):
        yield str(i), BY_ID[i].name, round(volume, 3), round(found.quality[i], 3)
    mean = sum(found.quality.values()) / len(found.quality)
    yield None, ICV, round(found.icv_ml, 3), round(mean, 3)
