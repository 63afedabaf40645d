import numpy as np
import torch

from added import somebody
from mindscan.anatomy import base, carry, template
from mindscan.anatomy.schemes import FREESURFER, UNKNOWN
from mindscan.core.volume import Volume


def test_a_map_lands_on_the_template_upright_and_with_its_sides() -> None:
    labels = somebody()
    own = torch.from_numpy(FREESURFER.own(labels.data.numpy().astype(np.int32)))
    average = template.load()
    found = carry.to_template(Volume(own, labels.affine), average)
    assert found.shape == base.SHAPE
    places = np.argwhere(found == 10) + base.ORIGIN_MM, np.argwhere(found == 49) + base.ORIGIN_MM
    for place, x in zip(places, (-13.2, 13.2), strict=True):
        assert np.linalg.norm(place.mean(0) - (x, -16.6, 5.9)) < 6
    left, right = np.isin(found, (2, 3)), np.isin(found, (41, 42))
    assert left[82:].sum() + right[:79].sum() < 0.01 * (left.sum() + right.sum())
    skull = [np.count_nonzero(one < 0) for one in (base.hull(found, average), average.fields["hull"].data[0])]
    assert abs(skull[0] / skull[1] - 1) < 0.02


def test_unknown_regions_inside_the_brain_are_adopted_and_others_dropped() -> None:
    ids = np.zeros((30, 30, 30), np.int16)
    ids[5:25, 5:25, 5:25] = 2
    ids[10:13, 10:13, 10:13] = UNKNOWN
    ids[27:30, 5:25, 5:25] = UNKNOWN
    found = carry.adopted(ids)
    assert (found[5:25, 5:25, 5:25] == 2).all()
    assert not found[27:].any()
