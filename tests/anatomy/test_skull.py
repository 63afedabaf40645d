import numpy as np
import pytest
import torch
from scipy import ndimage

from mindscan.anatomy import anatomy, build
from mindscan.anatomy.skull import Skull, SkullSize
from mindscan.anatomy.structure import Place
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, LABELS, TISSUES, is_artery
from mindscan.core.person import Person

ON_BONE = (
    "nasion", "glabella", "bregma", "vertex", "lambda", "opisthocranion", "inion", "menton", "pogonion",
    "gnathion", "A point", "B point", "R gonion", "L gonion", "R zygion", "L zygion", "R euryon", "L euryon",
    "R orbitale", "L mastoidale", "basion", "opisthion", "posterior nasal spine", "R condylion",
)  # fmt: skip


def share_near(model: build.Model, point, tissue: str, reach_mm: float) -> torch.Tensor:
    """Share of a tissue as painted at points in a small ball around a template point."""
    steps = torch.linspace(-1, 1, 7) * reach_mm / model.scale
    ball = torch.stack(torch.meshgrid(steps, steps, steps, indexing="ij"), -1).flatten(0, 2)
    ball = ball[ball.norm(dim=1) <= reach_mm / model.scale + 1e-6]
    canvas = build.paint(model, Place(ball + torch.tensor(point), model.scale, 0.0))
    return canvas.share[TISSUES.index(tissue)]


@pytest.mark.parametrize("name", ON_BONE)
def test_landmarks_lie_on_the_painted_bone(model: build.Model, name: str) -> None:
    """Bone begins within half a millimetre of the point: shares on both sides of one half."""
    share = share_near(model, model.points[name], "bone", 0.5)
    assert float(share.min()) < 0.5 < float(share.max())


def test_landmarks_move_with_the_thickness(drawn: anatomy.Anatomy, key: Key, model: build.Model) -> None:
    data = drawn.model_dump()
    data["skull"]["thickness_mm"] = 1.3 * drawn.skull.thickness_mm
    thick = build.model(anatomy.Anatomy.parse(data), key)
    for name in ("bregma", "opisthocranion", "lambda"):
        gap = np.linalg.norm(thick.points[name]) - np.linalg.norm(model.points[name])
        assert 0.5 < gap * model.scale < 6
    assert thick.points["sella"] == model.points["sella"]


def test_the_sella_is_soft_and_lies_in_bone(model: build.Model) -> None:
    assert float(share_near(model, model.points["sella"], "soft", 1.0).min()) > 0.9
    x, y, z = model.points["sella"]
    for step in ((0, 0, -9), (0, 11, 0)):
        assert float(share_near(model, (x + step[0], y + step[1], z + step[2]), "bone", 0.5).max()) > 0.5


def test_the_vault_has_three_layers_from_inside_out(model: build.Model) -> None:
    x, y, z = model.points["bregma"]
    line = torch.tensor([[x, y + t, z + t * 7] for t in np.linspace(-1.2, 0.1, 60)], dtype=torch.float32)
    canvas = build.paint(model, Place(line, model.scale, 0.0))
    owners = canvas.owner[TISSUES.index("bone")][canvas.share[TISSUES.index("bone")] > 0.6].tolist()
    order = [owner for n, owner in enumerate(owners) if n == 0 or owner != owners[n - 1]]
    assert order == [BY_NAME[name].id for name in ("Inner-Table", "Diploe", "Outer-Table")]


def test_bone_closes_around_the_brain_but_for_the_foramen(head_brain) -> None:
    """Water above the foramen does not reach the skin; nerves and arteries fill their canals."""
    labels = head_brain.labels.numpy()
    soft = head_brain.owners[TISSUES.index("soft")].numpy()
    artery = np.isin(soft, [label.id for label in LABELS if is_artery(label)])
    bone = (head_brain.fraction("bone").numpy() > 0.25) | (labels == BY_NAME["Nerve"].id) | artery
    level = round((-52 - head_brain.labels.affine[2, 3]) / 2)
    wet, _ = ndimage.label(~bone[:, :, level:])
    brain = int(np.bincount(wet[labels[:, :, level:] == 2]).argmax())
    assert brain != 0
    skin = np.isin(labels[:, :, level:], [BY_NAME["Epidermis"].id, BY_NAME["Adipose"].id])
    assert not (wet[skin] == brain).any()


def test_children_have_thin_bone() -> None:
    drawn = [
        np.mean([Skull().draw(Key(n), Person(age_years=age, sex="F"), 1400).thickness_mm for n in range(200)])
        for age in (5, 12, 40)
    ]
    assert drawn[0] < drawn[1] < drawn[2]
    assert drawn[2] == pytest.approx(5.97, abs=0.4)


def test_an_impossible_skull_is_refused() -> None:
    with pytest.raises(SettingsError, match="thickness_mm"):
        SkullSize.parse({"thickness_mm": 40, "diploe": 0.4})
