"""Readers take whatever bytes they are given: a picture comes out, or one reason why none does."""

import os
import tempfile
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers import read_all, whole_files
from mindscan.ingest.kinds import kind_of

TRIES = int(os.environ.get("MINDSCAN_FUZZ", "120"))
"""How many files are damaged for each form; more of them find more."""


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return whole_files(tmp_path_factory.mktemp("samples"))


FORMS = {"NIfTI": "NIfTI", "packed": "NIfTI", "second": "NIfTI", "MGH": "MGH", "NRRD": "NRRD"}


STARTS = [b"NRRD0004\n", b"\x1f\x8b", b"PK\x03\x04", b"\0\0\0\1", b"\x5c\1\0\0"]


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
