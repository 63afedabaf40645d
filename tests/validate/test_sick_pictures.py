import numpy as np
import torch

from mindscan.core.labels import BY_NAME
from mindscan.core.volume import Grid, Volume
from mindscan.validate import sick_pictures

GRID = Grid.centred((20, 20, 20), (2.0, 2.0, 2.0))


def volume(label: str, where: tuple[slice, slice, slice]) -> Volume:
    data = np.zeros(GRID.shape, np.int16)
    data[where] = BY_NAME[label].id
    return Volume(torch.from_numpy(data), GRID.affine)


def test_the_slice_lies_where_most_of_the_lesion_is() -> None:
    labels = volume("MS-Plaque", (slice(4, 8), slice(4, 9), slice(15, 16)))
    assert sick_pictures._aim(labels, 2, (BY_NAME["CSF"].id,)) == GRID.affine[2, 3] + 2 * 15


def test_without_lesions_it_lies_where_most_of_a_structure_is() -> None:
    ventricle = volume("4th-Ventricle", (slice(4, 5), slice(6, 9), slice(4, 8)))
    assert sick_pictures._aim(ventricle, 0, (BY_NAME["4th-Ventricle"].id,)) == GRID.affine[0, 3] + 2 * 4


def test_a_slab_lies_around_its_slice() -> None:
    grid = sick_pictures._slab(2, 30.0)
    middle = grid.affine[:3] @ [*(np.array(grid.shape) - 1) / 2, 1]
    assert middle[2] == 30.0
    assert grid.shape[2] < 30 < min(grid.shape[:2])


def test_blood_and_infarcts_are_shown_in_what_they_are_looked_for_in() -> None:
    assert sick_pictures.contrasts("intracerebral-haemorrhage") == ("T1w", "T2w", "FLAIR", "CT")
    assert sick_pictures.contrasts("subarachnoid-haemorrhage") == ("T1w", "T2w", "FLAIR", "CT")
    for name in ("microbleeds", "superficial-siderosis"):
        assert sick_pictures.contrasts(name) == ("T1w", "T2w", "FLAIR", "T2starw-GRE-3T")
    assert sick_pictures.contrasts("glioma") == ("T1w", "T2w", "FLAIR")
