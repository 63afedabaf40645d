"""Whether noise has the distribution that it must have: Rician of one channel, non-central chi of several."""

from __future__ import annotations

from scipy import stats

from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.volume import Grid
from mindscan.imaging.magnet import BRIGHT, MRI
from mindscan.validate.claims import Row, row
from mindscan.validate.heads import PERSON, uniform

CHANNELS = (1, 8, 32)
SNRS = (0.0, 1.5, 5.0)
"""Signal over the noise of one channel; 0 in air."""

LEAST_P = 0.001
"""Nine laws are asked, so fewer than one page in a hundred fails by chance."""
GRID = Grid.centred((48, 48, 48), (2.0, 2.0, 2.0))
_PLAIN = {"bias_sd": 0.0, "texture_sd": 0.0, "psf_fwhm_mm": 0.0}
_SNR_OF_AIR = 20.0


def distributions() -> list[Row]:
    """Probability of the noise of whole scans under its exact law, by Kolmogorov-Smirnov."""
    return [_distribution(channels, snr) for channels in CHANNELS for snr in SNRS]


def _distribution(channels: int, snr: float) -> Row:
    label = BY_NAME["Left-Cerebral-White-Matter"].id if snr else 0
    sd = BRIGHT / (snr or _SNR_OF_AIR)
    drawn = MRI.draw("T1w", Key(1), PERSON, field_tesla=3.0).model_dump()
    asked = {"snr": BRIGHT / sd, "acquisition": {"coils": {"channels": channels}}}
    settings = MRI.parse({**drawn, **_PLAIN, **asked})
    image = settings.scan(uniform(GRID, label), Key(channels) / f"{snr:g}").volume.data
    law = stats.ncx2(2 * channels, snr**2) if snr else stats.chi2(2 * channels)
    found = stats.kstest((image.double().numpy().ravel() / sd) ** 2, law.cdf)
    where = f"signal {snr:g} times the noise" if snr else "air"
    name = "Rician" if channels == 1 else "non-central chi"
    source = f"{name}, {image.numel():,} voxels, largest distance {found.statistic:.4f}"
    return row(
        f"{channels} channel{'s' * (channels > 1)}, {where}: p", float(found.pvalue), LEAST_P, 1, source
    )
