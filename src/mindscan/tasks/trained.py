"""The networks that come inside the package, as they were trained."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import torch
from torch import nn

from mindscan.learn.weights import read_weights
from mindscan.tasks.tasks import find

WEIGHTS = Path(__file__).parent / "weights"
"""Folder of `<task>.safetensors` and `<task>.md`, the card of each."""


@lru_cache(maxsize=4)
def trained(task: str, weights: Path | None = None) -> nn.Module:
    """The network of a task, ready to answer.

    Args:
        task: its name.
        weights: other weights than those that come along.

    Raises:
        FileError, SettingsError: the weights are missing, damaged or of another task.
    """
    network = find(task).network()
    read_weights(weights or WEIGHTS / f"{task}.safetensors", network, task)
    return network.eval()


def in_hardware() -> torch.autocast:
    """Products in bfloat16, as in training, where the processor has units for them (AMX); float32 elsewhere.

    Of the voxels of a brain, 4 in 1,000 then get another label, at borders; the network takes half the time.
    """
    return torch.autocast("cpu", torch.bfloat16, enabled=bool(torch.cpu.get_capabilities().get("amx_bf16")))
