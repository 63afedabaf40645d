import numpy as np
import pytest
import torch

from mindscan.core.errors import SettingsError
from mindscan.imaging.lines import band
from mindscan.imaging.sampling import Sampling, acquired, weights

CPU = torch.device("cpu")


def test_matrix_follows_from_the_voxel() -> None:
    assert acquired(200, 1.0, None) == 200
    assert acquired(200, 1.0, 0.5) == 200
    assert acquired(200, 1.0, 4.0) == 50
    with pytest.raises(SettingsError, match=r"acquired voxel of 40 mm in 50 mm"):
        acquired(50, 1.0, 40.0)


def test_gibbs_overshoot_is_nine_per_cent() -> None:
    edge = torch.zeros(4096)
    edge[1024:3072] = 1
    seen = band(4096, 4096, weights(128, 0.0, 1.0, CPU)) @ edge
    assert float(seen.max()) - 1 == pytest.approx(0.0895, abs=0.002)
    assert -float(seen.min()) == pytest.approx(0.0895, abs=0.002)


def test_fading_the_edge_of_k_space_takes_the_ripple_away() -> None:
    edge = torch.zeros(4096)
    edge[1024:3072] = 1
    seen = band(4096, 4096, weights(128, 1.0, 1.0, CPU)) @ edge
    assert float(seen.max()) - 1 < 0.01


@pytest.mark.parametrize("acquired_mm", [2.0, 4.0])
def test_a_slanted_edge_shows_the_acquired_voxel(acquired_mm: float) -> None:
    # Rows of an edge that leans by one voxel in ten sample it ten times as finely.
    voxel, count, rows = 0.2, 1200, 40
    x = voxel * ((torch.arange(count) + 0.5)[None] - 0.1 * torch.arange(rows)[:, None])
    image = ((x - 60) / voxel).clamp(0, 1) * ((180 - x) / voxel).clamp(0, 1)
    seen = image @ band(count, count, weights(acquired(count, voxel, acquired_mm), 0.0, 1.0, CPU)).T
    place = x[:, 150:450].flatten().numpy()
    order = np.argsort(place)
    fine = np.arange(40, 80, 0.2)
    profile = np.interp(fine, place[order], seen[:, 150:450].flatten().numpy()[order])
    finest = np.arange(50, 70, 0.001)
    spread = np.interp(finest, (fine[1:] + fine[:-1]) / 2, np.diff(profile))
    above = finest[spread > spread.max() / 2]
    # Half width of sin(pi x / a) / (pi x / a): 1.207 acquired voxels.
    assert above[-1] - above[0] == pytest.approx(1.207 * acquired_mm, rel=0.05)


def test_partial_fourier_leaves_lines_out_on_one_side() -> None:
    seen = weights(100, 0.0, 0.75, CPU)
    assert seen[:25].sum() == 0
    assert seen[25:].min() == 1


@pytest.mark.parametrize("change", [{"readout_mm": 0}, {"partial_fourier": 0.5}, {"apodisation": 2}])
def test_impossible_settings_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match=next(iter(change))):
        Sampling.parse(change)
