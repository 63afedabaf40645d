"""Identifiers that are planted wherever files have room for them, and a search for what is left of them."""

from __future__ import annotations

import csv
import gzip
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import nibabel as nib
import nrrd
import numpy as np
import pydicom
from nibabel.nifti1 import Nifti1Extension
from pydicom.dataset import Dataset

from ingest import made
from mindscan.core.key import Key

_SOUNDS = ("ba", "zor", "vin", "quo", "dra", "hel", "mux", "pel", "rys", "tob", "wex", "yan", "gro", "fil")


class Planter:
    """Draws identifiers that were never drawn before, and remembers them."""

    def __init__(self) -> None:
        self.rng = Key(42).rng()
        self.planted: list[str] = []

    def _new(self, draw: Any) -> str:
        text = next(text for text in iter(draw, None) if text not in self.planted)
        self.planted.append(text)
        return str(text)

    def name(self) -> str:
        """A surname that nobody has."""
        return self._new(lambda: "".join(self.rng.choice(_SOUNDS, 4)).capitalize())

    def number(self) -> str:
        """A record number of eight digits."""
        return self._new(lambda: str(self.rng.integers(30_000_000, 99_999_999)))

    def date(self) -> str:
        """A day of the last century, as DICOM writes it."""
        return self._new(self._day)

    def _day(self) -> str:
        year, month, day = (self.rng.integers(low, high) for low, high in ((1910, 1999), (1, 12), (1, 28)))
        return f"{year}{month:02d}{day:02d}"

    def address(self) -> str:
        """A street, one word that is nowhere else."""
        return self._new(lambda: "".join(self.rng.choice(_SOUNDS, 4)).capitalize() + "way")

    def any(self, number: int) -> str:
        """One of the four kinds."""
        return (self.name, self.number, self.date, self.address)[number % 4]()


def everywhere(root: Path, planter: Planter, many: int) -> Path:
    """A folder of hostile files of every form; `many` identifiers are planted, or a few more.

    Returns:
        A table of participants with identifiers, beside the folder.
    """
    people = [planter.number() for _ in range(4)]
    _dicom(root / planter.name() / planter.date(), planter, people[0])
    _nifti(root / f"{people[1]}-{planter.name()}", planter)
    _others(root / planter.address(), planter)
    _bids(root / f"study-{planter.name()}", planter)
    _odd(root / planter.name(), planter)
    table = root.with_name("table.csv")
    header = ["Subject", "Age", "Sex", "Dx", "Address", "Born"]
    rows = [
        [who, 93, "F", f"AD says Dr {planter.name()}", planter.address(), planter.date()] for who in people
    ]
    while len(planter.planted) < many:
        rows.append([planter.number(), 40, "M", planter.name(), planter.address(), planter.date()])
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return table


def left(root: Path, planted: list[str]) -> dict[str, str]:
    """Which identifiers are still to be found in names or bytes, packed or not, and where."""
    found = {}
    forms = {text: _forms(text) for text in planted}
    for path in sorted(root.rglob("*")):
        told = str(path.relative_to(root)).encode()
        content = b"".join((told, *_contents(path))).lower()
        found |= {text: str(path) for text, ways in forms.items() if any(way in content for way in ways)}
    return found


def source_bytes(root: Path) -> bytes:
    """All names and bytes below a folder, packed ones unpacked too."""
    paths = sorted(root.rglob("*"))
    told = [str(path.relative_to(root)).encode() for path in paths]
    return b"\n".join([*told, *(part for path in paths for part in _contents(path))])


def _contents(path: Path) -> Iterator[bytes]:
    if not path.is_file():
        return
    yield path.read_bytes()
    if path.suffix == ".gz":
        with suppress(gzip.BadGzipFile):  # of the damaged ones among the hostile files
            yield gzip.decompress(path.read_bytes())


