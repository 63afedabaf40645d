"""What every DICOM file of a scan says besides its picture: patient, study, series, equipment, the mark."""

from __future__ import annotations

from importlib.metadata import version

from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from mindscan.release.source import Source
from mindscan.release.uid import uid

NOBODY = "synthetic subject, nobody was scanned"
SHAPED = "synthetic subject, shaped from a label map that was added"
"""How the patient was de-identified; at most 64 letters."""


def study_header(source: Source) -> Dataset:
    """Patient, study, frame of reference and equipment: the same in all files of a subject.

    There is one study a subject, and all its scans share a frame of reference, because they share a
    world. Dates are empty, which says that there was none; identifiers follow from the recipe.

    Raises:
        FileError: the recipe is missing or damaged.
    """
    said, known = Dataset(), source.entry
    said.SpecificCharacterSet = "ISO_IR 192"
    said.SyntheticData = "NO" if known.card.kind == "scan" else "YES"
    said.PatientName = f"{source.subject}^{'' if known.card.kind == 'scan' else 'Synthetic'}"
    said.PatientID = f"{source.subject}-{source.digest[:8]}"
    said.PatientBirthDate = ""
    said.PatientSex = known.person.sex
    said.PatientAge = f"{int(known.person.age_years):03d}Y"
    if known.card.kind != "scan":
        said.PatientIdentityRemoved = "YES"
        said.DeidentificationMethod = SHAPED if known.base() else NOBODY
    said.StudyInstanceUID = uid(*_made_by(source), "study")
    said.FrameOfReferenceUID = uid(*_made_by(source), "space")
    said.StudyDate = said.StudyTime = said.AccessionNumber = said.ReferringPhysicianName = ""
    said.StudyID = source.digest[:8]
    said.StudyDescription = "Synthetic head" if known.card.kind != "scan" else "Head"
    said.PositionReferenceIndicator = ""
    said.Manufacturer = str(source.sidecar.get("Manufacturer", "mindscan"))
    said.ManufacturerModelName = str(source.sidecar.get("ManufacturersModelName", "mindscan"))
    said.DeviceSerialNumber = "none"
    said.SoftwareVersions = f"mindscan {version('mindscan')}"
    return said


def series_uid(source: Source, kind: str) -> str:
    """UID of the series of a kind ("image" or "segmentation") that a scan becomes."""
    return uid(*_made_by(source), source.name, kind)


def instance_uid(source: Source, kind: str, number: int) -> str:
    """UID of one file of a series."""
    return uid(*_made_by(source), source.name, kind, number)


def coded(code: Code) -> Dataset:
    """A code as an item of a sequence.

    Example:
        >>> coded(codes.SCT.Head).CodeValue
        '69536005'
    """
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = (
        code.value,
        code.scheme_designator,
        code.meaning,
    )
    return item


def region() -> Dataset:
    """What is shown: a head."""
    return coded(codes.SCT.Head)


def _made_by(source: Source) -> tuple[str, str, str]:
    """What all bytes follow from: this version, the recipe, the subject."""
    return version("mindscan"), source.digest, source.entry.id
