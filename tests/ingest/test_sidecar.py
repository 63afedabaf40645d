"""Sidecars come in by a list; names do not hide in the places of words and numbers."""

from typing import Any

import pytest

from mindscan.ingest.sidecar import NUMBERS, kept


def test_what_is_physical_passes_as_it_is() -> None:
    said = {
        **dict.fromkeys(NUMBERS, 0.5),
        "Manufacturer": "SIEMENS Healthineers",
        "ManufacturersModelName": "MAGNETOM Prisma fit",
        "ImageType": ["ORIGINAL", "PRIMARY", "M", "ND", "NORM"],
        "ScanningSequence": "GR\\IR",
        "SequenceVariant": ["SK", "SP"],
        "ScanOptions": "FAST_GEMS\\EDR_GEMS",
        "SliceTiming": [0.0, 0.5, 1],
        "Units": "rad",
        "PhaseEncodingDirection": "j-",
        "ConversionSoftware": "dcm2niix",
        "ConversionSoftwareVersion": "v1.0.20260724",
        "Synthetic": True,
        "RecipeSHA256": "0f" * 32,
    }
    assert kept(said) == said


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("PatientName", "Doe"),
        ("EchoTime", "Doe"),
        ("EchoTime", 19500312),
        ("EchoTime", True),
        ("EchoTime", float("nan")),
        ("SliceTiming", [0.1, 19500312]),
        ("Manufacturer", "Siemens, asked by Dr Doe"),
        ("ManufacturersModelName", "Prisma 19500312"),
        ("ImageType", ["ORIGINAL", "DOE"]),
        ("ScanOptions", "JOHN"),
        ("Units", "Doe"),
        ("MTState", "Doe"),
        ("Synthetic", "Doe"),
        ("ImageType", {"Doe": 1}),
        ("ConvolutionKernel", "Doe kernel"),
        ("ConversionSoftwareVersion", "Doe"),
    ],
)
def test_what_names_somebody_does_not(key: str, value: Any) -> None:
    assert kept({key: value}) == {}


def test_a_recipe_is_told_of_made_up_scans_only() -> None:
    assert kept({"Synthetic": False, "RecipeSHA256": "0f" * 32}) == {"Synthetic": False}
    assert kept({"Synthetic": True, "RecipeSHA256": "Doe"}) == {"Synthetic": True}
