"""One thread inside, as many as before outside."""

from contextlib import suppress

import torch

from mindscan.cohort.threads import one_thread


def test_threads_come_back_even_after_a_fault() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    with suppress(KeyError), one_thread():
        inside = torch.get_num_threads()
        raise KeyError
    assert inside == 1
    assert torch.get_num_threads() == 3
    torch.set_num_threads(before)
