"""Radiographs as ordinary pictures, the way they hang on a light box: bone white, air black."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from scipy.ndimage import gaussian_filter

from mindscan.core.volume import Volume

AIR = 250.0
"""Optical depth times 1000 below which nothing is in the beam."""
WINDOW = (2.0, 99.5)
"""Percentiles of what is behind the head that become black and white."""
CRISP, CRISP_SHARE = 0.8, 0.03
"""How much of the detail finer than this share of the picture is added, as machines do for reading."""


def png_bytes(radiograph: Volume, note: str) -> bytes:
    """A radiograph as the bytes of an 8-bit PNG; the same one gives the same bytes.

    Args:
        radiograph: optical depth times 1000, shape (columns, rows, 1).
        note: what the file says of itself.

    Example:
        >>> import torch
        >>> png_bytes(Volume(torch.rand(8, 8, 1) * 3000, np.eye(4)), "synthetic")[1:4]
        b'PNG'
    """
    depth = radiograph.data[..., 0].detach().cpu().numpy().astype(np.float64).T
    crisp = depth + CRISP * (depth - gaussian_filter(depth, CRISP_SHARE * max(depth.shape)))
    covered = crisp[depth > AIR]
    low, high = np.percentile(covered, WINDOW) if covered.size else (0.0, 1.0)
    grey = np.clip((crisp - low) / max(high - low, 1e-6), 0, 1)
    said = PngInfo()
    said.add_text("Description", note)
    content = io.BytesIO()
    Image.fromarray(np.round(255 * grey).astype(np.uint8)).save(content, "PNG", pnginfo=said)
    return content.getvalue()
