import numpy as np
import pytest
import torch
from scipy import ndimage

from mindscan.anatomy import anatomy
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.person import Person
from mindscan.core.volume import Volume
from mindscan.report.norms import expected
from mindscan.validate import measures
from validate.brains import made


def test_what_is_asked_is_near_the_norm() -> None:
    person = Person(age_years=40, sex="F")
    sizes = np.median([list(measures.asked(anatomy.draw(Key(n), person)).values()) for n in range(80)], 0)
    for measure, size in zip(measures.MEASURES, sizes, strict=True):
        norm = expected(measure.norm, "F", np.array([40.0]))[0][0] * measure.sides
        assert size == pytest.approx(norm, rel=0.25 if measure.name == "ventricles_ml" else 0.06), (
            measure.name
        )


def test_voxels_are_counted() -> None:
    labels = made(1, "F", 40)
    found = measures.measured(labels)
    voxels = int(torch.isin(labels.data, torch.tensor([17, 53])).sum())
    assert found["hippocampus_ml"] == pytest.approx(voxels * 1.5**3 / 1000)
    asked = measures.asked(anatomy.draw(Key(1), Person(age_years=40, sex="F")))
    for name in ("icv_ml", "cerebral_wm_ml", "subcortical_gm_ml"):
        assert found[name] == pytest.approx(asked[name], rel=0.08)
    assert 1 < found["thickness_mm"] < 5


def test_the_callosum_goes_to_the_nearer_side() -> None:
    data = np.zeros((12, 5, 5), np.int16)
    data[0:4], data[4:8], data[8:12] = 2, BY_NAME["CC_Central"].id, 41
    data[0, 0, 0], data[11, 0, 0] = BY_NAME["Left-Thalamus"].id, BY_NAME["CSF"].id
    found = measures.whole(Volume(torch.from_numpy(data), np.eye(4))).data
    assert found[1:6].unique().tolist() == [2]
    assert found[6:11].unique().tolist() == [41]
    assert (found[0, 0, 0], found[11, 0, 0]) == (10, 24)


def test_a_map_without_parts_stays_as_it_is() -> None:
    ids = [BY_NAME[name].id for name in ("Left-Thalamus", "CSF", "Right-Cerebral-Cortex", "Skull")]
    labels = Volume(torch.tensor(ids, dtype=torch.int16).reshape(4, 1, 1), np.eye(4))
    assert measures.whole(labels).data.flatten().tolist() == ids


def test_no_part_of_the_callosum_is_cut_off() -> None:
    data = np.full((9, 9, 9), BY_NAME["CSF"].id, np.int16)
    data[0, 2:7, 2:7], data[8, 2:7, 2:7] = 2, 41
    data[1:6, 4, 4] = BY_NAME["CC_Central"].id
    found = measures.whole(Volume(torch.from_numpy(data), np.eye(4))).data.numpy()
    assert not np.isin(found, [BY_NAME["CC_Central"].id]).any()
    for side in (2, 41):
        assert ndimage.label(found == side, np.ones((3, 3, 3)))[1] == 1
