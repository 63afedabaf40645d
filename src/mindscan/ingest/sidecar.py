"""What of a sidecar comes in: physical parameters, by a list of names, each with what it may hold."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from mindscan.dataset import layout
from mindscan.ingest.words import harmless

_NUMBERS = """
MagneticFieldStrength ImagingFrequency SliceThickness SpacingBetweenSlices EchoTime EchoTime1 EchoTime2
RepetitionTime RepetitionTimeExcitation RepetitionTimePreparation InversionTime FlipAngle EchoTrainLength
EchoNumber NumberOfAverages NumberShots PercentSampling PercentPhaseFOV PhaseResolution SAR TxRefAmp
ReconMatrixPE AcquisitionMatrixPE BaseResolution PixelBandwidth DwellTime BandwidthPerPixelPhaseEncode
EffectiveEchoSpacing TotalReadoutTime ParallelReductionFactorInPlane ParallelReductionFactorOutOfPlane
ParallelAcquisitionFactor AccelFactPE MultibandAccelerationFactor PartialFourier DiffusionBValue
PhaseEncodingSteps FrequencyEncodingSteps PhaseEncodingStepsNoPartialFourier WaterFatShift
SpoilingRFPhaseIncrement SpoilingGradientMoment SpoilingGradientDuration MTOffsetFrequency
MTPulseBandwidth MTNumberOfPulses MTPulseDuration MixingTime PhilipsRescaleSlope PhilipsRescaleIntercept
KVP XRayExposure XRayTubeCurrent Exposure ExposureTime DistanceSourceToDetector DistanceSourceToPatient
EstimatedRadiographicMagnificationFactor GantryDetectorTilt CTDIvol RevolutionTime SpiralPitchFactor
DataCollectionDiameter ReconstructionDiameter SliceTimingStep
"""
NUMBERS = frozenset(_NUMBERS.split())
"""Keys that hold one finite number."""

_LISTS = """
ImageOrientationPatientDICOM AcquisitionVoxelSize SliceTiming ReconMatrix AcquisitionMatrix FieldOfView
ShimSetting
"""
LISTS = frozenset(_LISTS.split())
"""Keys that hold a few finite numbers."""

_TRUTHS = """
NonlinearGradientCorrection MTState SpoilingState SkullStripped Interpolated3D Interpolation2D
WaterSuppression MatrixCoilMode
"""
TRUTHS = frozenset(_TRUTHS.split())
"""Keys that hold true or false."""

_MAKERS = "siemens siemens healthineers healthcare ge medical systems philips canon toshiba hitachi fujifilm"
_MAKERS += " united imaging uih hyperfine neusoft esaote bruker mindscan mediso samsung synaptive"
_MODELS = """
simulated scanner mindscan prisma skyra trio triotim tim verio avanto aera vida sola lumina altea espree
essenza symphony sonata allegra magnetom terra plus biograph mmr cima connectom amira spectra vision free
max xq fit discovery signa hdxt hdx hde excite optima brivo architect premier artist voyager pioneer
explorer hero creator mr450 mr450w mr750 mr750w mr355 pet genesis lightspeed revolution vct pro bright
speed optima ingenia achieva intera gyroscan panorama elition ambition multiva dstream ds cx nova
evolution tx vantage titan galan orian elan centurian echelon oval airis oasis aperto swoop umr aquilion
one prime somatom definition flash edge force drive emotion sensation go perspective confidence naeotom
alpha brilliance ict iq icon ingenuity mx mr ct evo hd x s p t e dot xr xt w ultra
"""
_WORDS: Mapping[str, frozenset[str]] = {
    "Manufacturer": frozenset(_MAKERS.split()),
    "ManufacturersModelName": frozenset(_MODELS.split()),
}
_CHOICES: Mapping[str, str] = {
    "Modality": "MR|CT|DX|CR|RF|XA",
    "MRAcquisitionType": "1D|2D|3D",
    "ScanningSequence": r"(SE|IR|GR|EP|RM)([\\_](SE|IR|GR|EP|RM))*",
    "SequenceVariant": r"(SK|MTC|SS|TRSS|SP|MP|OSP|NONE)([\\_](SK|MTC|SS|TRSS|SP|MP|OSP|NONE))*",
    "ScanOptions": r"(PER|RG|CG|PPG|FC|PFF|PFP|SP|FS|SFS|IR|WE|DE|SAT\d?|[A-Z]{2,4}_GEMS)"
    r"([\\_](PER|RG|CG|PPG|FC|PFF|PFP|SP|FS|SFS|IR|WE|DE|SAT\d?|[A-Z]{2,4}_GEMS))*",
    "ImageType": "[A-Z0-9_]+",
    "PatientPosition": "[HF]F[SPDLR]+",
    "PhaseEncodingDirection": "[ijk]-?",
    "PhaseEncodingAxis": "[ijk]",
    "SliceEncodingDirection": "[ijk]-?",
    "InPlanePhaseEncodingDirectionDICOM": "ROW|COL",
    "PulseSequenceType": "",
    "SpoilingType": "RF|GRADIENT|COMBINED",
    "ParallelAcquisitionTechnique": "GRAPPA|SENSE|mSENSE|CAIPI|ARC|ASSET|PICS|CS",
    "PartialFourierDirection": "PHASE|FREQUENCY|SLICE_SELECT|COMBINATION",
    "MTPulseShape": "HARD|GAUSSIAN|GAUSSHANN|SINC|SINCHANN|SINCGAUSS|FERMI",
    "Units": "s|ms|rad|Hz|ppm|arbitrary|HU|mL/100g/min",
    "ConvolutionKernel": "",
    "BodyPartExamined": "HEAD|BRAIN|SKULL|NECK|HEADNECK",
    "ConversionSoftware": "dcm2niix|mindscan",
    "ConversionSoftwareVersion": r"v?\d{1,4}(\.\d{1,8}){1,3}",
    "ContrastBolusIngredient": "IODINE|GADOLINIUM|CARBON DIOXIDE|BARIUM|XENON",
}
"""Keys that hold a word: what it looks like, or "" where it must be made of known words."""

_MOST = 512
_LARGEST = 1e5
"""No physical parameter in BIDS units is larger; dates and telephone numbers are."""


def kept(said: Mapping[str, Any]) -> dict[str, Any]:
    """The entries that come in, as they are; all others are left behind.

    Numbers must be finite, words must be among those that the key may hold. So a name that stands where a
    word was expected does not pass.

    Example:
        >>> kept({"EchoTime": 0.003, "PatientName": "Doe^John", "Manufacturer": "J Doe", "Synthetic": True})
        {'EchoTime': 0.003, 'Synthetic': True}
    """
    return {**{key: value for key, value in said.items() if _passes(key, value)}, **_mark(said)}


def _mark(said: Mapping[str, Any]) -> dict[str, Any]:
    """Whether it is made up, and the check sum of the recipe that made it."""
    truth, digest = said.get(layout.MARKS[0]), said.get(layout.MARKS[2])
    if not isinstance(truth, bool):
        return {}
    sha = isinstance(digest, str) and re.fullmatch("[0-9a-f]{64}", digest)
    return {layout.MARKS[0]: truth, **({layout.MARKS[2]: digest} if truth and sha else {})}


def _passes(key: str, value: Any) -> bool:
    if key in NUMBERS:
        return _is_number(value)
    if key in LISTS:
        return isinstance(value, list) and 0 < len(value) <= _MOST and all(map(_is_number, value))
    if key in TRUTHS:
        return isinstance(value, bool)
    parts = value if isinstance(value, list) else [value]
    if not 0 < len(parts) <= 16 or not all(isinstance(part, str) and 0 < len(part) <= 64 for part in parts):
        return False
    if key in _WORDS:
        return all(_of(part, _WORDS[key]) for part in parts)
    return key in _CHOICES and all(_suits(part, _CHOICES[key]) for part in parts)


def _of(text: str, words: frozenset[str]) -> bool:
    """Whether a text is made of these words, and of numbers of at most three digits."""
    parts = re.findall(r"[a-z]+\d{0,3}[a-z]?|\d+", text.casefold())
    return bool(parts) and text.isascii() and all(_is_one_of(part, words) for part in parts)


def _is_one_of(part: str, words: frozenset[str]) -> bool:
    return part in words or re.sub(r"\d", "", part) in words or (part.isdigit() and len(part) <= 3)


def _suits(text: str, form: str) -> bool:
    if not form or form == "[A-Z0-9_]+":
        return harmless(text.replace("_", " "))
    return re.fullmatch(form, text) is not None


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and (abs(value) < _LARGEST)
    )
