import pytest
import torch

from mindscan.anatomy import template
from mindscan.anatomy.pairs import CHOROID_PLEXUS, CLAUSTRUM, VENTRAL_DC, VESSELS, Pair, PairSize
from mindscan.anatomy.structure import Frame, Place
from mindscan.anatomy.warp import empty_lattice
from mindscan.core.key import Key

ASKED = {
    VENTRAL_DC: (3.5, 4.5),
    CLAUSTRUM: (0.9, 1.2),
    CHOROID_PLEXUS: (0.6, 0.3),
    VESSELS: (0.03, 0.09),
}
each = pytest.mark.parametrize("pair", ASKED, ids=lambda pair: pair.name)


@pytest.fixture(scope="module")
def frame() -> Frame:
    axes = [torch.arange(low, high).float() for low, high in ((-45, 46), (-60, 30), (-30, 40))]
    xyz = torch.stack([a.flatten() for a in torch.meshgrid(*axes, indexing="ij")], 1)
    return Frame(template.load(), 0.9, empty_lattice(), Place(xyz, 0.9, 0.9**3 / 1000), torch.ones(len(xyz)))


def painted_ml(pair: Pair, size: PairSize, frame: Frame) -> tuple[float, float]:
    (layer,) = pair.paint(size, Key(1), frame)(frame.probe)
    volumes = [float(layer.cover[layer.owner == label].sum()) * frame.probe.point_ml for label in pair.labels]
    return volumes[0], volumes[1]


@each
def test_each_side_has_the_volume_asked(pair: Pair, frame: Frame) -> None:
    asked = ASKED[pair]
    found = painted_ml(pair, PairSize(left_ml=asked[0], right_ml=asked[1]), frame)
    assert found == pytest.approx(asked, rel=0.02)


@pytest.mark.parametrize("pair", [CHOROID_PLEXUS, VESSELS], ids=lambda pair: pair.name)
def test_a_side_may_be_absent(pair: Pair, frame: Frame) -> None:
    left, right = painted_ml(pair, PairSize(left_ml=0, right_ml=0.05), frame)
    assert left < 1e-4
    assert right > 0.03


def test_the_claustrum_lies_between_putamen_and_insula(frame: Frame) -> None:
    (layer,) = CLAUSTRUM.paint(PairSize(left_ml=0.8, right_ml=0.8), Key(1), frame)(frame.probe)
    main = frame.probe.xyz[layer.index][layer.cover > 0.5]
    fields = frame.template.fields
    assert float((fields["Putamen"].at(main)[0] > 0).float().mean()) > 0.9
    assert float((fields["white"].at(main)[0] < 0).float().mean()) > 0.9
    assert float(main[:, 0].abs().min()) > 25


def test_the_plexus_lies_in_the_ventricle(frame: Frame) -> None:
    (layer,) = CHOROID_PLEXUS.paint(PairSize(left_ml=0.8, right_ml=0.8), Key(1), frame)(frame.probe)
    main = frame.probe.xyz[layer.index][layer.cover > 0.5]
    fields = frame.template.fields
    walls = torch.minimum(fields["Lateral-Ventricle"].at(main)[0], fields["Inf-Lat-Vent"].at(main)[0])
    assert float(walls.max()) < 1.0
