"""One data set and its export, for all tests of this room."""

from pathlib import Path

import pytest

from mindscan.release.dicom import Step, export
from release import shelf


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shelf.write(tmp_path_factory.mktemp("shelf") / "heads", "001", "002")


@pytest.fixture(scope="session")
def exported(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dicom") / "out"
    steps = list(export(dataset, out, ["sub-001"]))
    assert steps == [Step(n, 25) for n in range(26)]
    return out / "sub-001"
