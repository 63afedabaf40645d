import pytest
import torch

from mindscan.imaging.slabs import slabs


@pytest.mark.parametrize("shape", [(1, 1, 1), (7, 300, 300), (200, 8, 8), (3, 1000, 1000)])
def test_slabs_cover_the_first_axis_once_in_order(shape: tuple[int, int, int]) -> None:
    covered = [index for rows in slabs(torch.empty(shape)) for index in range(rows.start, rows.stop)]
    assert covered == list(range(shape[0]))


def test_slabs_are_small_on_a_cpu_and_whole_elsewhere() -> None:
    assert len(list(slabs(torch.empty(192, 192, 192)))) > 10
    assert list(slabs(torch.empty(192, 192, 192, device="meta"))) == [slice(0, 192)]
