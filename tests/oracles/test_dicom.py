"""What is exported is DICOM as the standard has it, by David Clunie's dciodvfy (Debian: dicom3tools)."""

import shutil
import subprocess
from pathlib import Path

import pytest

from mindscan.release.dicom import export
from release import shelf

VALIDATOR = shutil.which("dciodvfy")
NEWER = "(0x0008,0x001c)"
"""Synthetic Data, which stands in the standard since the validator's dictionary was made."""
ALLOWED = (
    "not present in standard DICOM IOD",
    "Standard Extended SOP Class",
    "Modality LUT Module (RescaleSlope and RescaleIntercept) not expected",
    "DICOMDIR",
    "<99MINDSCAN>",
)
"""Warnings of what is meant so: steps in MR, the plane of a radiograph, no dates, codes of our own."""


@pytest.mark.skipif(VALIDATOR is None, reason="dciodvfy is not installed")
def test_a_validator_finds_no_error(tmp_path: Path) -> None:
    heads = shelf.write(tmp_path / "heads", "001")
    list(export(heads, tmp_path / "out"))
    folders = sorted((tmp_path / "out" / "sub-001").iterdir())
    assert len(folders) == 25
    for folder in folders:
        words = [str(VALIDATOR), str(folder / "0001.dcm")]
        said = subprocess.run(words, capture_output=True, text=True, check=False).stderr.splitlines()
        faults = [line for line in said if ("Error" in line or "Warning" in line) and NEWER not in line]
        assert [line for line in faults if not any(word in line for word in ALLOWED)] == [], folder.name
