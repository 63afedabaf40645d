"""Scans and what they may be called."""

from pathlib import Path

from mindscan.dataset.shelf import read_dataset
from mindscan.release.source import sources


def test_scans_go_by_file_suffix_and_preset(dataset: Path) -> None:
    found = {source.name: source for source in sources(read_dataset(dataset).entry("001"))}
    assert found["acq-lateral_xr"].goes_by == {"acq-lateral_xr", "xr", "XR-lateral"}
    assert found["ct"].goes_by == {"ct", "CT"}
    assert found["T1map"].goes_by == {"T1map"}
    assert {name: source.modality for name, source in found.items() if source.modality != "MR"} == {
        "ct": "CT",
        "acq-tilted_ct": "CT",
        "acq-lateral_xr": "DX",
    }
    assert [source.number for source in found.values()] == list(range(1, 14))
    assert found["ct"].subject == "sub-001"
