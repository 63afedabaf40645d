import numpy as np
import torch

from mindscan.anatomy import segment, template


def block() -> list[np.ndarray]:
    axes = [np.arange(low, high, dtype=np.float32) for low, high in ((0, 52), (-95, 45), (-68, 45))]
    return list(np.meshgrid(*axes, indexing="ij"))


def test_brightness_decides_inside_a_solid() -> None:
    points = block()
    flat = np.full(points[0].shape, 226, np.float32)
    solid = segment.RULES["Thalamus"].solid(points)
    painted = np.where(solid < -1, segment.RULES["Thalamus"].mean, flat).astype(np.float32)
    assert not segment.deep_structures(flat, points)["Thalamus"][solid > 0].any()
    found = segment.deep_structures(painted, points)["Thalamus"]
    assert found[solid < -2].mean() > 0.95


def test_masks_do_not_overlap() -> None:
    points = block()
    t1 = np.full(points[0].shape, 226, np.float32)
    for rule in segment.RULES.values():
        t1[rule.solid(points) < 0] = rule.mean
    masks = segment.deep_structures(t1, points)
    assert np.sum(list(masks.values()), axis=0).max() == 1
    assert all(mask.any() for mask in masks.values())


def test_the_hindbrain_stops_at_the_tentorium() -> None:
    points = block()
    found = segment.hindbrain(np.ones(points[0].shape, np.float32), points)
    assert found[20, 95 - 62, 68 - 38]
    assert not found[30, 95 - 60, 68 + 30]
    assert not found[0, 95 - 27, 68 - 27]


def test_the_middle_peduncles_are_of_the_cerebellum() -> None:
    beside, within = torch.tensor([[16.0, -28, -36], [8, -28, -36]])[:, None]
    fields = template.load().fields
    assert fields["pial"].at(beside)[0] < 0
    assert fields["brainstem"].at(beside)[0] > 0 > fields["brainstem"].at(within)[0]
    assert fields["cerebellum"].at(beside)[0] < 0 < fields["cerebellum"].at(within)[0]


def test_the_brainstem_ends_below_the_thalamus() -> None:
    points = block()
    inside = segment.brainstem(points) < 0
    assert inside[0, 95 - 27, 68 - 27]
    assert not inside[..., 68 + 2 :].any()


def test_the_third_ventricle_parts_the_thalami_but_for_where_they_adhere() -> None:
    fields = template.load().fields
    in_front, above, adhesion = torch.tensor([[0.0, 0, 0], [0, -16, 3], [0, -10.5, 1]])[:, None]
    assert fields["3rd-Ventricle"].at(in_front)[0] < 0
    assert fields["3rd-Ventricle"].at(above)[0] < 0
    assert fields["Thalamus"].at(adhesion)[0] < 0 < fields["3rd-Ventricle"].at(adhesion)[0]


def test_grey_matter_joins_putamen_and_accumbens() -> None:
    fields = template.load().fields
    fundus, beside = torch.tensor([[16.5, 9, -7], [12.0, 9, -9]])[:, None]
    assert fields["Putamen"].at(fundus)[0] < 0
    assert fields["Accumbens-area"].at(beside)[0] < 0
