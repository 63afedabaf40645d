"""Where the 32 AFIDs are, learnt from made heads alone: from maps of structures, not from greys.

So it works on any contrast on which the segmenter works, and is fitted without a network: the maps are those
of made labels, with borders that err as those of a network do.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from mindscan.anatomy.landmarks import AFIDS
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID, TABLE_SIZE, both_sides, structure_of
from mindscan.learn.classes import IDS, classes_of, ids_of, sides_of
from mindscan.learn.clothes import USUAL, Clothes
from mindscan.learn.heads import Head
from mindscan.learn.pose import moved, places, seen, turned
from mindscan.learn.task import Sample
from mindscan.tasks import segmenter
from mindscan.tasks.cascade import FOLDS, Cascade, learn

NAMES = tuple(AFIDS)
"""What is found, in the order of the protocol."""
BOX = segmenter.BOX.with_voxels((3.0, 3.0, 3.0))
"""Where maps are looked at, template mm; symmetric about the midplane."""
_CENTRE = np.array([0.0, -19.0, 5.0])
_VARIED = {"turn_deg": 3.0, "stretch": 0.03, "shift_mm": 3.0}
"""How far poses may be off (choices of this project)."""
_ERR, _ERR_KNOTS = 1.0, (8, 10, 8)
"""Standard deviation by which the log odds of every structure err, smoothly over about 20 mm; with borders
as wide as a network's it moves them by about a millimetre (a choice of this project)."""
_LEAST = 1e-3


def _rows() -> Tensor:
    """Map that each label id belongs to; the last is all else."""
    ids = torch.arange(TABLE_SIZE)
    known = torch.tensor([i in BY_ID for i in range(TABLE_SIZE)])
    found = ids_of(classes_of(ids), sides_of(ids) == 1)
    inside = known & (classes_of(ids) > 0)
    return torch.tensor(
        [IDS.index(int(i)) if is_in else len(IDS) for i, is_in in zip(found, inside, strict=True)]
    )


def _other_id(label_id: int) -> int:
    label = BY_ID[label_id]
    return label_id if not label.side else both_sides(structure_of(label))[label.side == "L"]


def _other_name(name: str) -> str:
    return {"L ": "R ", "R ": "L "}.get(name[:2], name[:2]) + name[2:]


_ROW_OF = _rows()
_OTHER_MAPS = [IDS.index(_other_id(i)) for i in IDS]
_OTHER_POINTS = [NAMES.index(_other_name(name)) for name in NAMES]


class Landmarker:
    """The AFIDs.

    Given are maps, (32, i, j, k): the probability of each of `IDS` over the `BOX`. Said are for each of the
    `NAMES` x, y, z and an uncertainty in mm, (32, 4), in the pose that the maps are in.
    """

    name = "landmarker"

    def network(self) -> nn.Module:
        """A cascade of linear regressions."""
        return Cascade(BOX, len(IDS), len(NAMES))

    def begin(self, network: nn.Module, heads: Iterable[Head]) -> None:
        """All that is to be learnt, in closed form: of every head, and of its mirror image, one view."""
        assert isinstance(network, Cascade)
        views, fold = [], []
        for number, one in enumerate(heads):
            sample = self.sample(one, Key(number) / "landmarks")
            maps, place = (sample.given * 255).round().to(torch.uint8), sample.wanted["place"]
            views += [(maps, place), mirrored(maps, place)]
            fold += [number % FOLDS] * 2
        learn(network, views, torch.tensor(fold))

    def sample(self, head: Head, key: Key, whole: bool = False, clothes: Clothes = USUAL) -> Sample:
        """Maps of a head near the pose of the template, with borders that err; see `Task.sample`."""
        pose = turned(key / "pose", **_VARIED, centre_mm=_CENTRE) @ head.to_template
        shares = _shares(head, pose)
        if (key / "blur").rng().random() < 0.5:
            shares = functional.avg_pool3d(shares[None], 3, stride=1, padding=1)[0]
        shares = torch.cat([shares, (1 - shares.sum(0, keepdim=True)).clamp(min=0)])
        knots = torch.randn((1, len(shares), *_ERR_KNOTS), generator=(key / "errors").generator()) * _ERR
        errors = functional.interpolate(knots, BOX.shape, mode="trilinear", align_corners=True)[0]
        maps = ((shares + _LEAST).log() + errors.to(shares)).softmax(0)[:-1]
        marks = torch.tensor([head.brain.landmarks[name] for name in NAMES], dtype=torch.float64)
        return Sample(maps, {"place": moved(marks, pose).float().to(maps)})

    def answer(self, network: nn.Module, given: Tensor) -> Tensor:
        """In one piece; see `Task.answer`."""
        said: Tensor = network(given)
        return said

    def loss(self, said: Tensor, wanted: dict[str, Tensor]) -> Tensor:
        """Mean distance in mm."""
        return ((said[..., :3] - wanted["place"]).square().sum(-1) + 1e-6).sqrt().mean()

    def score(self, said: Tensor, wanted: dict[str, Tensor]) -> dict[str, float]:
        """Mean distance in mm, its negative the "score"; root mean square of distance over uncertainty."""
        error = (said[..., :3] - wanted["place"]).norm(dim=-1)
        claimed = (error / said[..., 3].clamp(min=1e-6)).square().mean().sqrt()
        return {
            "score": -float(error.mean()),
            "error_mm": float(error.mean()),
            "error_over_uncertainty": float(claimed),
        }


def mirrored(maps: Tensor, place: Tensor) -> tuple[Tensor, Tensor]:
    """Maps over the `BOX` and places of a head as a mirror shows it: left is right."""
    return maps[_OTHER_MAPS].flip(1), place[_OTHER_POINTS] * place.new_tensor([-1.0, 1.0, 1.0])


def _shares(head: Head, pose: np.ndarray) -> Tensor:
    """Share of each structure in every voxel of the box, shape (32, i, j, k)."""
    brain = head.brain
    assert brain.owners is not None
    assert brain.fractions is not None
    shares = brain.fractions.new_zeros(len(IDS) + 1, *brain.labels.data.shape)
    shares.scatter_add_(0, _ROW_OF.to(brain.owners.device)[brain.owners.long()], brain.fractions)
    to_voxel = np.linalg.inv(brain.labels.affine) @ np.linalg.inv(pose)
    return seen(shares[:-1], moved(places(BOX, shares.device), to_voxel))
