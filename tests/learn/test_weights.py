"""Weights on disk."""

from pathlib import Path

import pytest
import torch
from torch import nn

from mindscan.core.errors import FileError, SettingsError
from mindscan.learn.weights import read_weights, write_weights


def test_weights_come_back_in_half_precision(tmp_path: Path) -> None:
    there, back = nn.Conv3d(1, 2, 3), nn.Conv3d(1, 2, 3)
    path = tmp_path / "w.safetensors"
    write_weights(path, there.state_dict(), {"task": "t"})
    read_weights(path, back, "t")
    torch.testing.assert_close(back.weight, there.weight, atol=1e-3, rtol=1e-3)


def test_faults_are_told(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    with pytest.raises(FileError, match="readable"):
        read_weights(path, nn.Conv3d(1, 2, 3), "t")
    path.write_bytes(b"no weights")
    with pytest.raises(FileError, match="readable"):
        read_weights(path, nn.Conv3d(1, 2, 3), "t")
    write_weights(path, nn.Conv3d(1, 2, 3).state_dict(), {"task": "t"})
    with pytest.raises(SettingsError, match="do not fit"):
        read_weights(path, nn.Conv3d(1, 5, 3), "t")
    with pytest.raises(SettingsError, match="of the task 't'"):
        read_weights(path, nn.Conv3d(1, 2, 3), "u")
