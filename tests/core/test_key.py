"""Keys: streams are found by name, and never change."""

from itertools import product

import pytest
import torch

from mindscan.core.errors import SettingsError
from mindscan.core.key import Key


def test_known_digests() -> None:
    """Recipes that are already on somebody's disk rest on these values."""
    assert Key(0).digest.hex() == "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
    assert (
        Key(7) / "head" / 3
    ).digest.hex() == "218820acc27591f59eb375175e673e6d84cb3b3bb1b5771f199f2b3bfb92e29a"


def test_known_draws() -> None:
    assert (Key(7) / "head").rng().random() == 0.6055690923998986
    drawn = torch.rand(1, generator=(Key(7) / "head").generator(), dtype=torch.float64)
    assert float(drawn) == 0.6536703424325893


def test_a_path_is_its_names() -> None:
    assert Key(7) / "head" / 3 == Key(7, ("head", "3"))
    assert (Key(7) / "head").path == ("head",)
    assert Key(7) / 3 == Key(7) / "3"


def test_the_same_key_starts_anew() -> None:
    key = Key(1) / "a"
    first = key.rng().random(5)
    key.rng().random(100)
    assert (first == key.rng().random(5)).all()


def test_no_two_paths_share_a_stream() -> None:
    names = ("", "a", "b", "ab", "/", "a/1:b", "1:a", "é")
    paths = [(), *((name,) for name in names), *product(names, repeat=2)]
    digests = {Key(seed, path).digest for seed in (0, 1, 11) for path in paths}
    assert len(digests) == 3 * len(paths)


def test_numpy_and_torch_streams_are_made_of_different_bits() -> None:
    key = Key(1)
    assert key.digest[:16] != key.digest[16:]
    assert key.generator().initial_seed() == int.from_bytes(key.digest[16:24], "big") >> 1


def test_neighbouring_streams_do_not_correlate() -> None:
    a, b = ((Key(1) / n).rng().standard_normal(20_000) for n in (1, 2))
    assert abs(float((a * b).mean())) < 4 / 20_000**0.5
    assert abs(float(a.mean())) < 4 / 20_000**0.5


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_impossible_seed(seed: int) -> None:
    with pytest.raises(SettingsError, match="whole number from 0") as fault:
        Key(seed)
    assert str(seed) in str(fault.value)


def test_largest_seed() -> None:
    assert 0 <= Key(2**63 - 1).rng().random() < 1
