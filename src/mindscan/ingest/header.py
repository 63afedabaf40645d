"""What one DICOM file says, as far as it is asked: who, when, where its picture lies, how it was taken."""

from __future__ import annotations

import math
import re
import warnings
from pathlib import Path
from typing import Any

import pydicom
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.tag import Tag

Shot = dict[str, Any]
"""What is asked of one file, in plain data."""

_TEXTS = {
    "patient": "PatientID",
    "patient_name": "PatientName",
    "born": "PatientBirthDate",
    "study": "StudyInstanceUID",
    "series": "SeriesInstanceUID",
    "instance": "SOPInstanceUID",
    "date": "StudyDate",
    "time": "StudyTime",
    "modality": "Modality",
    "age": "PatientAge",
    "sex": "PatientSex",
    "diagnosis": "AdmittingDiagnosesDescription",
    "mark": "SyntheticData",
    "burned": "BurnedInAnnotation",
    "kind": "SOPClassUID",
    "number": "InstanceNumber",
    "series_number": "SeriesNumber",
}
_WORDS = ("SeriesDescription", "ProtocolName", "SequenceName", "ImageType", "ScanOptions")
_PLAIN = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2")
_TIMES = ("RepetitionTime", "EchoTime", "InversionTime")


_TAGS = {
    name: Tag(tag_for_keyword(name) or 0)
    for name in (
        *_TEXTS.values(),
        *(*_WORDS, *_TIMES),
        *("ScanningSequence", "ContrastBolusAgent", "ContrastBolusIngredient", "AcquisitionNumber"),
        *("ImagePositionPatient", "ImageOrientationPatient", "NumberOfFrames"),
        *("Rows", "Columns", "BitsAllocated", "SamplesPerPixel"),
    )
}


def read_shot(path: Path) -> Shot | None:
    """What a DICOM file says; None where it is none or its header is damaged.

    Raises:
        OSError: the disk refuses.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of values that DICOM forbids and files hold all the same
            with path.open("rb") as file:
                said = pydicom.dcmread(file, stop_before_pixels=True, force=True)
                left = path.stat().st_size - file.tell()
            if not _text(said, "SeriesInstanceUID") or not _text(said, "SOPClassUID"):
                return None
            return _shot(said, left)
    except OSError:
        raise
    except Exception:  # damaged files let pydicom fail in more ways than can be listed
        return None


def _shot(said: Dataset, left: int) -> Shot:
    shot: Shot = {key: _text(said, name) for key, name in _TEXTS.items()}
    shot["words"] = " ".join(_text(said, name) for name in _WORDS)
    times = {name: _numbers(said, name, 1) for name in _TIMES}
    shot["said"] = {name: value[0] / 1000 for name, value in times.items() if value}
    shot["said"]["ScanningSequence"] = _text(said, "ScanningSequence")
    if _text(said, "ContrastBolusAgent") or _text(said, "ContrastBolusIngredient"):
        shot["said"]["ContrastBolusIngredient"] = "given"
    shot["place"] = _numbers(said, "ImagePositionPatient", 3)
    shot["turn"] = _numbers(said, "ImageOrientationPatient", 6)
    shot["shape"] = [_whole(said, name) for name in ("Rows", "Columns")]
    shot["frames"] = int((_numbers(said, "NumberOfFrames", 1) or [1])[0])
    shot["group"] = [_text(said, name) for name in ("EchoTime", "ImageType", "AcquisitionNumber")]
    shot["short"] = _is_short(said, left, shot)
    return shot


def _is_short(said: Dataset, left: int, shot: Shot) -> bool:
    """Whether less is left of a file of plain pixels than they take, behind their tag and length."""
    if said.file_meta.get("TransferSyntaxUID", _PLAIN[0]) not in _PLAIN:
        return False
    bits = _whole(said, "BitsAllocated") * _whole(said, "SamplesPerPixel")
    rows, columns = shot["shape"]
    return bool(left < 8 + rows * columns * shot["frames"] * bits / 8)


def _text(said: Dataset, name: str) -> str:
    """An element as it stands in the file, its values parted by backslashes; "" where there is none.

    What pydicom would make of it takes several times as long, and most files say the same.
    """
    element = said.get_item(_TAGS[name])
    value = b"" if element is None else element.value
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
    return text.strip("\0 ")


def _whole(said: Dataset, name: str) -> int:
    """A whole number of two bytes; 0 where there is none."""
    element = said.get_item(_TAGS[name])
    value = b"" if element is None else element.value
    if not isinstance(value, bytes):
        return int(value or 0)
    return int.from_bytes(value[:2], "little" if said.original_encoding[1] else "big")


def _numbers(said: Dataset, name: str, count: int) -> list[float]:
    """So many numbers that stand as text, or none."""
    try:
        found = [float(part) for part in _text(said, name).split("\\")]
    except ValueError:
        return []
    return found if len(found) == count and all(map(math.isfinite, found)) else []


def years(age: str, born: str, date: str) -> float | None:
    """Age in years of a DICOM age such as "061Y", "018M" or "003W", else of two dates; None of neither.

    Example:
        >>> years("061Y", "", ""), years("018M", "", ""), years("", "19500601", "20200505"), years("", "", "")
        (61.0, 1.5, 69.0, None)
    """
    match = re.fullmatch(r"(\d{1,3})([YMWD])", age)
    if match:
        return round(int(match[1]) / {"Y": 1, "M": 12, "W": 52.18, "D": 365.25}[match[2]], 1)
    if re.fullmatch(r"\d{8}", born) and re.fullmatch(r"\d{8}", date) and date >= born:
        return float(int(date[:4]) - int(born[:4]) - (date[4:] < born[4:]))
    return None
