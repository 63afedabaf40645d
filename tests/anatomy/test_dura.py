import torch

from mindscan.anatomy import anatomy, build
from mindscan.anatomy.structure import Place
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, TISSUES

SOFT = TISSUES.index("soft")


def test_the_falx_hangs_in_the_midline_above_the_callosum(model: build.Model) -> None:
    points = torch.tensor([[0.0, 10.0, 55.0], [0.0, -60.0, 40.0], [0.0, 0.0, 10.0]])
    canvas = build.paint(model, Place(points, model.scale, 0.0))
    falx = canvas.owner[SOFT] == BY_NAME["Dura"].id
    assert (falx & (canvas.share[SOFT] > 0.05)).tolist()[:2] == [True, True]
    assert not bool(falx[2])


def test_coverings_take_nothing_from_the_brain(drawn: anatomy.Anatomy, key: Key) -> None:
    data = drawn.model_dump()
    data["dura"] = {name: 1.4 * value for name, value in data["dura"].items()}
    axes = [torch.arange(low, high, 4.0) for low, high in ((-64, 66), (-100, 70), (-50, 70))]
    points = torch.stack([axis.flatten() for axis in torch.meshgrid(*axes, indexing="ij")], 1)
    before, after = (
        build.paint(build.model(a, key), Place(points, 0.92, 1.0))
        for a in (drawn, anatomy.Anatomy.parse(data))
    )
    for tissue in ("GM", "WM"):
        row = TISSUES.index(tissue)
        nerve = after.owner[row] == BY_NAME["Nerve"].id
        assert torch.equal(before.share[row][~nerve], after.share[row][~nerve])
    csf = TISSUES.index("CSF")
    assert float(after.share[csf].sum()) < float(before.share[csf].sum())


def test_sizes_of_the_sinuses_are_as_in_people(head_brain) -> None:
    """A few to twenty millilitres of venous blood, a few tens of dura."""
    volumes = head_brain.volumes_ml()
    assert 3 < volumes[BY_NAME["Vein"].id] < 25
    assert 15 < volumes[BY_NAME["Dura"].id] < 70
