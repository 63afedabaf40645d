"""Elements of DICOM headers: the quick way gives what pydicom gives, or leaves it to pydicom."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian
from tests.ingest.made import instance, values

from mindscan.ingest import elements
from mindscan.ingest.elements import read_header
from mindscan.ingest.header import _WANTED

TRIES = int(os.environ.get("MINDSCAN_FUZZ", "60"))
"""How many files are damaged; see `make fuzz`."""


def file() -> Dataset:
    """A file with sequences in sequences, private elements and one of great length."""
    made = instance(values(shape=(4, 5)), "1", 0, 0.0)
    inner, outer = Dataset(), Dataset()
    inner.StudyDate, inner.is_undefined_length_sequence_item = "20200101", True
    outer.PurposeOfReferenceCodeSequence = Sequence([inner, inner])
    outer["PurposeOfReferenceCodeSequence"].is_undefined_length = True
    made.ReferencedImageSequence = Sequence([outer, inner])
    made.private_block(0x0029, "Maker", create=True).add_new(0x10, "OB", b"\x01" * 900)
    return made


def open_ended(made: Dataset) -> None:
    made["ReferencedImageSequence"].is_undefined_length = True
    for item in made.ReferencedImageSequence:
        item.is_undefined_length_sequence_item = True


def implicit(made: Dataset) -> None:
    open_ended(made)
    made.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian


def without_pixels(made: Dataset) -> None:
    del made.PixelData


QUICK: list[Callable[[Dataset], None]] = [lambda made: None, open_ended, implicit, without_pixels]


@pytest.mark.parametrize("change", QUICK, ids=("closed", "open", "implicit", "no pixels"))
def test_the_quick_way_says_what_pydicom_says(
    tmp_path: Path, change: Callable[[Dataset], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = file()
    change(made)
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    slow = elements._any(tmp_path / "a.dcm", _WANTED)
    monkeypatch.setattr(elements, "_any", None)
    quick = read_header(tmp_path / "a.dcm", _WANTED)
    assert quick == slow
    assert quick.values[0x00100020].strip() == b"P1"


@pytest.mark.parametrize("syntax", [ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_other_orders_of_bytes_are_left_to_pydicom(tmp_path: Path, syntax: pydicom.uid.UID) -> None:
    made = file()
    made.file_meta.TransferSyntaxUID = syntax
    made.save_as(
        tmp_path / "a.dcm",
        implicit_vr=False,
        little_endian=syntax != ExplicitVRBigEndian,
        enforce_file_format=True,
    )
    header = read_header(tmp_path / "a.dcm", _WANTED)
    assert header.syntax == syntax
    assert header.values[0x00100020].strip() == b"P1"
    assert header.little == (syntax != ExplicitVRBigEndian)


def test_headers_longer_than_the_first_block_are_left_to_pydicom(tmp_path: Path) -> None:
    made = file()
    made.private_block(0x0029, "Maker").add_new(0x11, "OB", b"\x02" * elements._BLOCK)
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    header = read_header(tmp_path / "a.dcm", _WANTED)
    assert header == elements._any(tmp_path / "a.dcm", _WANTED)
    assert header.values[0x00280010] == b"\x04\x00"


@settings(max_examples=TRIES, deadline=None)
@given(cut=st.integers(0, 2000), at=st.integers(132, 2000), byte=st.integers(0, 255))
def test_damage_never_gives_other_answers_than_pydicom(
    tmp_path_factory: pytest.TempPathFactory, cut: int, at: int, byte: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "a.dcm"
    file().save_as(path, enforce_file_format=True)
    content = bytearray(path.read_bytes())
    content[at % len(content)] = byte
    path.write_bytes(content[: len(content) - cut])
    try:
        slow = elements._any(path, _WANTED)
    except Exception:
        return
    assert read_header(path, _WANTED) == slow
