import torch

from mindscan.anatomy import build
from mindscan.anatomy.structure import Place
from mindscan.core.labels import BY_NAME, TISSUES

AIR = TISSUES.index("air")


def test_the_porion_is_the_roof_of_the_ear_canal(model: build.Model) -> None:
    """Air right below it, bone right above it."""
    for side in ("R", "L"):
        x, y, z = model.points[f"{side} porion"]
        points = torch.tensor([[x, y, z - 1.5], [x, y, z + 0.9]])
        canvas = build.paint(model, Place(points, model.scale, 0.0))
        assert float(canvas.share[AIR][0]) > 0.5
        assert int(canvas.owner[AIR][0]) == BY_NAME["Air"].id
        assert float(canvas.share[TISSUES.index("bone")][1]) > 0.5


def test_air_reaches_from_the_nose_to_the_throat(head_brain) -> None:
    z = torch.nonzero(head_brain.labels.data == BY_NAME["Air"].id)[:, 2] * 2 + head_brain.labels.affine[2, 3]
    assert float(z.min()) < -100
    assert float(z.max()) > -60
