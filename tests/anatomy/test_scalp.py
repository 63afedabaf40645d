import numpy as np
import torch
from scipy import ndimage

from mindscan.anatomy import build
from mindscan.anatomy.structure import Place
from mindscan.core.labels import BY_NAME, TISSUES

AIR = TISSUES.index("air")


def test_landmarks_lie_on_the_painted_skin(model: build.Model) -> None:
    for name in (
        "pronasale",
        "soft glabella",
        "soft vertex",
        "soft pogonion",
        "labrale superius",
        "R cheilion",
    ):
        x, y, z = model.points[name]
        steps = torch.linspace(-0.5, 0.5, 5) / model.scale
        ball = torch.stack(torch.meshgrid(steps, steps, steps, indexing="ij"), -1).flatten(0, 2)
        canvas = build.paint(model, Place(ball + torch.tensor([x, y, z]), model.scale, 0.0))
        assert float(canvas.share[AIR].min()) < 0.5 < float(canvas.share[AIR].max()), name


def test_the_head_is_one_piece_without_holes(head_brain) -> None:
    labels = head_brain.labels.numpy()
    assert ndimage.label(labels != 0)[1] == 1
    assert ndimage.label(labels == 0)[1] == 1


def test_fat_lies_between_skin_and_scalp(head_brain) -> None:
    labels = head_brain.labels.numpy()
    skin, fat = (labels == BY_NAME[name].id for name in ("Epidermis", "Adipose"))
    touching = ndimage.binary_dilation(fat) & ndimage.binary_dilation(labels == 0) & (labels != 0)
    assert np.mean(labels[touching] == BY_NAME["Epidermis"].id) > 0.93
    assert ndimage.binary_dilation(skin)[fat].mean() > 0.2
