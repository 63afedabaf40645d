"""Readers take whatever bytes they are given: a picture comes out, or one reason why none does."""

import os
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import made
from mindscan.ingest import mgh, nifti, nrrd
from mindscan.ingest.header import read_shot
from mindscan.ingest.kinds import kind_of
from mindscan.ingest.picture import UnfitError, clean_bytes, sound

TRIES = int(os.environ.get("MINDSCAN_FUZZ", "120"))
"""How many files are damaged for each form; more of them find more."""


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A small whole file of every form."""
    root, data, eye = tmp_path_factory.mktemp("samples"), made.values(shape=(3, 4, 5)), np.eye(4)
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


FORMS = {"NIfTI": "NIfTI", "packed": "NIfTI", "second": "NIfTI", "MGH": "MGH", "NRRD": "NRRD"}


STARTS = [b"NRRD0004\n", b"\x1f\x8b", b"PK\x03\x04", b"\0\0\0\1", b"\x5c\1\0\0"]


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


@pytest.mark.parametrize("form", [*FORMS, "segmentation", "DICOM"])
def test_a_whole_file_is_what_it_is(samples: dict[str, bytes], tmp_path: Path, form: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(samples[form])
    assert kind_of(path) == FORMS.get(form, form)


@pytest.mark.parametrize("form", [*FORMS, "segmentation", "DICOM"])
def test_damaged_files_end_in_a_reason(samples: dict[str, bytes], form: str) -> None:
    whole = samples[form]
    edits = st.lists(st.tuples(st.integers(0, min(len(whole), 700) - 1), st.integers(0, 255)), max_size=8)

    @settings(max_examples=TRIES, deadline=None)
    @given(edits, st.one_of(st.none(), st.integers(0, len(whole))), st.binary(max_size=40))
    def damage(changes: list[tuple[int, int]], cut: int | None, tail: bytes) -> None:
        content = bytearray(whole)
        for place, value in changes:
            content[place] = value
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            path = Path(folder) / "file"
            path.write_bytes(bytes(content[:cut]) + tail)
            read_all(path)

    damage()
    assert TRIES > 0


@settings(max_examples=TRIES, deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=600))
def test_noise_is_never_a_fault(start: bytes, rest: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "noise"
        path.write_bytes(start + rest)
        read_all(path)
        assert path.stat().st_size == len(start) + len(rest)