def _forms(text: str) -> list[bytes]:
    ways = [text.lower(), text[::-1].lower()]
    if text.isdigit():
        ways += [f"{text[:4]}-{text[4:6]}-{text[6:]}", f"{text[6:]}.{text[4:6]}.{text[:4]}"]
    return [way.encode(code) for way in ways for code in ("ascii", "utf-16-le", "utf-16-be")]


def _dicom(folder: Path, planter: Planter, person: str) -> None:
    names = [
        *("OtherPatientIDs", "PatientAddress", "InstitutionName", "InstitutionAddress", "OperatorsName"),
        *("ReferringPhysicianName", "PerformingPhysicianName", "AccessionNumber", "StudyDescription"),
        *("ImageComments", "PatientComments", "DeviceSerialNumber", "StationName", "SoftwareVersions"),
        *("AdmittingDiagnosesDescription", "SequenceName", "ReceiveCoilName", "ManufacturerModelName"),
        *("InstitutionalDepartmentName", "RequestingPhysician", "MedicalRecordLocator", "Occupation"),
        *("PatientMotherBirthName", "MilitaryRank", "CountryOfResidence", "BodyPartExamined", "StudyID"),
    ]
    for seed in ("1", "2", "3"):
        said: dict[str, Any] = {name: planter.any(n) for n, name in enumerate(names)}
        said |= {
            name: planter.date()
            for name in ("StudyDate", "SeriesDate", "AcquisitionDate", "PatientBirthDate")
        }
        said |= {"PatientID": person, "PatientName": f"{planter.name()}^{planter.name()}"}
        said["SeriesDescription"] = f"t1_mprage {planter.name()} {planter.date()}"
        said["ProtocolName"] = f"{planter.name()} t1"
        said["ImageType"] = ["ORIGINAL", "PRIMARY", "M", planter.name().upper()]
        for path in made.series(folder / planter.name(), made.values(shape=(4, 8, 7)), seed, **said):
            file = pydicom.dcmread(path)
            _hide(file, planter if path.name.endswith("000.dcm") else None)
            file.save_as(path.with_name(f"{planter.planted[-1]}-{path.name}"))
            path.unlink()


def _hide(file: Dataset, planter: Planter | None) -> None:
    """Private and nested elements."""
    told = [planter.any(n) if planter else "nobody" for n in range(10)]
    for group in (0x0009, 0x0029, 0x0051):
        block = file.private_block(group, f"HIDDEN {group}", create=True)
        block.add_new(1, "LO", told.pop())
        block.add_new(2, "OB", told.pop().encode().ljust(10))
    inner, outer = Dataset(), Dataset()
    inner.PatientID, inner.PatientName = told.pop(), told.pop()
    outer.OtherPatientIDsSequence, outer.ScheduledProcedureStepDescription = [inner], told.pop()
    file.RequestAttributesSequence = [outer]
    file.add_new(0x00091099, "UN", told.pop().encode())


def _nifti(folder: Path, planter: Planter) -> None:
    for n, ending in enumerate(("nii", "nii.gz", "hdr")):
        fields = {"descrip": planter.name(), "aux_file": planter.number(), "intent_name": planter.date()}
        name = f"{planter.name()}_{planter.date()}_T1w"
        path = made.nifti(
            folder / f"{name}.{ending}", made.values(), np.eye(4), db_name=planter.number(), **fields
        )
        said = {
            "PatientName": planter.name(),
            "AcquisitionDate": planter.date(),
            "EchoTime": 0.003,
            "Manufacturer": planter.name(),
            "Modality": planter.name(),
            "ScanOptions": planter.name(),
            "RepetitionTime": float(planter.number()),
            "ImageType": ["ORIGINAL", planter.name().upper()],
            "Units": planter.name(),
            "nested": {"list": [planter.address(), {"more": planter.number()}]},
            "ConversionSoftwareVersion": planter.date(),
            "SliceTiming": [0.1, float(planter.number())],
            "Synthetic": False,
            "RecipeSHA256": planter.name(),
            planter.name(): 3,
        }
        (folder / f"{name}.json").write_text(json.dumps(said))
        if n == 0:
            data = nib.Nifti1Image(made.values(), np.eye(4), nib.load(path).header)
            for code in (6, 2, 4):
                data.header.extensions.append(Nifti1Extension(code, planter.address().encode()))
            nib.save(data, path)
            path.write_bytes(path.read_bytes() + planter.name().encode() + planter.number().encode())
        if n == 1:
            content = gzip.decompress(path.read_bytes())
            with path.open("wb") as file, gzip.GzipFile(f"{planter.name()}.nii", "wb", 6, file) as packed:
                packed.write(content)


