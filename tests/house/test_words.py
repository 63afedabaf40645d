"""What the project's text may not say: where one computer keeps its files, or what is left undone."""

import re
from pathlib import Path

import pytest

from house.source import ROOT, project_texts, short

PLACES = re.compile(r"(?<![\w.:/])/(?:home|root|work|tmp|Users|opt|mnt)/[\w.]")
HOSTS = re.compile(r"\b(?:[\w-]+\.)*(?:pythonhosted|pypi|download\.pytorch)\.(?:org|io|net)\b")
UNDONE = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|^(?:<{7}|>{7}|={7})( |$)", re.M)
FAULTS = {"a place on one computer": PLACES, "a package registry": HOSTS, "something undone": UNDONE}


def faults(text: str) -> list[str]:
    """What a text should not say."""
    return [f"{name}: {found[0]}" for name, rule in FAULTS.items() if (found := rule.search(text))]


@pytest.mark.parametrize("path", [p for p in project_texts() if p.name != "test_words.py"], ids=short)
def test_text_is_fit_to_share(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text", ["see /home/me/brain.nii", "from files.pythonhosted.org", "# TODO later", "a\n<<<<<<< here\n"]
)
def test_faults_are_found(text: str) -> None:
    assert len(faults(text)) == 1


@pytest.mark.parametrize("text", ["/path/to/python", "~/data", "out/tmp/x", "1/home/2", "# ====\n"])
def test_innocent_text_passes(text: str) -> None:
    assert faults(text) == []


def test_the_licence_and_its_notices_are_whole() -> None:
    licence, notice = ((ROOT / name).read_text("utf-8") for name in ("LICENSE", "NOTICE"))
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    for owed in ("MNI152", "McConnell Brain Imaging", "AFIDs", "CC BY 4.0", "FreeSurfer", "1000 Functional"):
        assert owed in notice
