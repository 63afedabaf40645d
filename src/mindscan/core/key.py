"""Named random streams: the only source of randomness in mindscan."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

import numpy as np
import torch

from mindscan.core.errors import SettingsError


@dataclass(frozen=True)
class Key:
    """A named random stream.

    A stream is found by its meaning (``key / "cortex" / "left"``), never by the order of calls, so
    that changing one draw leaves every other draw as it was.

    Args:
        seed: whole number from 0 to 2**63 - 1.
        path: names below the seed.

    Raises:
        SettingsError: the seed is negative or too large.

    Example:
        >>> Key(7) / "head" == Key(7, ("head",))
        True
        >>> (Key(7) / "head").rng().random() == (Key(7) / "head").rng().random()
        True
    """

    seed: int
    path: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**63:
            raise SettingsError(
                f"seed {self.seed}", "a whole number from 0 to 2**63 - 1", "choose another --seed"
            )

    def __truediv__(self, name: str | int) -> Key:
        """The stream called `name` below this one."""
        return Key(self.seed, (*self.path, str(name)))

    @property
    def digest(self) -> bytes:
        """SHA-256 of the seed and the path (names are length-prefixed, so no two paths collide)."""
        text = f"{self.seed}" + "".join(f"/{len(name)}:{name}" for name in self.path)
        return hashlib.sha256(text.encode()).digest()

    def rng(self) -> np.random.Generator:
        """A NumPy generator for this stream: Philox, counter-based (doi:10.1145/2063384.2063405)."""
        return np.random.Generator(np.random.Philox(int.from_bytes(self.digest[:16], "big")))

    def generator(self, device: torch.device | str = "cpu") -> torch.Generator:
        """A torch generator for this stream on `device` (CPU and CUDA streams differ)."""
        seed = int.from_bytes(self.digest[16:24], "big") >> 1
        return torch.Generator(device).manual_seed(seed)


def secret() -> str:
    """32 bytes that nobody can guess, as 64 hexadecimal digits: the one thing that must not be repeatable.

    Example:
        >>> len(secret()), secret() == secret()
        (64, False)
    """
    return os.urandom(32).hex()
