"""Work through a volume in slabs that stay in the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

_CPU_VOXELS = 1 << 17


def slabs(volume: Tensor) -> Iterator[slice]:
    """Ranges of the first axis, small on a CPU (half a megabyte of float32), everything elsewhere.

    Example:
        >>> import torch
        >>> [s.stop - s.start for s in slabs(torch.zeros(5, 256, 256))]
        [2, 2, 1]
    """
    count, plane = volume.shape[0], max(1, volume[0].numel())
    step = max(1, _CPU_VOXELS // plane) if volume.device.type == "cpu" else count
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))
