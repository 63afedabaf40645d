import math

import pytest
import torch
from scipy import stats

from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.imaging.coils import Coils, add_channels, g_factor, sensitivities
from mindscan.imaging.noise import add_rician

SIZE = (200.0, 220.0, 160.0)


@pytest.mark.parametrize("channels", [2, 8, 32])
@pytest.mark.parametrize("signal", [0.0, 15.0, 100.0])
def test_sum_of_squares_is_non_central_chi(channels: int, signal: float) -> None:
    sd = 10.0
    image = add_rician(torch.full((50, 50, 50), signal), sd, Key(1))
    image = add_channels(image, sd, channels - 1, Key(2))
    exact = stats.ncx2(2 * channels, (signal / sd) ** 2) if signal else stats.chi2(2 * channels)
    assert stats.kstest((image.numpy().ravel() / sd) ** 2, exact.cdf).pvalue > 0.01


def test_sensitivities_share_the_signal() -> None:
    fields = sensitivities(Coils(channels=12), SIZE, (8, 9, 10))
    assert fields.shape == (12, 8, 9, 10)
    torch.testing.assert_close(
        fields.abs().square().sum(0), torch.ones(8, 9, 10, dtype=torch.float64), atol=1e-9, rtol=0
    )


@pytest.mark.parametrize("factor", [2, 3])
def test_unfolded_noise_grows_by_g_and_the_root_of_the_acceleration(factor: int) -> None:
    """Noise through a SENSE reconstruction, against the map."""
    coils = Coils(channels=8, acceleration=factor)
    shape = (32, 33 if factor == 3 else 32, 32)
    head = torch.ones(shape, dtype=torch.bool)
    g = g_factor(coils, SIZE, head, 1)
    fields = sensitivities(coils, SIZE, shape)
    step = shape[1] // factor
    rows = [4 + n * step for n in range(factor)]
    matrix = fields[:, 9, rows, 20]
    # Noise of the folded image: a share of the lines is averaged over as many fewer.
    noise = torch.randn((8, 20000, 2), generator=Key(1).generator(), dtype=torch.float64)
    folded = torch.view_as_complex(noise) * math.sqrt(factor) / math.sqrt(2)
    unfolded = torch.linalg.pinv(matrix) @ folded
    expected = unfolded.abs().square().mean(1).sqrt()
    full = 1.0
    measured = [float(g[9, row, 20]) * math.sqrt(factor) * full for row in rows]
    assert measured == pytest.approx(expected.tolist(), rel=0.02)


def test_g_is_one_where_nothing_folds() -> None:
    head = torch.zeros((16, 64, 16), dtype=torch.bool)
    head[:, 24:40] = True
    assert float(g_factor(Coils(acceleration=2), SIZE, head, 1).max()) == pytest.approx(1, abs=1e-6)
    assert float(g_factor(Coils(acceleration=1), SIZE, head, 1).max()) == 1


def test_g_grows_with_acceleration() -> None:
    head = torch.ones((16, 60, 16), dtype=torch.bool)
    means = [float(g_factor(Coils(channels=8, acceleration=r), SIZE, head, 1).mean()) for r in (1, 2, 3, 4)]
    assert means == sorted(means)
    assert means[3] > 1.2


def test_more_acceleration_than_channels_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"as many channels as acceleration \(4\)"):
        Coils.parse({"channels": 3, "acceleration": 4})
