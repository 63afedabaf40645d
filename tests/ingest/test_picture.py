"""Label maps are told from scans by what neighbours hold, also on coarse voxels and of few greys."""

import numpy as np
import pytest

from mindscan.core.key import Key
from mindscan.ingest.picture import Picture, looks_like_labels

SHAPE = (40, 48, 40)


def cells(count: int, edge: int) -> np.ndarray:
    """A ball of blocks of that many voxels, each of some number up to `count`; 0 around it."""
    blocks = (Key(4) / "blocks").rng().integers(1, count + 1, [n // edge + 1 for n in SHAPE])
    whole = np.kron(blocks, np.ones((edge,) * 3, int))[tuple(map(slice, SHAPE))]
    return np.where(radius() < 18, whole, 0).astype(np.int16)


def scan(greys: int, noise: float) -> np.ndarray:
    """A ball of smooth waves of that many greys; 0 around it."""
    rng = (Key(5) / "noise").rng()
    wave = 0.6 + 0.3 * np.sin(radius() / 2) + rng.normal(0, noise, SHAPE)
    return np.where(radius() < 18, np.clip(wave * greys, 1, greys), 0).astype(np.uint8)


def radius() -> np.ndarray:
    axes = np.meshgrid(*(np.arange(n) - n / 2 for n in SHAPE), indexing="ij")
    return np.sqrt(sum(axis**2 for axis in axes))


@pytest.mark.parametrize(("count", "edge"), [(1, 8), (3, 8), (149, 8), (149, 4), (149, 3)])
def test_label_maps_are_known(count: int, edge: int) -> None:
    assert looks_like_labels(Picture(cells(count, edge), np.eye(4)))


@pytest.mark.parametrize("kind", ["int32", "float32", "uint8"])
def test_whatever_the_type_of_their_numbers(kind: str) -> None:
    assert looks_like_labels(Picture(cells(149, 3).astype(kind), np.eye(4)))


@pytest.mark.parametrize(("greys", "noise"), [(255, 0.03), (64, 0.03), (16, 0.03), (12, 0.01), (20, 0.001)])
def test_scans_are_none_even_of_few_greys(greys: int, noise: float) -> None:
    assert not looks_like_labels(Picture(scan(greys, noise), np.eye(4)))
