"""What lies inside the skull: a small network that looks at a whole head, at 5 mm.

It finds the brain for all else, whatever lies beside it in the scan.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from monai.losses.dice import DiceLoss
from monai.networks.nets.unet import UNet
from torch import Tensor, nn
from torch.nn import functional

from mindscan.core.key import Key
from mindscan.core.volume import Grid
from mindscan.learn.classes import classes_of
from mindscan.learn.clothes import USUAL, Clothes, dressed, normalised, toned
from mindscan.learn.heads import Head, halved
from mindscan.learn.pose import moved, places, seen, turned
from mindscan.learn.task import Sample

MIDDLE_MM = np.array([0.0, -15.0, -8.0])
BOX = Grid.centred((48, 48, 48), (5.0, 5.0, 5.0), MIDDLE_MM.tolist())
"""Where the network looks, in mm: 240 mm around the middle of a head."""
_FEATURES = 4
_VARIED = {"turn_deg": 10.0, "stretch": 0.1, "shift_mm": 15.0}
"""How far heads are turned and shifted in scanners, generously (choices of this project)."""


class Stripper:
    """The inside of the skull.

    Given is the image, (1, i, j, k). Said is 1 channel: a score that is above 0 inside the skull.
    """

    name = "stripper"

    def __init__(self) -> None:
        self._overlap = DiceLoss(sigmoid=True)

    def network(self) -> nn.Module:
        """A small U-Net with residual units (Kerfoot 2019, doi:10.1007/978-3-030-12029-0_40)."""
        network = UNet(
            spatial_dims=3,
            in_channels=1,
            out_channels=_FEATURES,
            channels=(16, 32, 64, 96),
            strides=(2, 2, 2),
            num_res_units=2,
        )
        return nn.Sequential(network, nn.Conv3d(_FEATURES, 1, 1))

    def begin(self, network: nn.Module, heads: Iterable[Head]) -> None:
        """Nothing is known before training."""

    def sample(self, head: Head, key: Key, whole: bool = False, clothes: Clothes = USUAL) -> Sample:
        """A head somewhere in the box, in random clothes; it is always seen whole, see `Task.sample`."""
        head = halved(head)
        labels = head.brain.labels
        to_voxel = np.linalg.inv(labels.affine) @ turned(key / "pose", **_VARIED, centre_mm=MIDDLE_MM)
        index = moved(places(BOX, labels.data.device), to_voxel)
        given = seen(dressed(head, key / "clothes", clothes)[None], index)
        given = toned(normalised(given, given[..., ::2, ::2, ::2]), key / "tone")
        ids = seen(labels.data[None].float(), index, nearest=True).round().int()
        return Sample(given, {"inside": (classes_of(ids) > 0).float()})

    def answer(self, network: nn.Module, given: Tensor) -> Tensor:
        """In one piece; see `Task.answer`."""
        said: Tensor = network(given)
        return said

    def loss(self, said: Tensor, wanted: dict[str, Tensor]) -> Tensor:
        """Soft Dice and cross-entropy."""
        said = said.float()
        overlap: Tensor = self._overlap(said, wanted["inside"])
        return overlap + functional.binary_cross_entropy_with_logits(said, wanted["inside"])

    def score(self, said: Tensor, wanted: dict[str, Tensor]) -> dict[str, float]:
        """Dice."""
        ours, theirs = said > 0, wanted["inside"] > 0
        return {"score": float(2 * (ours & theirs).sum() / (ours.sum() + theirs.sum()).clamp(min=1))}
