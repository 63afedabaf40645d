"""What files say besides their geometry: physics, steps, windows, views."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
import torch

from mindscan.core.volume import Volume
from mindscan.imaging.view import View
from mindscan.release.planes import as_planes
from mindscan.release.series import decimal, view


def first(folder: Path) -> pydicom.Dataset:
    return pydicom.dcmread(folder / "0001.dcm")


def test_an_mr_says_its_sequence_in_units_of_dicom(exported: Path) -> None:
    file = first(exported / "acq-thick_T1w")
    assert file.SOPClassUID.name == "MR Image Storage"
    assert list(file.ImageType) == ["DERIVED", "PRIMARY", "OTHER"]
    assert (file.RepetitionTime, file.InversionTime, file.EchoTime) == (2300, 912.3, 2.98)
    assert (file.FlipAngle, file.MagneticFieldStrength) == (9.5, 3)
    assert (list(file.ScanningSequence), list(file.SequenceVariant)) == (["GR", "IR"], ["SP", "MP"])
    assert (file.SliceThickness, file.SpacingBetweenSlices) == (5, 5)
    assert list(file.PixelSpacing) == [1.1, 0.9]
    assert (file.PatientPosition, file.BurnedInAnnotation, file.BodyPartExamined) == ("HFS", "NO", "HEAD")
    assert first(exported / "acq-swi_part-phase_T2starw").ImageType[2] == "PHASE MAP"
    assert first(exported / "T1map").ImageType[2] == "T1 MAP"
    assert "EchoTime" in first(exported / "T1map")


def test_a_ct_is_in_hounsfield_units_exactly(exported: Path) -> None:
    file = first(exported / "ct")
    assert file.SOPClassUID.name == "CT Image Storage"
    assert (file.RescaleSlope, file.RescaleIntercept, file.RescaleType) == (1, 0, "HU")
    assert (file.KVP, file.Exposure, file.ExposureInuAs) == (120, 251, 251400)
    assert file.ConvolutionKernel == "smooth"
    assert (file.WindowCenter, file.WindowWidth) == (40, 80)
    assert file.pixel_array.dtype == np.int16
    assert (file.SliceThickness, file.SpacingBetweenSlices) == (5, 0.6)


def test_scaled_pictures_have_steps_of_a_power_of_two(exported: Path) -> None:
    slope = float(first(exported / "T1map").RescaleSlope)
    assert slope < 1 / 1024
    assert np.log2(slope) == round(np.log2(slope))
    assert first(exported / "acq-axial_T1w").RescaleSlope == 1


def test_windows_are_the_same_in_all_files_of_a_series(exported: Path) -> None:
    files = [pydicom.dcmread(path) for path in (exported / "acq-axial_T1w").iterdir()]
    assert len({(file.WindowCenter, file.WindowWidth) for file in files}) == 1
    values = np.stack([file.pixel_array for file in files])
    shown = values <= files[0].WindowCenter + files[0].WindowWidth / 2
    assert 0.99 < shown.mean() < 1


def test_a_radiograph_says_how_it_was_taken(exported: Path) -> None:
    file = first(exported / "acq-lateral_xr")
    assert file.SOPClassUID.name == "Digital X-Ray Image Storage - For Presentation"
    assert (file.Modality, file.PresentationIntentType) == ("DX", "FOR PRESENTATION")
    assert (file.DistanceSourceToDetector, file.KVP) == (1150, 70)
    assert (file.PixelIntensityRelationship, file.PixelIntensityRelationshipSign) == ("LOG", -1)
    assert (file.RescaleSlope, file.RescaleIntercept) == (1, 0)
    assert list(file.ImagerPixelSpacing) == [9, 9]
    assert (file.ViewPosition, file.ViewCodeSequence[0].CodeMeaning) == ("LL", "left lateral")
    assert file.PatientOrientation[0][0] == "A"
    assert file.PatientOrientation[1][0] == "F"


TAKEN_FROM = {
    0: "AP",
    -20: "AP",
    45: "LPO",
    90: "LL",
    135: "LAO",
    180: "PA",
    -135: "RAO",
    -90: "RL",
    -45: "RPO",
}


@pytest.mark.parametrize(("azimuth", "word"), TAKEN_FROM.items())
def test_views_are_called_by_the_side_next_to_the_detector(azimuth: float, word: str) -> None:
    taken = View.towards((0, 0, 0), (azimuth, 4, 3), (1000, 1200), (4, 4), 1.0)
    side = {"L": (-1, 0, 0), "R": (1, 0, 0)}.get(word[0])
    if side:
        middle = taken.targets()[1:3, 1:3].mean((0, 1))
        assert float(middle @ torch.tensor(side, dtype=middle.dtype)) > 100
    assert view(as_planes(Volume(torch.zeros(4, 4, 1), taken.affine())))[0] == word


def test_decimals_fit_into_sixteen_letters() -> None:
    for value in (-1 / 3, 1e-7 / 3, -123456.789012345, 2.0**-20, -0.0):
        assert len(str(decimal(value))) <= 16
        assert float(decimal(value)) == pytest.approx(value, rel=1e-9)
