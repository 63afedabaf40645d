import numpy as np
import torch

from mindscan.core.volume import Volume
from mindscan.validate import parts


def volume(data: np.ndarray, flip: bool = False) -> Volume:
    return Volume(torch.from_numpy(data), np.diag([-1.0 if flip else 1.0, 1, 1, 1]))


def test_pieces_of_a_structure() -> None:
    data = np.zeros((12, 12, 12), np.int16)
    data[1:4, 1:4, 1:4] = 10
    data[4, 4, 4] = 10
    assert parts.pieces(volume(data)) == {}
    data[8:10, 8, 8] = 10
    data[1, 8, 8], data[5, 8, 1] = 49, 24
    data[11, 11, 11] = 24
    assert parts.pieces(volume(data)) == {"Left-Thalamus": (2, 2)}
    assert np.argwhere(parts.islands(volume(data), "Left-Thalamus")).tolist() == [[8, 8, 8], [9, 8, 8]]


def test_left_and_right() -> None:
    data = np.zeros((20, 4, 4), np.int16)
    data[2:10], data[10:18] = 2, 41
    assert not parts.astray(volume(data)).any()
    data[10:13, 0, 0] = 2
    assert not parts.astray(volume(data)).any()
    data[17, 1, 1] = 2
    found = parts.astray(volume(data))
    assert found[17, 1, 1]
    assert not found[2:10, 1, 0].any()
    assert np.array_equal(parts.astray(volume(data[::-1].copy(), flip=True)), found[::-1])
