"""What one DICOM file says, as far as it is asked: who, when, where its picture lies, how it was taken."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset

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
            if not said.get("SeriesInstanceUID") or not said.get("SOPClassUID"):
                return None
            return _shot(said, left)
    except OSError:
        raise
    except Exception:  # damaged files let pydicom fail in more ways than can be listed
        return None


def _shot(said: Dataset, left: int) -> Shot:
    shot: Shot = {key: str(said.get(name) or "").strip() for key, name in _TEXTS.items()}
    shot["words"] = " ".join(str(said.get(name) or "") for name in _WORDS)
    shot["said"] = {name: value / 1000 for name in _TIMES if (value := _number(said, name)) is not None}
    shot["said"]["ScanningSequence"] = str(said.get("ScanningSequence") or "")
    if said.get("ContrastBolusAgent") or said.get("ContrastBolusIngredient"):
        shot["said"]["ContrastBolusIngredient"] = "given"
    shot["place"] = _numbers(said, "ImagePositionPatient", 3)
    shot["turn"] = _numbers(said, "ImageOrientationPatient", 6)
    shot["shape"] = [int(_number(said, name) or 0) for name in ("Rows", "Columns")]
    shot["frames"] = int(_number(said, "NumberOfFrames") or 1)
    shot["group"] = [str(said.get(name) or "") for name in ("EchoTime", "ImageType", "AcquisitionNumber")]
    shot["short"] = _is_short(said, left, shot)
    return shot


def _is_short(said: Dataset, left: int, shot: Shot) -> bool:
    """Whether less is left of a file of plain pixels than they take, behind their tag and length."""
    if said.file_meta.get("TransferSyntaxUID", _PLAIN[0]) not in _PLAIN:
        return False
    bits = (_number(said, "BitsAllocated") or 0) * (_number(said, "SamplesPerPixel") or 1)
    rows, columns = shot["shape"]
    return bool(left < 8 + rows * columns * shot["frames"] * bits / 8)


def _number(said: Dataset, name: str) -> float | None:
    value = said.get(name)
    try:
        return float(value) if value not in (None, "") else None
    except (TypeError, ValueError):
        return None


def _numbers(said: Dataset, name: str, count: int) -> list[float]:
    """So many numbers, or none."""
    value = said.get(name) or []
    try:
        found = [float(part) for part in value]
    except (TypeError, ValueError):
        return []
    return found if len(found) == count else []


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
