"""Which structure every voxel is: a network that sees the brain in the pose of the template, at 2 mm."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count, islice

import numpy as np
import torch
from monai.inferers.utils import sliding_window_inference
from monai.losses.dice import DiceCELoss
from monai.networks.blocks.convolutions import ResidualUnit
from monai.networks.nets.unet import UNet
from torch import Tensor, nn
from torch.nn import functional

from mindscan.core.key import Key
from mindscan.core.volume import Affine, Grid
from mindscan.learn.classes import CLASSES, SIDED, classes_of, sides_of
from mindscan.learn.clothes import USUAL, Clothes, dressed, normalised, toned
from mindscan.learn.heads import Head
from mindscan.learn.pose import Channels, bent, moved, part, places, seen, turned
from mindscan.learn.task import Sample

BOX = Grid.centred((80, 96, 80), (2.0, 2.0, 2.0), (0.0, -19.0, 5.0))
"""Where the network looks, in template mm: 160 x 192 x 160 mm around the brain."""
PATCH = (64, 64, 64)
"""Voxels that it is given at a time."""
_SIGHT = BOX.with_voxels((6.0, 6.0, 6.0))
_ATLAS = BOX.with_voxels((4.0, 4.0, 4.0))
_ATLAS_HEADS, _ATLAS_VIEWS = 64, 2
"""Heads at most, and views of each, in which the atlas is counted."""
_NEAR, _DRAWN = 8, 16
"""Features of every voxel: of the image alone, and with what is said from afar."""
_SOFTLY = 0.1
"""How much the second look counts before it has learnt (a choice of this project)."""
_UNIT_MM = 100.0
_WIDE = 8.0
"""Largest score of the atlas."""
_CENTRE = np.array([0.0, -19.0, 5.0])
_VARIED = {"turn_deg": 5.0, "stretch": 0.05, "shift_mm": 4.0}
"""How far the pose may be off when a scan is first looked at (choices of this project)."""
_BEND_MM, _BEND_SPACING_MM = 1.5, 30.0


class Soft(nn.Module):
    """A network whose scores count little before it has learnt, each by a weight of its own.

    After ReZero (Bachlechner 2020, arXiv 2003.04887).

    Args:
        network: gives (batch, channels, i, j, k).
        channels: of its scores.
    """

    def __init__(self, network: nn.Module, channels: int) -> None:
        super().__init__()
        self.network = network
        self.weight = nn.Parameter(torch.full((channels,), _SOFTLY))

    def forward(self, given: Tensor) -> Tensor:
        """The scores, weighed."""
        said: Tensor = self.network(given) * self.weight[:, None, None, None]
        return said


class Guided(nn.Module):
    """A network that knows what is usual where, and learns what a scan says beyond it.

    A U-Net looks far but halves its voxels at once; a few features of every voxel are therefore added to what
    it says, so that thin structures and borders are seen at full resolution. `close` is a second network,
    learnt after the first: it looks at the image again at full resolution, knowing what was said so far.

    Args:
        network: takes image and what is usual, (batch, 1 + channels, i, j, k), and gives as many scores.
        close: takes image and what was said, of the same shape, and gives as many scores.
        channels: of scores.

    The buffer `usual`, shape (channels, i, j, k), is a coarse atlas of scores over the `BOX`; `lean`, shape
    (channels,), is added to the scores in the end, so that volumes come out right on the whole
    (`scripts/balance.py`).
    """

    usual: Tensor
    lean: Tensor

    def __init__(self, network: nn.Module, close: nn.Module, channels: int) -> None:
        super().__init__()
        self.network = network
        self.close = Soft(close, channels)
        self.beyond = nn.Conv3d(channels, channels, 1)
        self.near = ResidualUnit(3, 1, _NEAR, subunits=2)
        self.drawn = ResidualUnit(3, channels + _NEAR, _DRAWN, subunits=1)
        self.detail = nn.Conv3d(_DRAWN, channels, 1)
        self.register_buffer("usual", torch.zeros(channels, *_ATLAS.shape))
        self.register_buffer("lean", torch.zeros(channels))

    def usually(self) -> Channels:
        """The atlas as probabilities of the classes and, the last channel, of the right side."""
        chance = torch.cat([self.usual[:-1].softmax(0), self.usual[-1:].sigmoid()])
        return Channels(chance, _ATLAS.affine)

    def forward(self, given: Tensor) -> Tensor:
        """Scores, (batch, channels, i, j, k), from image and places, see `with_places`."""
        index = moved(given[:, 1:].movedim(1, -1) * _UNIT_MM, np.linalg.inv(_ATLAS.affine))
        usual = torch.stack([seen(self.usual, one) for one in index])
        image = given[:, :1]
        far = self.network(torch.cat([image, usual / _WIDE], 1))
        detail = self.detail(self.drawn(torch.cat([far, self.near(image)], 1)))
        said: Tensor = self.beyond(far) + detail + usual
        known = torch.cat([image, said[:, :-1].softmax(1), said[:, -1:].sigmoid()], 1)
        more: Tensor = self.close(known)
        return said + more + self.lean[:, None, None, None]


class Segmenter:
    """Structures without their side, and the side.

    Given are 4 channels, (4, i, j, k): image, and x, y and z of the template in units of 100 mm. Said are 20:
    a score for each of the `CLASSES`, and one that is above 0 on the right.
    """

    name = "segmenter"

    def __init__(self) -> None:
        self._overlap = DiceCELoss(to_onehot_y=True, softmax=True, lambda_dice=1.0, lambda_ce=1.0)

    def network(self) -> nn.Module:
        """A U-Net with residual units (Kerfoot 2019, doi:10.1007/978-3-030-12029-0_40) with an atlas."""
        channels = len(CLASSES) + 1
        network = _unet(channels, (32, 64, 96, 128), (2, 2, 2))
        close = _unet(channels, (16, 32, 64, 64), (1, 2, 2))
        return Guided(network, close, channels)

    def begin(self, network: nn.Module, heads: Iterable[Head]) -> None:
        """Count what is usual where, in poses as much off as in training; say nothing beyond it yet."""
        assert isinstance(network, Guided)
        for weights in (*network.beyond.parameters(), *network.detail.parameters()):
            nn.init.zeros_(weights)
        spot = places(_ATLAS)
        counts = torch.full((len(CLASSES), *_ATLAS.shape), 0.02)
        sides = torch.full((2, *_ATLAS.shape), 0.02)
        for number, one in enumerate(islice(heads, _ATLAS_HEADS)):
            for view in range(_ATLAS_VIEWS):
                index = moved(spot, _to_voxel(one, Key(number) / "atlas" / view))
                ids = seen(one.brain.labels.data[None].float(), index, nearest=True)[0].round().int()
                counts.scatter_add_(0, classes_of(ids)[None], torch.ones_like(spot[None, ..., 0]))
                for side in (0, 1):
                    sides[side] += sides_of(ids) == side
        usual = torch.cat([(counts / counts.sum(0)).log(), (sides[1:] / sides[:1]).log()])
        network.usual.copy_(usual.clamp(-_WIDE, _WIDE))

    def sample(self, head: Head, key: Key, whole: bool = False, clothes: Clothes = USUAL) -> Sample:
        """A head near the pose of the template, bent a little, in random clothes; see `Task.sample`."""
        device = head.brain.labels.data.device
        box = BOX if whole else _patch(key / "part")
        spot = places(box, device)
        back = _to_voxel(head, key / "pose")
        index = moved(spot + bent(box, key / "bend", _BEND_MM, _BEND_SPACING_MM, device), back)
        image = dressed(head, key / "clothes", clothes)[None]
        sight = seen(image, moved(places(_SIGHT, device), back), nearest=True)
        given = toned(normalised(seen(image, index), sight), key / "tone")
        ids = seen(head.brain.labels.data[None].float(), index, nearest=True).round().int()
        return Sample(with_places(given, spot), {"class": classes_of(ids), "side": sides_of(ids)})

    def answer(self, network: nn.Module, given: Tensor) -> Tensor:
        """Overlapping patches of the size of training, half of them in the mirror; see `Task.answer`."""
        patches = count()

        def look(patch: Tensor) -> Tensor:
            said: Tensor = network(patch) if next(patches).bit_count() % 2 == 0 else in_mirror(network, patch)
            return said

        said = sliding_window_inference(given, PATCH, 1, look, overlap=0.5, mode="gaussian")
        assert isinstance(said, Tensor)
        return said

    def loss(self, said: Tensor, wanted: dict[str, Tensor]) -> Tensor:
        """Soft Dice and cross-entropy of the structure, cross-entropy of the side where there is one."""
        said = said.float()
        side, known = wanted["side"], wanted["side"] >= 0
        aside = functional.binary_cross_entropy_with_logits(said[:, -1:][known], side[known])
        overlap: Tensor = self._overlap(said[:, :-1], wanted["class"])
        return overlap + 0.2 * aside if bool(known.any()) else overlap

    def score(self, said: Tensor, wanted: dict[str, Tensor]) -> dict[str, float]:
        """Dice of every structure but the outside, left and right told apart, and their mean, the "score"."""
        found = said[:, :-1].argmax(1, keepdim=True)
        right = said[:, -1:] > 0
        scores = {}
        for n, name in enumerate(CLASSES):
            if n == 0:
                continue
            dice = []
            for side in (0, 1) if name in SIDED else (-1,):
                ours, theirs = found == n, wanted["class"] == n
                if side >= 0:
                    ours, theirs = ours & (right == bool(side)), theirs & (wanted["side"] == side)
                dice.append(float(2 * (ours & theirs).sum() / (ours.sum() + theirs.sum()).clamp(min=1)))
            scores[name] = sum(dice) / len(dice)
        return {"score": sum(scores.values()) / len(scores), **scores}


def in_mirror(network: nn.Module, given: Tensor) -> Tensor:
    """What a network says of the mirror image, brought back: the right of one is the left of the other.

    Args:
        network: of the `Segmenter`.
        given: any part of the `BOX`, (batch, 4, i, j, k), see `Segmenter`; i goes from left to right.
    """
    mirror = given.flip(2)
    mirror[:, 1].neg_()
    said: Tensor = network(mirror).flip(2)
    said[:, -1].neg_()
    return said


def _unet(channels: int, features: tuple[int, ...], strides: tuple[int, ...]) -> UNet:
    """A U-Net that takes an image and so many channels, and gives as many; fastest with channels last."""
    network = UNet(3, 1 + channels, channels, features, strides, num_res_units=2)
    return network.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload, no-any-return]


def with_places(image: Tensor, spot: Tensor) -> Tensor:
    """An image (1, i, j, k) and the places of its voxels in the template, as the network wants them."""
    return torch.cat([image, spot.movedim(-1, 0) / _UNIT_MM])


def _to_voxel(head: Head, key: Key) -> Affine:
    """4 x 4 from template mm to voxels of a head, the pose somewhat off."""
    back = np.linalg.inv(head.brain.labels.affine) @ np.linalg.inv(head.to_template)
    return back @ turned(key, **_VARIED, centre_mm=_CENTRE)


def _patch(key: Key) -> Grid:
    rng = key.rng()
    return part(BOX, [int(rng.integers(n - p + 1)) for n, p in zip(BOX.shape, PATCH, strict=True)], PATCH)
