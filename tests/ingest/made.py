"""Files as other programs write them, made here: an asymmetric picture in every form and orientation."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nibabel as nib
import nrrd
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from mindscan.core.key import Key
from mindscan.core.volume import Affine

SHAPE = (7, 9, 11)
MR = "1.2.840.10008.5.1.4.1.1.4"


def values(kind: str = "int16", shape: tuple[int, ...] = SHAPE, seed: int = 1) -> np.ndarray[Any, Any]:
    """Voxels that no turn and no mirror leaves as they are."""
    drawn = (Key(seed) / "voxels").rng().integers(0, 250, shape)
    return drawn.astype(kind)


def orientations() -> Iterator[tuple[str, Affine]]:
    """All 48 ways in which three axes can run, with voxels of three lengths, off the origin."""
    for order in itertools.permutations(range(3)):
        for signs in itertools.product((1, -1), repeat=3):
            affine = np.eye(4)
            affine[:3, :3] = 0
            for axis, (world, sign, edge) in enumerate(zip(order, signs, (0.9, 1.1, 1.3), strict=True)):
                affine[world, axis] = sign * edge
            affine[:3, 3] = (-31.25, 17.5, 4.75)
            name = "".join(
                "RAS"[world] if sign > 0 else "LPI"[world] for world, sign in zip(order, signs, strict=True)
            )
            yield name, affine


def oblique() -> Affine:
    """Axes that run askew, at right angles."""
    turns = [np.radians(angle) for angle in (17, -11, 23)]
    (ca, sa), (cb, sb), (cc, sc) = ((np.cos(turn), np.sin(turn)) for turn in turns)
    turn = np.array([[1, 0, 0], [0, ca, -sa], [0, sa, ca]]) @ np.array([[cb, 0, sb], [0, 1, 0], [-sb, 0, cb]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.array([[cc, -sc, 0], [sc, cc, 0], [0, 0, 1]]) @ np.diag((0.9, 1.1, 1.3))
    affine[:3, 3] = (-31.25, 17.5, 4.75)
    return affine


def nifti(path: Path, data: np.ndarray[Any, Any], affine: Affine, two: bool = False, **fields: Any) -> Path:
    """A NIfTI file, in one file or a pair, whatever the name asks for; fields of the header besides."""
    path.parent.mkdir(parents=True, exist_ok=True)
    single, pair = (nib.Nifti2Image, nib.Nifti2Pair) if two else (nib.Nifti1Image, nib.Nifti1Pair)
    image = (pair if ".hdr" in path.name or ".img" in path.name else single)(data, affine)
    image.header.set_xyzt_units("mm", "sec")
    for name, value in fields.items():
        image.header[name] = value
    nib.save(image, path)
    return path


def mgh(path: Path, data: np.ndarray[Any, Any], affine: Affine) -> Path:
    """A MGH or MGZ file with times and a tag that names its maker."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = nib.MGHImage(data, affine)
    image.header["tr"], image.header["te"], image.header["flip_angle"] = 2300, 2.98, np.radians(9)
    nib.save(image, path)
    return path


