"""Segmentations say of every voxel of the images what the label picture says, with names and colours."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
import torch
from highdicom.color import CIELabColor
from highdicom.seg import segread

from mindscan.core.errors import FileError
from mindscan.core.labels import BY_ID, LABELS
from mindscan.core.volume import Volume
from mindscan.dataset.nifti import read_nifti
from mindscan.dataset.shelf import read_dataset
from mindscan.release.dicom import export
from mindscan.release.segmentation import SEGMENTS, segmentation
from mindscan.release.series import series
from mindscan.release.source import sources
from release import shelf

NAMES = ("acq-thick_T1w", "acq-obliquesagittal_T1w", "acq-leftup_T1w", "acq-tilted_ct")


def painted(folder: Path) -> dict[str, np.ndarray]:
    """Label ids on every image of a scan, by the UID of the image, from the frames of its segmentation."""
    images = [pydicom.dcmread(path) for path in sorted(folder.iterdir())]
    at = {tuple(map(float, image.ImagePositionPatient)): image.SOPInstanceUID for image in images}
    found = {image.SOPInstanceUID: np.zeros((image.Rows, image.Columns), int) for image in images}
    seg = pydicom.dcmread(folder.with_name(f"{folder.name}_seg") / "0001.dcm")
    ids = {item.SegmentNumber: int(item.SegmentDescription.split()[1]) for item in seg.SegmentSequence}
    for frame, said in zip(seg.pixel_array, seg.PerFrameFunctionalGroupsSequence, strict=True):
        place = tuple(map(float, said.PlanePositionSequence[0].ImagePositionPatient))
        number = said.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        found[at[place]][frame > 0] += ids[number]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_voxel_has_its_label(name: str, dataset: Path, exported: Path) -> None:
    """Images show where voxels lie by the same stack, so the labels are stacked by a second pair of hands."""
    entry = read_dataset(dataset).entry("001")
    source = next(source for source in sources(entry) if source.name == name)
    labels = entry.shown_labels(source.picture)
    assert labels is not None
    volume = read_nifti(labels, torch.int16)
    found = painted(exported / name)
    for path in (exported / name).iterdir():
        file = pydicom.dcmread(path)
        row, column = np.reshape(file.ImageOrientationPatient, (2, 3)).astype(float)
        down, across = map(float, file.PixelSpacing)
        grid = np.moveaxis(np.indices((file.Rows, file.Columns)), 0, -1)
        lps = np.asarray(file.ImagePositionPatient, float) + grid @ np.array([column * down, row * across])
        ras = (lps * (-1, -1, 1)).reshape(-1, 3) - volume.affine[:3, 3]
        i, j, k = (ras @ np.linalg.inv(volume.affine[:3, :3]).T).round().astype(int).T
        assert np.array_equal(found[file.SOPInstanceUID].ravel(), volume.data.numpy()[i, j, k])


def test_segments_are_named_and_coloured_alike_in_everybody(exported: Path) -> None:
    seg = segread(exported / "ct_seg" / "0001.dcm")
    assert seg.SegmentationType == "BINARY"
    assert [item.SegmentLabel for item in seg.SegmentSequence] == [label.name for label in LABELS[1:]]
    assert [item.SegmentNumber for item in seg.SegmentSequence] == list(range(1, len(LABELS)))
    left = seg.SegmentSequence[[label.id for label in SEGMENTS].index(17)]
    code = left.SegmentedPropertyTypeCodeSequence[0]
    assert (code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning) == (
        "5366008",
        "SCT",
        "Hippocampus",
    )
    assert code.SegmentedPropertyTypeModifierCodeSequence[0].CodeMeaning == "Left"
    colour = CIELabColor.from_dicom_value(list(left.RecommendedDisplayCIELabValue))
    assert np.abs(np.subtract(colour.to_rgb(), BY_ID[17].colour)).max() <= 1


def test_a_label_map_holds_freesurfer_ids(dataset: Path, tmp_path: Path) -> None:
    list(export(dataset, tmp_path, ["001"], ["acq-axial_T1w"], labelmap=True))
    seg = pydicom.dcmread(tmp_path / "sub-001" / "acq-axial_T1w_seg" / "0001.dcm")
    assert seg.SOPClassUID == "1.2.840.10008.5.1.4.1.1.66.7"  # Label Map Segmentation Storage
    assert set(np.unique(seg.pixel_array)) == {label.id for label in LABELS}
    assert seg.SyntheticData == "YES"


def test_labels_of_another_grid_are_refused(dataset: Path) -> None:
    source = next(iter(sources(read_dataset(dataset).entry("001"))))
    images = list(series(source, read_nifti(source.picture)))
    labels = Volume(torch.zeros(3, 4, 5, dtype=torch.int16), shelf.affine((1, 1, 1)))
    with pytest.raises(FileError, match=r"labels of shape .*3, 4, 5.*; expected the grid of the scan"):
        segmentation(source, images, labels)


def test_ids_that_nobody_knows_are_refused_and_air_alone_is_not(dataset: Path) -> None:
    source = next(iter(sources(read_dataset(dataset).entry("001"))))
    volume = read_nifti(source.picture)
    images = list(series(source, volume))
    with pytest.raises(FileError, match="label 1; expected ids of the label table"):
        segmentation(source, images, Volume(torch.ones_like(volume.data).short(), volume.affine))
    empty = segmentation(source, images, Volume(torch.zeros_like(volume.data).short(), volume.affine))
    assert not empty.pixel_array.any()
