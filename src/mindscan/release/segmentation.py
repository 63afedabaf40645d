"""The labels of a scan as a DICOM segmentation on the very planes of its images."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Literal

import numpy as np
from highdicom import AlgorithmIdentificationSequence
from highdicom.color import CIELabColor
from highdicom.seg import Segmentation, SegmentDescription
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from mindscan.core.errors import FileError
from mindscan.core.labels import BY_ID, LABELS, TABLE_SIZE, Label
from mindscan.core.volume import Volume
from mindscan.release.codes import OWN_SCHEME, coded_label
from mindscan.release.header import coded, instance_uid, series_uid
from mindscan.release.series import stacked
from mindscan.release.source import Source
from mindscan.release.uid import uid

Kind = Literal["segmentation", "labelmap"]

SEGMENTS: tuple[Label, ...] = tuple(label for label in LABELS if label.id)
"""Segment n is row n of these, in every subject alike, whether it is there or not."""

SERIES_OFFSET = 1000
"""Number of a segmentation's series less that of its images."""

MARKS = (
    "SyntheticData",
    "PatientIdentityRemoved",
    "DeidentificationMethod",
    "PatientAge",
    "StudyDescription",
)
"""What a segmentation says as its images do, besides what highdicom copies."""

_DAY, _TIME = "19700101", "000000"
# When the labels were made: a day is asked for, and the same export is to have the same bytes.


def segmentation(
    source: Source, images: Sequence[Dataset], labels: Volume, kind: Kind = "segmentation"
) -> Dataset:
    """The structure of every voxel of a scan, as one DICOM SEG file.

    Args:
        source: the scan.
        images: all files of its series.
        labels: label ids on the scan's own grid.
        kind: "segmentation" with a picture of yes and no for each structure, or "labelmap" with one picture
            of FreeSurfer ids, which few programs read yet.

    Returns:
        A data set, complete but for being written. Segments are named and coloured by the label table.

    Raises:
        FileError: the labels lie on another grid than the scan, or have ids that are not in the label table.
    """
    labelmap, ids = kind == "labelmap", stacked(source, labels).data.numpy()
    if ids.shape != (len(images), images[0].Rows, images[0].Columns):
        raise FileError(f"{source.picture}: labels of shape {labels.data.shape}", "the grid of the scan")
    if unknown := {int(i) for i in np.unique(ids)} - set(BY_ID):
        raise FileError(
            f"{source.picture}: label {min(unknown)}", "ids of the label table", "mend the labels"
        )
    numbers = np.zeros(TABLE_SIZE, np.uint16)
    for number, label in enumerate(SEGMENTS, 1):
        numbers[label.id] = label.id if labelmap else number
    algorithm = AlgorithmIdentificationSequence(
        "mindscan", Code("simulation", OWN_SCHEME, "Simulation"), version("mindscan")
    )
    made = Segmentation(
        source_images=images,
        pixel_array=numbers[ids],
        segmentation_type="LABELMAP" if labelmap else "BINARY",
        segment_descriptions=[
            _segment(source, int(numbers[label.id]), label, algorithm) for label in SEGMENTS
        ],
        series_instance_uid=series_uid(source, kind),
        series_number=SERIES_OFFSET + source.number,
        sop_instance_uid=instance_uid(source, kind, 1),
        instance_number=1,
        manufacturer=images[0].Manufacturer,
        manufacturer_model_name=images[0].ManufacturerModelName,
        software_versions=images[0].SoftwareVersions,
        device_serial_number=images[0].DeviceSerialNumber,
        content_label="LABELS",
        content_description="Structure of every voxel",
        series_description=f"{source.name} labels",
        content_date=_DAY,
        content_time=_TIME,
    )
    for keyword in MARKS:
        if keyword in images[0]:
            made[keyword] = images[0][keyword]
    _take_chance_out(made)
    return made


def _take_chance_out(made: Dataset) -> None:
    """Remove the hour, and identifiers that nothing determines, of which highdicom has put some in."""
    del made.InstanceCreationDate, made.InstanceCreationTime
    for equipment in made.ContributingEquipmentSequence:
        equipment.pop("ContributionDateTime", None)
    for item in (*made.DimensionOrganizationSequence, *made.DimensionIndexSequence):
        item.DimensionOrganizationUID = uid(made.SOPInstanceUID, "dimensions")


def _segment(
    source: Source, number: int, label: Label, algorithm: AlgorithmIdentificationSequence
) -> SegmentDescription:
    what = coded_label(label)
    described = SegmentDescription(
        number,
        label.name,
        what.category,
        what.type,
        "AUTOMATIC",
        algorithm,
        tracking_uid=uid(source.digest, source.entry.id, label.id),
        tracking_id=f"{source.subject} {label.name}",
        display_color=CIELabColor.from_rgb(*label.colour),
    )
    described.SegmentDescription = f"FreeSurfer {label.id}"
    if what.side is not None:
        described.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [
            coded(what.side)
        ]
    return described
