"""What every file says of patient, study and machine."""

from dataclasses import replace
from pathlib import Path

from mindscan.dataset import layout
from mindscan.dataset.shelf import read_dataset
from mindscan.release.header import study_header
from mindscan.release.source import sources


def test_a_synthetic_person_says_so_everywhere(dataset: Path) -> None:
    source = sources(read_dataset(dataset).entry("001"))[0]
    said = study_header(source)
    assert said.SyntheticData == said.PatientIdentityRemoved == "YES"
    assert said.DeidentificationMethod == "synthetic subject, nobody was scanned"
    assert str(said.PatientName) == "sub-001^Synthetic"
    assert said.PatientID == f"sub-001-{source.digest[:8]}"
    assert (said.PatientAge, said.PatientSex, said.PatientBirthDate, said.StudyDate) == ("061Y", "F", "", "")
    assert (said.Manufacturer, said.ManufacturerModelName) == ("mindscan", "simulated scanner")
    assert said.SoftwareVersions.startswith("mindscan 0.")


def test_a_base_that_was_added_is_told(dataset: Path, tmp_path: Path) -> None:
    source = sources(read_dataset(dataset).entry("001"))[0]
    recipe = tmp_path / layout.recipe("001")
    recipe.parent.mkdir(parents=True)
    recipe.write_text('{"base_digest": "0a", "anatomy": {"base": "one"}}')
    said = study_header(replace(source, entry=replace(source.entry, root=tmp_path)))
    assert said.DeidentificationMethod == "synthetic subject, shaped from a label map that was added"
    assert len(said.DeidentificationMethod) <= 64


def test_the_scan_of_a_person_is_not_called_synthetic(dataset: Path) -> None:
    source = sources(read_dataset(dataset).entry("001"))[0]
    real = replace(source.entry, card=source.entry.card.model_copy(update={"kind": "scan"}))
    said = study_header(replace(source, entry=real))
    assert said.SyntheticData == "NO"
    assert "DeidentificationMethod" not in said
    assert "PatientIdentityRemoved" not in said
    assert "ynthetic" not in str(said.PatientName) + said.StudyDescription


def test_people_of_one_name_are_told_apart_by_their_recipes(dataset: Path) -> None:
    one, two = (sources(read_dataset(dataset).entry(name))[0] for name in ("001", "002"))
    assert study_header(one).StudyInstanceUID != study_header(two).StudyInstanceUID
    scans = sources(one.entry)
    assert study_header(scans[0]).StudyInstanceUID == study_header(scans[-1]).StudyInstanceUID
