"""The label table."""

import itertools

import numpy as np
import pytest

from mindscan.core.labels import BY_ID, BY_NAME, LABELS, TABLE_SIZE, TISSUES, both_sides, in_skull, palette

PAIRED = [label for label in LABELS if label.side == "L"]


def test_ids_and_names_are_unique_and_in_order() -> None:
    ids = [label.id for label in LABELS]
    assert ids == sorted(set(ids))
    assert len({label.name for label in LABELS}) == len(LABELS)
    assert len(BY_ID) == len(BY_NAME) == len(LABELS)
    assert max(ids) + 1 == TABLE_SIZE


def test_colours_tell_structures_apart() -> None:
    """Left and right may share a colour, as FreeSurfer has it; different structures may not."""
    for a, b in itertools.combinations(LABELS, 2):
        same_structure = a.name.partition("-")[2] == b.name.partition("-")[2] and {a.side, b.side} == {
            "L",
            "R",
        }
        assert same_structure or a.colour != b.colour, (a.name, b.name)
    assert all(0 <= part <= 255 for label in LABELS for part in label.colour)


def test_every_left_has_its_right() -> None:
    assert len(PAIRED) == sum(label.side == "R" for label in LABELS)
    for left in PAIRED:
        right = BY_NAME[left.name.replace("Left-", "Right-")]
        assert (right.side, right.tissue) == ("R", left.tissue)
        assert both_sides(left.name.removeprefix("Left-")) == (left.id, right.id)


def test_side_is_said_by_the_name() -> None:
    for label in LABELS:
        assert label.side == {"Left": "L", "Righ": "R"}.get(label.name[:4], "")


@pytest.mark.parametrize(
    ("name", "label_id"),
    [("Left-Hippocampus", 17), ("Right-Hippocampus", 53), ("Brain-Stem", 16), ("CSF", 24), ("Skull", 165)],
)
def test_freesurfer_ids(name: str, label_id: int) -> None:
    assert BY_NAME[name].id == label_id


def test_tissues() -> None:
    assert TISSUES == ("air", "soft", "bone", "CSF", "GM", "WM")
    assert {label.tissue for label in LABELS} == set(TISSUES)
    assert [label.name for label in LABELS if label.tissue == "air"] == ["Unknown", "Air", "Sinus"]


def test_what_counts_as_inside_the_skull() -> None:
    inside = {label.name for label in LABELS if in_skull(label)}
    assert {"CSF", "Brain-Stem", "Left-Cerebral-Cortex", "Right-Cerebellum-White-Matter"} < inside
    assert not inside & {"Unknown", "Spinal-Cord", "Skull", "Head-ExtraCerebral"}


def test_unknown_pair() -> None:
    with pytest.raises(KeyError):
        both_sides("Brain-Stem")


def test_palette() -> None:
    colours = palette()
    assert colours.shape == (TABLE_SIZE, 3)
    assert colours.dtype == np.uint8
    assert all(tuple(colours[label.id]) == label.colour for label in LABELS)
    assert not colours[[i for i in range(TABLE_SIZE) if i not in BY_ID]].any()
