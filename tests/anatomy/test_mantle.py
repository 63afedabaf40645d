import numpy as np
import torch

from mindscan.anatomy import sphere, template
from mindscan.anatomy.mantle import closed
from mindscan.core.key import Key


def test_closing_fills_a_furrow_and_keeps_a_ball() -> None:
    x, y, z = np.indices((41, 41, 41)) - 20
    ball = x**2 + y**2 + z**2 < 15**2
    furrowed = ball & ~((abs(x) < 2) & (z > 5))
    filled = closed(furrowed, 7)
    assert (filled & ball).sum() > 0.99 * ball.sum() > (furrowed.sum())
    assert not (filled & ~closed(ball, 7)).any()


def test_the_mantle_lies_on_the_closed_hemisphere_its_vertices_spread_evenly() -> None:
    loaded = template.load()
    right = loaded.hemispheres[1]
    gap = loaded.fields["mantle"].at(right.vertices)[0]
    outside = right.vertices[:, 0] > 4
    assert float(gap[outside].abs().quantile(0.98)) < 1.5
    ends = right.vertices[sphere.icosphere(sphere.FINE)[1]]
    edges = (ends - ends.roll(1, 1)).norm(dim=2)
    assert float(edges.max()) < 3.5
    assert 0.5 < float(edges.quantile(0.05) / edges.median()) < 1


def test_left_is_the_mirror_image_of_right() -> None:
    left, right = template.load().hemispheres
    noise = Key(1).rng().standard_normal((2, len(right.room)))
    values = torch.from_numpy(noise).float()
    xyz = right.vertices[::50] * 0.97
    mirrored = left.lift(values).at(xyz * torch.tensor([-1.0, 1, 1]))
    assert torch.allclose(right.lift(values).at(xyz), mirrored, atol=1e-4)


def test_sulci_that_everybody_has_are_found_on_the_average() -> None:
    right = template.load().hemispheres[1]
    coarse = right.vertices[: len(right.room)]
    near = {
        name: ((coarse - torch.tensor(place)).norm(dim=1) < 15)
        for name, place in {"lateral": (60.0, -10, 6), "central": (40.0, -20, 62)}.items()
    }
    for name, here in near.items():
        assert float((right.recurring * right.primary)[here].max()) > 8, name


def test_everybody_has_the_lateral_sulcus_from_its_stem_to_the_end_of_the_insula() -> None:
    right = template.load().hemispheres[1]
    stem, front, behind = (24.0, 7, -18), (38.0, 14, 2), (42.0, -16, 8)
    places = torch.tensor([stem, front, behind])
    assert template.load().fields["sulci"].at(places)[0].min() > -0.5
    assert right.lift(right.primary[None]).at(places).min() > 0.95
    frontal_pole = torch.tensor([[25.0, 55, 20]])
    assert right.lift(right.primary[None]).at(frontal_pole).max() < 0.05


def test_no_sulcus_has_room_on_the_callosum() -> None:
    right = template.load().hemispheres[1]
    coarse = right.vertices[: len(right.room)]
    callosum = (coarse - torch.tensor([0.0, 5.0, 22.0])).norm(dim=1) < 4
    assert callosum.any()
    assert float(right.room[callosum].max()) < 2
