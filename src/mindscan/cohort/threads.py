"""One thread for making: the same bits however many cores there are."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one CPU thread inside the block; parallel work is done by processes instead.

    With several threads, loops are split at other places and the last bit of a result may change.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
