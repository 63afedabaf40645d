import pytest
import torch

from mindscan.anatomy import template
from mindscan.anatomy.callosum import Callosum, CallosumSize
from mindscan.anatomy.landmarks import AFIDS
from mindscan.anatomy.structure import Frame, Place
from mindscan.anatomy.warp import empty_lattice
from mindscan.core.key import Key


@pytest.fixture(scope="module")
def frame() -> Frame:
    axes = [torch.arange(low, high).float() for low, high in ((-8, 9), (-60, 50), (-20, 45))]
    xyz = torch.stack([a.flatten() for a in torch.meshgrid(*axes, indexing="ij")], 1)
    return Frame(template.load(), 0.9, empty_lattice(), Place(xyz, 0.9, 0.9**3 / 1000), torch.ones(len(xyz)))


def test_five_parts_follow_each_other_in_a_slab_of_five_millimetres(frame: Frame) -> None:
    (layer,) = Callosum().paint(CallosumSize(volume_ml=3.6), Key(1), frame)(frame.probe)
    assert float(layer.cover.sum()) * frame.probe.point_ml == pytest.approx(3.6, rel=0.02)
    filled = layer.cover > 0.5
    xyz, owner = frame.probe.xyz[layer.index][filled], layer.owner[filled]
    assert float(xyz[:, 0].abs().max()) * 0.9 <= 2.75
    forward = [float(xyz[owner == label, 1].mean()) for label in Callosum.labels]
    assert forward == sorted(forward)
    assert all(int((owner == label).sum()) > 200 for label in Callosum.labels)


def test_genu_and_splenium_lie_at_their_landmarks(frame: Frame) -> None:
    genu, splenium = (torch.tensor(AFIDS[f"{part} of CC"]) for part in ("genu", "splenium"))
    inside = torch.stack([genu - torch.tensor([0, 2.5, 0]), splenium + torch.tensor([0, 0, 3.0])])
    (layer,) = Callosum().paint(CallosumSize(volume_ml=3.6), Key(1), frame)(Place(inside, 0.9, 0.0))
    assert layer.cover.tolist() == pytest.approx([1, 1], abs=0.3)
    assert layer.owner.tolist() == [255, 251]
