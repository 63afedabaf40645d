"""Label maps are told from scans by what neighbours hold, also on coarse voxels and of few greys."""

import numpy as np
import pytest

from mindscan.core.key import Key
from mindscan.ingest.picture import Picture, UnfitError, clean_bytes, looks_like_labels, sound, whole_numbers

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


def bent(*changes: tuple[int, int, float]) -> np.ndarray:
    affine = np.eye(4)
    for row, column, value in changes:
        affine[row, column] = value
    return affine


@pytest.mark.parametrize(
    "affine",
    [
        bent((0, 0, -3e231), (0, 1, 3e-322), (1, 1, 2e-323), (2, 2, -3e231)),
        *(bent((0, 3, 1e7)), bent((1, 1, 0)), bent((1, 1, 1e-6)), bent((0, 0, np.nan))),
        bent((0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 1, 1)),
    ],
)
def test_places_that_nothing_can_have(affine: np.ndarray) -> None:
    with pytest.raises(UnfitError, match="no place or no size"):
        sound(Picture(cells(3, 8), affine))
    assert clean_bytes(sound(Picture(cells(3, 8), bent((0, 1, 0.9), (2, 3, -900)))))


@pytest.mark.parametrize("scale", [(1e300, 0), (1e-60, 0), (1, np.inf)])
def test_scales_that_cannot_be_kept(scale: tuple[float, float]) -> None:
    with pytest.raises(UnfitError, match="no finite scale"):
        sound(Picture(cells(3, 8), np.eye(4), *scale))


def test_label_maps_become_whole_numbers_without_a_scale() -> None:
    for data, scale in (
        (cells(3, 8).astype("f8"), (1, 0)),
        (cells(3, 8), (0.5, 0)),
        (cells(3, 8), (100, -5)),
    ):
        picture = Picture(data * 2 if scale[0] == 0.5 else data, np.eye(4), *scale)
        whole = whole_numbers(picture)
        assert np.array_equal(whole.data, picture.data * scale[0] + scale[1])
        assert whole.data.dtype.itemsize <= 2
        assert (whole.slope, whole.inter) == (1, 0)
    with pytest.raises(UnfitError, match="fractions"):
        whole_numbers(Picture(cells(3, 8) / 7, np.eye(4)))
    with pytest.raises(UnfitError, match="too large"):
        whole_numbers(Picture(cells(3, 8) * 1e12, np.eye(4)))
