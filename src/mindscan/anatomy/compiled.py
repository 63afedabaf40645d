"""Machine code of the few loops that take most of a head's time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(types: str) -> Callable[[Any], Any]:
    """Compile a function when it is imported, and not when the first head calls it.

    The code is kept beside the source or in the user's cache folder, where one of them can be written.

    Args:
        types: of the result and the arguments, as numba writes them.
    """

    def made(function: Any) -> Any:
        try:
            return njit(types, cache=True, nogil=True)(function)
        except RuntimeError:  # numba finds no such place
            return njit(types, nogil=True)(function)

    return made
