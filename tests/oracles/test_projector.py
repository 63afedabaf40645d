"""Our line integrals against those of RTK, the reconstruction toolkit, in its own cone-beam geometry."""

import math

import numpy as np
import pytest
import torch

from mindscan.core.volume import Grid
from mindscan.imaging.projector import line_integrals

itk = pytest.importorskip("itk", reason="the extra [xray] is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")  # of ITK's wrappers, which crash when a warning is an error

FOCUS_MM, DETECTOR_MM, PIXELS, PIXEL_MM = 1000.0, 1500.0, 48, 2.0
GRID = Grid.centred((40, 44, 36), (1.5, 1.5, 1.5))


def scene() -> torch.Tensor:
    """Two soft blobs off the middle."""
    axes = [torch.arange(n) * 1.5 - (n - 1) * 0.75 for n in GRID.shape]
    i, j, k = torch.meshgrid(*axes, indexing="ij")
    one = torch.exp(-((i - 4) ** 2 + 2 * (j + 6) ** 2 + (k - 3) ** 2) / 150)
    other = torch.exp(-((i + 8) ** 2 + (j - 5) ** 2 + 3 * (k + 6) ** 2) / 90)
    return one + 2 * other


def theirs(volume: torch.Tensor, degrees: list[float]) -> np.ndarray:
    """RTK's projections, shape (angles, rows, columns)."""
    rtk = itk.RTK
    image = itk.image_from_array(np.ascontiguousarray(volume.numpy().transpose(2, 1, 0)))
    image.SetSpacing([1.5] * 3)
    image.SetOrigin([float(x) for x in GRID.affine[:3, 3]])
    kind = itk.Image[itk.F, 3]
    stack = rtk.ConstantImageSource[kind].New()
    stack.SetSize([PIXELS, PIXELS, len(degrees)])
    stack.SetSpacing([PIXEL_MM, PIXEL_MM, 1.0])
    stack.SetOrigin([-(PIXELS - 1) / 2 * PIXEL_MM] * 2 + [0.0])
    geometry = rtk.ThreeDCircularProjectionGeometry.New()
    for angle in degrees:
        geometry.AddProjection(FOCUS_MM, DETECTOR_MM, angle)
    joseph = rtk.JosephForwardProjectionImageFilter[kind, kind].New()
    joseph.SetGeometry(geometry)
    joseph.SetInput(0, stack.GetOutput())
    joseph.SetInput(1, image)
    joseph.Update()
    return np.array(itk.array_view_from_image(joseph.GetOutput()))


def ours(volume: torch.Tensor, degrees: float) -> np.ndarray:
    """The same view in RTK's frame: turned about y, columns along x and rows along y."""
    turn = math.radians(degrees)
    ahead = torch.tensor([-math.sin(turn), 0.0, -math.cos(turn)], dtype=torch.float64)
    across = torch.tensor([math.cos(turn), 0.0, -math.sin(turn)], dtype=torch.float64)
    steps = (torch.arange(PIXELS, dtype=torch.float64) - (PIXELS - 1) / 2) * PIXEL_MM
    source = -ahead * FOCUS_MM
    targets = source + ahead * DETECTOR_MM + steps[None, :, None] * across
    targets = targets + steps[:, None, None] * torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64)
    return line_integrals(volume[None], GRID.affine, source, targets)[0].numpy()


def test_they_agree_within_two_per_cent() -> None:
    volume, degrees = scene(), [0.0, 30.0, 77.0, 150.0]
    for angle, wanted in zip(degrees, theirs(volume, degrees), strict=True):
        found = ours(volume, angle)
        deep = wanted > 0.05 * wanted.max()
        assert deep.sum() > 100
        np.testing.assert_allclose(found[deep], wanted[deep], rtol=0.02)
