import numpy as np
import pytest
import torch

from mindscan.core.labels import BY_NAME
from mindscan.core.volume import Volume
from mindscan.validate import contacts


def volume(**boxes: tuple[slice, slice, slice]) -> Volume:
    data = np.zeros((8, 8, 8), np.int16)
    for name, box in boxes.items():
        data[box] = BY_NAME[name.replace("_", "-")].id
    return Volume(torch.from_numpy(data), np.eye(4))


ALL = slice(None)


def test_faces_are_counted_and_sides_are_one() -> None:
    labels = volume(Left_Thalamus=(slice(0, 2), ALL, ALL), Right_Thalamus=(slice(2, 4), ALL, ALL))
    assert contacts.contacts(labels) == {("Outside", "Thalamus"): 64}
    labels = volume(Left_Putamen=(slice(0, 2), ALL, ALL), CSF=(slice(2, 8), ALL, ALL))
    assert contacts.contacts(labels) == {("CSF", "Putamen"): 64}


def test_parts_count_as_their_structure() -> None:
    labels = volume(Left_Cerebral_White_Matter=(ALL, ALL, ALL))
    labels.data[:2] = BY_NAME["CC_Central"].id
    assert contacts.contacts(labels) == {}


def test_what_real_people_do_not_have_is_impossible() -> None:
    found = {("Putamen", "Thalamus"): 3, ("Cerebral-Cortex", "Cerebral-White-Matter"): 5, ("A", "B"): 9}
    assert contacts.impossible(found) == {("Putamen", "Thalamus"): 3}


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_touching_voxels_are_marked(axis: int) -> None:
    data = np.zeros((6, 6, 6), np.int16)
    along = np.moveaxis(data, axis, 0)
    along[2], along[3] = 12, 24
    marked = contacts.touching(Volume(torch.from_numpy(data), np.eye(4)), ("CSF", "Putamen"))
    assert np.moveaxis(marked, axis, 0)[2:4].all()
    assert marked.sum() == 72
