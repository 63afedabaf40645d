"""A small whole file of every form, and every reader that feels called by a file."""

from pathlib import Path

import numpy as np

from ingest import made
from mindscan.ingest import mgh, nifti, nrrd
from mindscan.ingest.header import read_shot
from mindscan.ingest.kinds import kind_of
from mindscan.ingest.picture import UnfitError, clean_bytes, sound


def whole_files(root: Path) -> dict[str, bytes]:
    """A small whole file of every form, written below a folder."""
    data, eye = made.values(shape=(3, 4, 5)), np.eye(4)
    segments = made.segmentation(root / "s.seg.nrrd", data % 3, eye, "Brain", "Skull")
    paths = {
        "NIfTI": made.nifti(root / "a.nii", data, eye),
        "packed": made.nifti(root / "b.nii.gz", data, eye),
        "second": made.nifti(root / "c.nii", data, eye, two=True),
        "MGH": made.mgh(root / "d.mgh", data, eye),
        "NRRD": made.to_nrrd(root / "e.nrrd", data, eye, encoding="raw"),
        "segmentation": segments,
        "DICOM": made.series(root / "f", data)[0],
    }
    return {name: path.read_bytes() for name, path in paths.items()}


def read_all(path: Path) -> None:
    """Let every reader that feels called read a file, as the whole way would."""
    kind = kind_of(path)
    try:
        if kind in ("NIfTI", "Analyze"):
            clean_bytes(sound(nifti.read(path)))
        elif kind == "MGH":
            clean_bytes(sound(mgh.read(path)))
        elif kind == "NRRD":
            nrrd.detached(path)
            clean_bytes(sound(nrrd.read(path)))
        elif kind == "segmentation":
            nrrd.detached(path)
            for layer in nrrd.layers(path):
                clean_bytes(sound(layer))
        elif kind == "DICOM":
            read_shot(path)
    except UnfitError:
        return
