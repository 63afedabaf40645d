"""Structures without a side, the side, and back to FreeSurfer ids."""

import torch

from mindscan.core.labels import BY_ID, BY_NAME, LABELS, in_skull
from mindscan.learn.classes import CLASSES, IDS, classes_of, ids_of, sides_of


def test_the_32_ids_come_back_as_they_went_in() -> None:
    ids = torch.tensor(IDS)
    assert len(IDS) == 32
    assert torch.equal(ids_of(classes_of(ids), sides_of(ids) > 0.5).long(), ids)


def test_every_label_inside_the_skull_has_a_class_and_no_other() -> None:
    ids = torch.tensor([label.id for label in LABELS])
    inside = torch.tensor([in_skull(label) for label in LABELS])
    assert torch.equal(classes_of(ids) > 0, inside)


def test_small_parts_go_where_they_belong() -> None:
    parts = {"Left-choroid-plexus": "Lateral-Ventricle", "CC_Central": "Cerebral-White-Matter", "Dura": "CSF"}
    parts |= {"MS-Plaque": "Cerebral-White-Matter", "Arachnoid-Cyst": "CSF", "Haematoma-In-Fluid": "CSF"}
    for name, belongs in parts.items():
        assert CLASSES[int(classes_of(torch.tensor(BY_NAME[name].id)))] == belongs


def test_sides() -> None:
    assert sides_of(torch.tensor([17, 53, 16])).tolist() == [0, 1, -1]
    assert BY_ID[53].side == "R"
