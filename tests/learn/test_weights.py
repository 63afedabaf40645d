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


def test_only_the_spare_part_may_be_lacking(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    one, two = nn.Sequential(nn.Conv3d(1, 2, 1)), nn.Sequential(nn.Conv3d(1, 2, 1), nn.Conv3d(2, 2, 1))
    write_weights(path, one.state_dict(), {"task": "t"})
    before = two[1].weight.clone()
    read_weights(path, two, "t", spare="1")
    torch.testing.assert_close(two[0].weight, one[0].weight, atol=1e-3, rtol=1e-3)
    assert torch.equal(two[1].weight, before)
    for spare in ("", "0", "2"):
        with pytest.raises(SettingsError, match="do not fit"):
            read_weights(path, two, "t", spare=spare)
