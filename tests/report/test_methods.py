"""The methods text says what the data set used, and nothing else."""

import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from mindscan.core.errors import FileError
from mindscan.dataset.shelf import read_dataset
from mindscan.report.methods import cite

Shelf = Callable[..., Path]
SOURCES = {"T1w": "Mugler", "T2w": "Hahn", "FLAIR": "Hajnal", "random": "SynthSeg"}


@pytest.mark.parametrize(
    "suffixes", [("T1w",), ("T2w", "FLAIR"), ("random",), ("T1w", "T2w", "FLAIR", "random")]
)
def test_each_scan_used_and_no_other_is_named_and_cited(make_shelf: Shelf, suffixes: tuple[str, ...]) -> None:
    text = cite(make_shelf(2, suffixes))
    for suffix, source in SOURCES.items():
        assert (f"**{suffix}** (2 scans)" in text) == (suffix in suffixes)
        assert (source in text) == (suffix in suffixes)
    assert ("Wright" in text) == (suffixes != ("random",))


def test_physical_settings_are_those_of_the_sidecars(make_shelf: Shelf) -> None:
    text = cite(make_shelf(2))
    (line,) = (line for line in text.splitlines() if line.startswith("- **T1w**"))
    for part in ("3 T", "TR 2000 ms", "TI 1100 ms", "TE 3.1 to 3.2 ms", "flip angle 8 degrees", "ratio 40"):
        assert part in line
    assert re.search(r"voxel 8\.24 or 8\.48 x", line)


def test_people_volumes_version_and_seed_come_from_the_data_set(make_shelf: Shelf) -> None:
    root = make_shelf(2)
    text = cite(root)
    assert "mindscan 9.8.7 from seed 314" in text
    assert "1 woman and 1 man of 27.0 to 34.0 years, all healthy" in text
    mean = sum(row["icv_ml"] for row in read_dataset(root).participants) / 2
    assert f"intracranial volume {mean:.0f} ± " in text
    assert "2 landmarks (AC, PC)" in text
    for package in ("torch", "numpy", "nibabel", "nilearn"):
        assert f"{package} {version(package)}" in text


def test_parcels_are_told_of_where_there_are_any(make_shelf: Shelf) -> None:
    assert "Seitzman" not in cite(make_shelf(2))
    text = cite(make_shelf(1, parcels=True))
    assert "300 parcels" in text
    assert "10.1016/j.neuroimage.2019.116290" in text


def test_numbers_and_references_match(make_shelf: Shelf) -> None:
    body, references = cite(make_shelf(2, ("T1w", "T2w", "FLAIR", "random"))).split("## References")
    used = {int(n) for group in re.findall(r"\[([\d, ]+)\]", body) for n in group.split(",")}
    listed = [int(n) for n in re.findall(r"^(\d+)\. ", references, re.M)]
    assert listed == sorted(used) == list(range(1, len(listed) + 1))
    for doi in ("10.1016/j.neuroimage.2010.07.033", "10.1002/hbm.24693", "10.1038/sdata.2016.44"):
        assert doi in references
    assert "[@" not in body


def test_real_scans_have_no_anatomy_to_tell_of(make_shelf: Shelf) -> None:
    text = cite(make_shelf(2, kind="scan", brain=False))
    assert "2 subjects came from real scans" in text
    assert "nobody was scanned" not in text
    assert "Anatomy" not in text
    assert "Fonov" not in text
    assert "fiducials" not in text


def test_a_single_subject_has_no_standard_deviation(make_shelf: Shelf) -> None:
    assert "±" not in cite(make_shelf(1))


def test_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        cite(tmp_path)
