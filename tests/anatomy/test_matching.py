import torch

from added import made
from mindscan.anatomy import bases, matching, template
from mindscan.anatomy.field import Field
from mindscan.anatomy.landmarks import AFIDS


def moved(field: Field, by: tuple[float, float, float]) -> Field:
    x, y, z = (o + d for o, d in zip(field.origin_mm, by, strict=True))
    return Field(field.data, (x, y, z), field.step_mm)


def test_points_follow_what_they_lie_on() -> None:
    fields = template.load().fields
    still = matching.carried(AFIDS, fields, fields)
    shifted = matching.carried(
        AFIDS, fields, {name: moved(one, (0, 1.5, -2)) for name, one in fields.items()}
    )
    for name, point in AFIDS.items():
        assert torch.dist(torch.tensor(still[name]), torch.tensor(point)) < 1e-3
    central = [name for name, (x, y, z) in AFIDS.items() if abs(x) < 25 and -45 < y < 20]
    steps = torch.tensor([shifted[n] for n in central]) - torch.tensor([AFIDS[n] for n in central])
    off = torch.linalg.vector_norm(steps - torch.tensor([0, 1.5, -2]), dim=1)
    assert float(off.median()) < 0.5
    assert float(off.max()) < 1.8


def test_a_bases_landmarks_keep_their_sides() -> None:
    for name, (x, _, _) in bases.load(made().name).points.items():
        assert x < 0 if name.startswith("L ") else True, name
        assert x > 0 if name.startswith("R ") else True, name
