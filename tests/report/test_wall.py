"""The wall of subjects."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mindscan.core.errors import FileError
from mindscan.report.facts import read_facts
from mindscan.report.wall import outline, pixel_mm, wall

Shelf = Callable[..., Path]


def test_every_subject_has_a_card_with_picture_labels_and_recipe(make_shelf: Shelf) -> None:
    facts = read_facts(make_shelf(3))
    html = wall(facts)
    cards = html.split('<li class="card"')[1:]
    assert len(cards) == 3
    for card, entry in zip(cards, facts.dataset.entries, strict=True):
        assert f"<b>sub-{entry.id}</b>" in card
        assert f"{entry.person.age_years:.1f} y" in card
        assert {"F": "female", "M": "male"}[entry.person.sex] in card
        assert card.count("data:image/webp;base64,") == 1
        assert card.count("data:image/png;base64,") == 1
        assert "icv_ml: 1400.5" in card
        assert f'alt="sub-{entry.id}: axial, coronal and sagittal slice of the T1w scan"' in card


def test_patients_are_marked(make_shelf: Shelf) -> None:
    assert '<span class="ill">tumour</span>' in wall(read_facts(make_shelf(1, diagnosis="tumour")))
    assert 'class="ill"' not in wall(read_facts(make_shelf(3)))


def test_real_scans_without_labels_have_no_overlay(make_shelf: Shelf) -> None:
    html = wall(read_facts(make_shelf(2, kind="scan", brain=False)))
    assert html.count("data:image/webp") == 2
    assert "data:image/png" not in html


def test_subjects_without_scans_are_tolerated(make_shelf: Shelf) -> None:
    html = wall(read_facts(make_shelf(1, ())))
    assert "no scan" in html
    assert "data:image" not in html


def test_thumbnails_shrink_as_subjects_grow_in_number(make_shelf: Shelf) -> None:
    def width(html: str) -> int:
        return int(re.search(r'width="(\d+)"', html)[1])

    assert width(wall(read_facts(make_shelf(1)))) > width(wall(read_facts(make_shelf(3))))
    assert pixel_mm(200) > pixel_mm(100) > pixel_mm(4) > pixel_mm(1) > 0
    assert pixel_mm(0) == pixel_mm(1)


def test_a_damaged_picture_is_named(make_shelf: Shelf) -> None:
    root = make_shelf(1, ("FLAIR",))
    picture = root / "sub-001/anat/sub-001_FLAIR.nii.gz"
    content = picture.read_bytes()
    picture.write_bytes(content[: len(content) // 2])
    facts = read_facts(root)
    with pytest.raises(FileError, match="sub-001_FLAIR"):
        wall(facts)
    picture.write_bytes(content)


def test_outline_says_everything() -> None:
    recipe = {"a": {"b": [1, 2], "long": list(range(9))}, "scans": [{"tr_ms": 2.5}], "none": None, "on": True}
    assert list(outline(recipe)) == [
        "a",
        "  b: 1, 2",
        "  long",
        *(f"    {n}: {n - 1}" for n in range(1, 10)),
        "scans",
        "  1",
        "    tr_ms: 2.5",
        "none: none",
        "on: yes",
    ]
