"""The slot for tasks: what a network must come with so that it can be trained."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from torch import Tensor, nn

from mindscan.core.key import Key
from mindscan.learn.clothes import USUAL, Clothes
from mindscan.learn.heads import Head


class Sample(NamedTuple):
    """One thing to learn from: what the network is given, and what it should say, by name."""

    given: Tensor
    wanted: dict[str, Tensor]


class Task(Protocol):
    """A question that a network learns to answer about a scan."""

    name: str
    """What the command line calls it, and its weights."""

    def network(self) -> nn.Module:
        """A fresh network, an ordinary MONAI module; takes (batch, channels, i, j, k)."""

    def begin(self, network: nn.Module, heads: Iterable[Head]) -> None:
        """Give a fresh network what needs no steps, only a look at heads, made as they are asked for."""

    def sample(self, head: Head, key: Key, whole: bool = False, clothes: Clothes = USUAL) -> Sample:
        """One view of a head; `whole` when not only a part of it shall be seen, as for a judgement."""

    def answer(self, network: nn.Module, given: Tensor) -> Tensor:
        """What a network says of whole views; the first axis is the batch."""

    def loss(self, said: Tensor, wanted: dict[str, Tensor]) -> Tensor:
        """How wrong an answer is, a scalar to go down; all tensors have a batch axis."""

    def score(self, said: Tensor, wanted: dict[str, Tensor]) -> dict[str, float]:
        """Figures that users care for, by name; every task gives "score", the larger the better."""
