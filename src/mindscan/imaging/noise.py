"""The noise of a magnitude image."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from mindscan.core.key import Key
from mindscan.imaging.slabs import slabs


def add_rician(image: Tensor, sd: float | Tensor, key: Key) -> Tensor:
    """Magnitude of a signed image with independent normal noise in its real and imaginary channel.

    Args:
        image: signal, float32, shape (i, j, k); overwritten with the result.
        sd: standard deviation of the noise in either channel, in units of the signal, at least 0; a
            number, or one for each voxel.
        key: the random stream.

    Returns:
        The same tensor, now at least 0.

    Example:
        >>> noise = add_rician(torch.zeros(9, 9, 9), 10.0, Key(1))
        >>> bool(noise.min() >= 0)
        True

    Reference:
        Gudbjartsson and Patz 1995, doi:10.1002/mrm.1910340618.
    """
    generator = key.generator(image.device)
    for rows in slabs(image):
        signal = image[rows]
        # The noise is a complex number of Rayleigh length r and uniform angle:
        # |S + r exp(i angle)|^2 = S^2 + 2 S r cos(angle) + r^2, from two uniform numbers.
        squared, cosine = torch.rand((2, *signal.shape), generator=generator, device=image.device)
        here = sd[rows] if isinstance(sd, Tensor) else sd
        squared.neg_().log1p_().mul_(-2 * here * here)
        cosine.mul_(math.pi).cos_().mul_(squared.sqrt()).mul_(2).add_(signal)
        signal.mul_(cosine).add_(squared).clamp_(min=0).sqrt_()
    return image