def _others(folder: Path, planter: Planter) -> None:
    mgh = made.mgh(folder / f"{planter.name()}_T1w.mgh", made.values(), np.eye(4))
    made.with_text_of_mgh(mgh, f"recon-all -s {planter.name()} {planter.address()}")
    fields = {"content": planter.name(), "patient": planter.number(), "Synthetic": planter.name()}
    path = made.to_nrrd(folder / f"{planter.date()}_T1w.nrrd", made.values(), np.eye(4), **fields)
    path.write_bytes(path.read_bytes().replace(b"\n", f"\n# {planter.name()} {planter.date()}\n".encode(), 1))
    ids = made.values() % 4
    names = ("Left-Thalamus", planter.name(), f"Tumour of {planter.name()}")
    made.segmentation(folder / f"{planter.name()}.seg.nrrd", ids, np.eye(4), *names)
    analyze = nib.AnalyzeImage(made.values(), np.eye(4))
    analyze.header["descrip"], analyze.header["aux_file"] = planter.name(), planter.number()
    analyze.header["patient_id"], analyze.header["generated"] = planter.number(), planter.date()
    analyze.header["exp_date"], analyze.header["db_name"] = planter.date(), planter.name()
    nib.save(analyze, folder / f"{planter.name()}_T1w.hdr")


def _bids(root: Path, planter: Planter) -> None:
    who, visit = planter.name(), planter.date()
    stem = f"sub-{who}_ses-{visit}_acq-{planter.name()}_run-{planter.number()}"
    made.bids(root, f"sub-{who}/ses-{visit}/anat/{stem}_T1w.nii.gz")
    (root / "dataset_description.json").write_text(
        json.dumps({"Name": planter.name(), "Authors": [planter.name()]})
    )
    (root / "participants.tsv").write_text(f"participant_id\tmrn\nsub-{who}\t{planter.number()}\n")
    (root / "README").write_text(f"Scans of {planter.name()}, {planter.address()}")
    (root / "T1w.json").write_text(json.dumps({"InstitutionAddress": planter.address(), "FlipAngle": 9}))


def _odd(folder: Path, planter: Planter) -> None:
    """What cannot be read, or only in part."""
    folder.mkdir(parents=True)
    (folder / f"{planter.name()}.txt").write_text(planter.address())
    (folder / f"{planter.name()}_T1w.nii.gz").write_bytes(b"\x1f\x8b" + planter.name().encode())
    (folder / f"{planter.name()}.dcm").write_bytes(bytes(128) + b"DICM" + planter.number().encode())
    (folder / f"{planter.name()}_T1w.nrrd").write_text(f"NRRD0004\ntype: {planter.name()}\nsizes: x\n\n")
    (folder / planter.date()).symlink_to(folder)
    with zipfile.ZipFile(folder / f"{planter.name()}.zip", "w") as file:
        file.comment = planter.name().encode()
        file.writestr(f"../{planter.name()}.dcm", "x")
        inside = made.nifti(folder / "tmp.nii", made.values(), np.eye(4))
        file.write(inside, f"{planter.date()}/{planter.name()}_T2w.nii")
    inside.unlink()
    nrrd.write(
        str(folder / f"{planter.name()}_T1w.nrrd"),
        made.values("float32").reshape(-1),
        {"who": planter.name()},
    )