def to_nrrd(path: Path, data: np.ndarray[Any, Any], affine: Affine, **fields: Any) -> Path:
    """A NRRD file in the space of DICOM (LPS)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lps = np.diag((-1, -1, 1)) @ affine[:3]
    header = {"space": "left-posterior-superior", "space directions": lps[:, :3].T, "space origin": lps[:, 3]}
    nrrd.write(str(path), data, {**header, **fields})
    return path


def segmentation(path: Path, data: np.ndarray[Any, Any], affine: Affine, *names: str) -> Path:
    """A segmentation as 3D Slicer writes it: value n is the nth name."""
    fields: dict[str, Any] = {"Segmentation_ContainedRepresentationNames": "Binary labelmap|"}
    for number, name in enumerate(names):
        said = {"ID": f"Segment_{number + 1}", "Name": name, "Color": f"{number / 10} 0.5 1", "Layer": "0"}
        fields |= {f"Segment{number}_{key}": value for key, value in said.items()}
        fields[f"Segment{number}_LabelValue"] = str(number + 1)
    return to_nrrd(path, data, affine, **fields)


def series(
    folder: Path, data: np.ndarray[Any, Any], seed: str = "1", places: list[float] | None = None, **said: Any
) -> list[Path]:
    """A DICOM series, one file a plane, in one folder.

    Args:
        folder: where the files go.
        data: shape (planes, rows, columns), int16.
        seed: what its identifiers follow from.
        places: of the planes along the patient, in mm; one by one when None.
        said: other attributes; None leaves one out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, plane in enumerate(data):
        path = folder / f"{seed}-{number:03d}.dcm"
        z = float(number if places is None else places[number])
        file = instance(plane, seed, number, z)
        for name, value in said.items():
            if value is None:
                delattr(file, name)
            else:
                setattr(file, name, value)
        file.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def instance(plane: np.ndarray[Any, Any], seed: str, number: int, z: float) -> Dataset:
    """One plane of an MR series of somebody."""
    file, meta = Dataset(), FileMetaDataset()
    digits = "".join(str(ord(sign)) for sign in seed)
    file.SOPClassUID = meta.MediaStorageSOPClassUID = pydicom.uid.UID(MR)
    uid = pydicom.uid.UID(f"1.2.3.{digits}.{number + 1}")
    file.SOPInstanceUID = meta.MediaStorageSOPInstanceUID = uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file.PatientID, file.PatientName, file.PatientSex = f"P{seed}", f"Doe^{seed}", "F"
    file.PatientBirthDate, file.PatientAge, file.StudyDate, file.StudyTime = (
        "19500101",
        "070Y",
        "20200505",
        "1200",
    )
    file.StudyInstanceUID, file.SeriesInstanceUID = f"1.2.4.{digits}", f"1.2.5.{digits}"
    file.FrameOfReferenceUID = f"1.2.6.{digits}"
    file.Modality, file.Manufacturer, file.SeriesNumber = "MR", "Siemens", 2
    file.SeriesDescription = file.ProtocolName = "t1_mprage_sag"
    file.ImageType, file.ScanningSequence, file.MRAcquisitionType = (
        ["ORIGINAL", "PRIMARY", "M"],
        ["GR", "IR"],
        "3D",
    )
    file.RepetitionTime, file.EchoTime, file.InversionTime, file.FlipAngle = 2300, 2.98, 900, 9
    file.MagneticFieldStrength, file.PatientPosition, file.InstanceNumber = 3, "HFS", number + 1
    file.ImageOrientationPatient, file.PixelSpacing, file.SliceThickness = [1, 0, 0, 0, 1, 0], [1.1, 0.9], 1
    file.ImagePositionPatient = [-20, -30, z]
    file.Rows, file.Columns = plane.shape
    file.SamplesPerPixel, file.PhotometricInterpretation = 1, "MONOCHROME2"
    file.BitsAllocated = file.BitsStored = 16
    file.HighBit, file.PixelRepresentation, file.PixelData = 15, 1, plane.astype("<i2").tobytes()
    file.file_meta = meta
    return file


def bids(root: Path, *names: str) -> Path:
    """A BIDS data set of these pictures, such as "sub-01/anat/sub-01_T1w.nii.gz"."""
    for number, name in enumerate(names):
        nifti(root / name, values(seed=number + 5), np.eye(4))
    (root / "dataset_description.json").write_text('{"Name": "d", "BIDSVersion": "1.8.0"}')
    return root


def with_text_of_mgh(path: Path, text: str) -> None:
    """Add a tag with a text behind the voxels of a plain MGH file."""
    told = text.encode() + b"\0"
    path.write_bytes(path.read_bytes() + struct.pack(">iq", 3, len(told)) + told)
