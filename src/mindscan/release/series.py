"""MR, CT and radiographs as DICOM series, one file for each plane."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian
from pydicom.valuerep import DSfloat
from torch import Tensor

from mindscan.core.volume import Volume
from mindscan.dataset import layout
from mindscan.dataset.nifti import in_steps
from mindscan.imaging.ct import WINDOWS
from mindscan.release.header import coded, instance_uid, region, series_uid, study_header
from mindscan.release.planes import Planes, as_planes, slice_axis, stack
from mindscan.release.source import Source

SOP_CLASSES = {
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "DX": "1.2.840.10008.5.1.4.1.1.1.1",
}
"""MR Image, CT Image and Digital X-Ray Image (For Presentation) Storage."""

_TIMES = ("RepetitionTime", "EchoTime", "InversionTime")
"""Seconds in the sidecar, milliseconds in DICOM."""

_DECIMALS = (
    *("MagneticFieldStrength", "FlipAngle", "PixelBandwidth", "SliceThickness", "GantryDetectorTilt", "KVP"),
    *("DistanceSourceToDetector", "DistanceSourceToPatient", "EstimatedRadiographicMagnificationFactor"),
)
"""Numbers that sidecar and DICOM have in the same units."""

_WORDS = ("ScanningSequence", "SequenceVariant", "MRAcquisitionType", "ConvolutionKernel", "EchoTrainLength")
_KINDS = {"T1map": "T1 MAP", "T2map": "T2 MAP", "PDmap": "DENSITY MAP", "ADC": "DIFFUSION MAP"}
"""Suffix to what an MR picture is in the words of DICOM; "OTHER" where it has no word."""

_MR_USUAL: Mapping[str, str | None] = {
    "ScanningSequence": "RM",
    "SequenceVariant": "NONE",
    "MRAcquisitionType": "3D",
    **dict.fromkeys(("ScanOptions", "EchoTime", "RepetitionTime", "EchoTrainLength")),
}
"""What an MR must say, where the sidecar does not: a research sequence, and nothing known of the rest."""

_VIEWS: tuple[tuple[str, Any], ...] = (
    ("AP", codes.cid4010.AnteroPosterior),
    ("LPO", codes.cid4010.LeftPosteriorOblique),
    ("LL", codes.cid4010.LeftLateral),
    ("LAO", codes.cid4010.LeftAnteriorOblique),
    ("PA", codes.cid4010.PosteroAnterior),
    ("RAO", codes.cid4010.RightAnteriorOblique),
    ("RL", codes.cid4010.RightLateral),
    ("RPO", codes.cid4010.RightPosteriorOblique),
)
"""Views by where the tube stands, every 45 degrees from the front over the right of the head."""


def series(source: Source, volume: Volume) -> Iterator[Dataset]:
    """The files of one scan, in the order of its planes; each is complete but for being written.

    Args:
        source: the scan.
        volume: its picture.

    Returns:
        One data set for each plane. Stored values times the rescale slope are those of the volume: exactly
        where it comes from a data set of mindscan, else to half a step. A radiograph may have no slope; it
        is rounded to whole units.

    Raises:
        FileError: rows and columns of the picture do not meet at a right angle.
        SettingsError: a value is not finite.
    """
    return _radiograph(source, volume) if source.modality == "DX" else _slices(source, volume)


def stacked(source: Source, volume: Volume) -> Planes:
    """A volume on the grid of a scan as the planes of its series: a CT is axial, whatever its voxels."""
    return stack(volume, 2 if source.modality == "CT" else slice_axis(volume.grid))


def _slices(source: Source, volume: Volume) -> Iterator[Dataset]:
    planes = stacked(source, volume)
    steps, slope = in_steps(planes.data)
    common = _header(source, planes)
    {"MR": _mr, "CT": _ct}[source.modality](common, source)
    common.RescaleSlope, common.RescaleIntercept = decimal(slope), 0
    common.RescaleType = "HU" if source.modality == "CT" else "US"
    _window(common, *(WINDOWS["brain"] if source.modality == "CT" else _spread(planes.data)))
    common.SpacingBetweenSlices = decimal(planes.gap_mm)
    if "SliceThickness" not in common:
        common.SliceThickness = decimal(planes.gap_mm)
    for number, pixels in enumerate(steps):
        yield _instance(common, source, planes, number, pixels.numpy().astype("<i2"))


def _radiograph(source: Source, volume: Volume) -> Iterator[Dataset]:
    """One picture of a cone beam: its plane is the detector, the focus stands before its middle.

    Place and orientation are not part of the DX object, but may be added; they make its geometry whole.
    """
    planes = as_planes(volume)
    whole = planes.data.round().clamp(0, 65535)
    common = _header(source, planes)
    _dx(common, source, planes)
    common.RescaleSlope, common.RescaleIntercept, common.RescaleType = 1, 0, "US"
    _window(common, *_spread(whole))
    yield _instance(common, source, planes, 0, whole[0].to(torch.int32).numpy().astype("<u2"))


def _header(source: Source, planes: Planes) -> Dataset:
    """What all files of a series say alike."""
    said, sidecar = study_header(source), source.sidecar
    said.SOPClassUID = SOP_CLASSES[source.modality]
    said.Modality = source.modality
    said.SeriesInstanceUID = series_uid(source, "image")
    said.SeriesNumber = source.number
    said.SeriesDescription = source.name
    said.ProtocolName = source.preset or source.name
    said.PatientPosition = "HFS"
    said.BodyPartExamined = "HEAD"
    said.AnatomicRegionSequence = [region()]
    said.AcquisitionNumber = source.number
    said.BurnedInAnnotation = "NO"
    said.LossyImageCompression = "00"
    for name in (*_TIMES, *_DECIMALS):
        if name in sidecar:
            setattr(said, name, decimal(round(sidecar[name] * (1000 if name in _TIMES else 1), 9)))
    for name in _WORDS:
        if name in sidecar:
            setattr(said, name, sidecar[name])
    if "Exposure" in sidecar:
        said.Exposure, said.ExposureInuAs = round(sidecar["Exposure"]), round(1000 * sidecar["Exposure"])
    said.ImageOrientationPatient = [decimal(x) for x in planes.orientation]
    said.PixelSpacing = [decimal(x) for x in planes.spacing_mm]
    return said


def _mr(said: Dataset, source: Source) -> None:
    kind = "PHASE MAP" if layout.entity(source.picture, "part") == "phase" else "OTHER"
    said.ImageType = ["DERIVED", "PRIMARY", _KINDS.get(layout.suffix_of(source.picture), kind)]
    for keyword, usual in _MR_USUAL.items():
        if keyword not in said:
            setattr(said, keyword, usual)
    if "DiffusionBValue" in source.sidecar:
        said.DiffusionBValue = float(source.sidecar["DiffusionBValue"])
    if "ContrastBolusIngredient" in source.sidecar:
        said.ContrastBolusAgent = "gadobutrol"
        said.ContrastBolusIngredient = source.sidecar["ContrastBolusIngredient"]


def _ct(said: Dataset, source: Source) -> None:
    said.ImageType = ["DERIVED", "PRIMARY", "AXIAL"]
    if "KVP" not in said:
        said.KVP = None


def _dx(said: Dataset, source: Source, planes: Planes) -> None:
    said.ImageType = ["DERIVED", "PRIMARY", ""]
    said.PresentationIntentType = "FOR PRESENTATION"
    said.PresentationLUTShape = "IDENTITY"
    said.PixelIntensityRelationship, said.PixelIntensityRelationshipSign = "LOG", -1
    said.ImagerPixelSpacing = said.PixelSpacing
    said.PatientOrientation = planes.pointing()
    said.ImageLaterality = "U"
    said.DetectorType = said.PositionerType = ""
    said.AcquisitionContextSequence = []
    said.ViewPosition, code = view(planes)
    said.ViewCodeSequence = [coded(code)]


def view(planes: Planes) -> tuple[str, Any]:
    """How radiographers call a view: the word of DICOM and its code, from where the tube stands.

    Args:
        planes: a radiograph, whose third axis points from the focus to the head.
    """
    left, back, _ = planes.affine[:3, 2]
    turn = math.degrees(math.atan2(left, back))
    return _VIEWS[round(turn / 45) % 8]


def _instance(common: Dataset, source: Source, planes: Planes, plane: int, pixels: Any) -> Dataset:
    """One file: what its series says, its place and its picture."""
    said = Dataset()
    said.update(common)
    said.SOPInstanceUID = instance_uid(source, "image", plane + 1)
    said.InstanceNumber = plane + 1
    said.ImagePositionPatient = [decimal(x) for x in planes.position(plane)]
    said.SamplesPerPixel, said.PhotometricInterpretation = 1, "MONOCHROME2"
    said.Rows, said.Columns = pixels.shape
    said.BitsAllocated, said.BitsStored, said.HighBit = 16, 16, 15
    said.PixelRepresentation = int(pixels.dtype.kind == "i")
    said.PixelData = pixels.tobytes()
    said.file_meta = file_meta(said)
    return said


def file_meta(said: Dataset) -> FileMetaDataset:
    """The group that stands before a data set in its file."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = said.SOPClassUID, said.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return meta


def decimal(value: float) -> DSfloat:
    """A number as DICOM writes it: at most 16 characters.

    Example:
        >>> str(decimal(-1 / 3))
        '-0.3333333333333'
    """
    return DSfloat(float(value) + 0.0, auto_format=True)


def _window(said: Dataset, centre: float, width: float) -> None:
    said.WindowCenter, said.WindowWidth = decimal(centre), decimal(width)


def _spread(data: Tensor) -> tuple[float, float]:
    """Centre and width of a window from the lowest value to one that only a two-hundredth exceeds."""
    some = np.asarray(data.flatten()[:: max(1, data.numel() // 1_000_000)])
    low, high = float(some.min()), float(np.quantile(some, 0.995))
    return (low + high) / 2, (high - low) or 1.0
