"""Structures have the codes that mean them."""

import pytest
from pydicom.sr._concepts_dict import concepts

from mindscan.core.labels import BY_NAME, LABELS
from mindscan.release.codes import OWN_SCHEME, coded_label

CODES = {code: {row[0] for row in found.values()} for found in concepts["SCT"].values() for code in found}


@pytest.mark.parametrize("label", LABELS[1:], ids=lambda label: label.name)
def test_every_structure_has_a_code(label: object) -> None:
    found = coded_label(label)
    assert found.category.meaning in ("Anatomical Structure", "Body Substance")
    assert (found.side.meaning if found.side else "") == {"L": "Left", "R": "Right", "": ""}[label.side]
    if found.type.scheme_designator == OWN_SCHEME:
        assert (found.type.value, found.type.meaning) == (str(label.id), label.name)
    else:
        assert found.type.value in CODES


def test_codes_as_the_standard_has_them() -> None:
    """DICOM PS3.16, context group 7140 and 12132."""
    known = {
        "Left-Hippocampus": "5366008",
        "Right-Amygdala": "4958002",
        "Left-Thalamus": "42695009",
        "Left-Caudate": "11000004",
        "Right-Putamen": "89278009",
        "Left-Pallidum": "14738005",
        "Brain-Stem": "119238007",
        "Left-Cerebral-White-Matter": "68523003",
        "Left-Cerebral-Cortex": "40146001",
        "Left-Lateral-Ventricle": "66720007",
        "3rd-Ventricle": "49841001",
        "4th-Ventricle": "35918002",
        "CSF": "65216001",
        "Skull": "89546000",
    }
    assert {name: coded_label(BY_NAME[name]).type.value for name in known} == known


def test_two_structures_of_one_side_share_a_code_only_if_nothing_tells_them_apart() -> None:
    coded = [coded_label(label) for label in LABELS[1:]]
    assert len({(found.type.value, found.side) for found in coded}) == len(coded)
