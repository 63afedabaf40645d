"""Weights on disk: safetensors in half precision, with the words that say where they come from."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from mindscan.core.errors import FileError, SettingsError
from mindscan.dataset.folder import disk_faults


def write_weights(path: Path, weights: Mapping[str, Tensor], about: Mapping[str, str]) -> None:
    """Write the weights of a network atomically, float16.

    Args:
        path: `.safetensors`.
        weights: a state dictionary.
        about: what is said of them, such as the task and the training.
    """
    halves = {name: value.detach().cpu().to(torch.float16).contiguous() for name, value in weights.items()}
    write_atomically(path, save(halves, metadata=dict(about)))


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all.

    Raises:
        FolderError: the disk refuses.
    """
    with disk_faults(path.parent), ExitStack() as stack:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            stack.callback(Path(part.name).unlink, missing_ok=True)
            part.write(content)
        os.chmod(part.name, 0o644)
        os.replace(part.name, path)


def read_weights(path: Path, network: nn.Module, task: str, spare: str = "") -> None:
    """Fill a network with weights from a file.

    Args:
        path: `.safetensors`.
        network: changed in place.
        task: that the weights must be of.
        spare: part of the network that the file may lack, and that then stays as it is.

    Raises:
        FileError: the file is missing or damaged.
        SettingsError: its weights are of another task, or of another network.
    """
    try:
        with safe_open(path, "pt") as opened:
            about = opened.metadata() or {}
            weights = {name: opened.get_tensor(name).float() for name in opened.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise FileError(
            f"weights {path}: {error}", "a readable .safetensors file", "check the path"
        ) from None
    if about.get("task") != task:
        raise SettingsError(
            f"weights {path} are of the task '{about.get('task')}'", f"weights of '{task}'", "give those"
        )
    own = network.state_dict()
    lacking = {name for name in own.keys() - weights.keys() if spare and name.startswith(f"{spare}.")}
    try:
        network.load_state_dict(weights | {name: own[name] for name in lacking})
    except RuntimeError:
        raise SettingsError(
            f"weights {path} do not fit the network", "weights of this version of mindscan", "train them anew"
        ) from None
