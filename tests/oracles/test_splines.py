"""Our smooth fields against SciPy's B-splines."""

import numpy as np
import torch
from scipy.interpolate import BSpline

from mindscan.core.key import Key
from mindscan.core.volume import Grid
from mindscan.imaging.fields import draw_field


def test_a_field_is_a_cubic_b_spline_of_its_lattice() -> None:
    grid = Grid.centred((30, 20, 10), (1.0, 2.0, 4.5))
    field = draw_field(grid, 1.3, 6.0, Key(1), torch.device("cpu"))
    expected = field.lattice.double().numpy()
    for axis, (count, voxel) in enumerate(zip(grid.shape, grid.voxel_mm, strict=True)):
        knots = np.arange(expected.shape[axis] + 4) - 3.0
        design = BSpline.design_matrix(np.arange(count) * voxel / 6.0, knots, 3).toarray()
        expected = np.moveaxis(np.tensordot(design, expected, (1, axis)), 0, axis)
    found = field.slab(slice(0, 30)).double().numpy()
    np.testing.assert_allclose(found, expected, atol=1e-5)
