"""A copy has the print of its original whatever it is stored as; other people have others."""

import gzip
import itertools
from pathlib import Path, PurePosixPath

import nibabel as nib
import numpy as np
import pytest

from catalogue.made import bids
from mindscan.catalogue.index import Step
from mindscan.catalogue.prints import ALIKE, Print, alike, read_prints, refresh_prints, taken
from mindscan.core.key import Key

SHAPE = (22, 30, 26)


def person(name: str) -> np.ndarray:
    """A ball with insides of its own, whole numbers from 0 to about 3000."""
    rng = (Key(3) / name).rng()
    grid = np.stack(np.meshgrid(*(np.linspace(-1, 1, n) for n in SHAPE), indexing="ij"))
    ball = (grid**2).sum(0) < 0.8
    inside = sum(
        np.exp(-((grid - rng.uniform(-0.6, 0.6, (3, 1, 1, 1))) ** 2).sum(0) / 0.03) for _ in range(25)
    )
    return np.rint(ball * (1000 + 800 * np.asarray(inside) + rng.normal(0, 20, SHAPE))).astype(np.int16)


def saved(path: Path, data: np.ndarray, affine: np.ndarray | None = None) -> Path:
    nib.save(nib.Nifti1Image(data, np.diag([2.0, 2, 2, 1]) if affine is None else affine), path)
    return path


def print_of(path: Path) -> Print:
    return Print(PurePosixPath(path.name), *taken(path))


def assert_copies(one: Path, other: Path) -> None:
    assert len(alike([print_of(one)], [print_of(other)])) == 1


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("prints") / "a.nii.gz", person("a"))


def test_units_and_types(original: Path, tmp_path: Path) -> None:
    data = person("a")
    assert_copies(original, saved(tmp_path / "float.nii", (data * 0.37 - 12).astype(np.float32)))
    assert_copies(original, saved(tmp_path / "double.nii", data.astype(np.float64)))
    assert_copies(
        original, saved(tmp_path / "byte.nii.gz", np.rint(data / data.max() * 255).astype(np.uint8))
    )
    assert_copies(
        original, saved(tmp_path / "coarse.nii.gz", np.rint(data / data.max() * 63).astype(np.uint8))
    )
    cut = np.clip(data, *np.percentile(data, (1, 99))).astype(np.float32)
    assert_copies(original, saved(tmp_path / "cut.nii.gz", cut))
    swapped = nib.Nifti1Image(-data, np.diag([2.0, 2, 2, 1]))
    swapped.header.set_slope_inter(-0.5, 3)
    (tmp_path / "swapped.nii").write_bytes(swapped.to_bytes())
    assert_copies(original, tmp_path / "swapped.nii")


def test_packing(original: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.nii.gz"
    again.write_bytes(gzip.compress(gzip.decompress(original.read_bytes()), 9, mtime=5))
    assert again.read_bytes() != original.read_bytes()
    assert_copies(original, again)


def test_all_48_orders_of_voxels(original: Path, tmp_path: Path) -> None:
    plain = nib.load(original)
    for number, (order, flips) in enumerate(
        itertools.product(itertools.permutations(range(3)), itertools.product((1, -1), repeat=3))
    ):
        turned = plain.as_reoriented(np.array([[o, f] for o, f in zip(order, flips, strict=True)]))
        nib.save(turned, tmp_path / f"{number}.nii")
        assert taken(tmp_path / f"{number}.nii")[0] == SHAPE
        assert_copies(original, tmp_path / f"{number}.nii")


def test_others_are_not_alike(original: Path, tmp_path: Path) -> None:
    some = [print_of(saved(tmp_path / f"{name}.nii", person(name))) for name in "abcdefgh"]
    pairs = alike(some, some)
    assert {(one.path.name, other.path.name) for one, other in pairs} == {
        (f"{c}.nii", f"{c}.nii") for c in "abcdefgh"
    }
    mirrored = saved(tmp_path / "mirrored.nii", person("a")[::-1])
    assert alike([print_of(original)], [print_of(mirrored)]) == []
    assert ALIKE < 1


@pytest.mark.parametrize("value", [0, 7, np.nan, np.inf])
def test_what_shows_nothing_has_no_print(value: float, tmp_path: Path) -> None:
    assert taken(saved(tmp_path / "flat.nii", np.full((5, 5, 5), value, np.float32)))[1].size == 0
    assert taken(tmp_path / "missing.nii")[1].size == 0
    (tmp_path / "bad.nii.gz").write_bytes(b"nothing")
    assert taken(tmp_path / "bad.nii.gz")[1].size == 0


def test_a_flat_picture_and_a_film(tmp_path: Path) -> None:
    film = np.stack([person("a"), person("b")], -1)
    assert_copies(saved(tmp_path / "film.nii", film), saved(tmp_path / "a.nii", person("a")))
    flat = saved(tmp_path / "flat.nii", person("a")[:, :, 13:14])
    assert_copies(flat, saved(tmp_path / "flat2.nii", person("a")[:, :, 13].astype(np.float32)))


def test_prints_are_taken_once(tmp_path: Path) -> None:
    root = bids(tmp_path)
    saved(root / "sub-03" / "anat" / "sub-03_T2w.nii.gz", person("a"))
    assert list(refresh_prints(root))[-1] == Step(7, 7)
    assert list(refresh_prints(root)) == [Step(0, 0)]
    known = [one.path.name for one in read_prints(root)]
    assert known.count("sub-03_T2w.nii.gz") == 1
    saved(root / "sub-01" / "anat" / "sub-01_T2w.nii.gz", person("b"))
    assert list(refresh_prints(root))[-1] == Step(1, 1)
    assert len(read_prints(root)) == len(known) + 1
    assert [one.subject for one in read_prints(root)] == sorted(one.subject for one in read_prints(root))
    (root / "sub-03" / "anat" / "sub-03_T2w.nii.gz").unlink()
    assert list(refresh_prints(root)) == [Step(0, 0)]
    assert "sub-03_T2w.nii.gz" not in [one.path.name for one in read_prints(root)]
