"""Strong bias fields of made scans go away, and can be put back."""

import numpy as np
import pytest
import torch

from heads import head
from mindscan.core.brain import Brain
from mindscan.core.volume import Volume
from mindscan.learn.classes import classes_of
from mindscan.prepare import bias


def variation(data: torch.Tensor, brain: Brain) -> float:
    """Standard deviation over mean within cerebral white matter."""
    white = data[torch.isin(brain.labels.data, torch.tensor([2, 41]))]
    return float(white.std() / white.mean())


@pytest.mark.parametrize("preset", ["T1w", "T2w"])
def test_white_matter_becomes_even(preset: str) -> None:
    scan, brain = head(preset)
    mask = Volume(classes_of(brain.labels.data) > 0, scan.affine)
    gain = bias.spread(bias.field_of(scan, mask), scan)
    assert variation(scan.data / gain, brain) < 0.85 * variation(scan.data, brain)


def test_the_field_is_about_one_and_undoes_itself() -> None:
    scan, brain = head()
    mask = Volume(classes_of(brain.labels.data) > 0, scan.affine)
    field = bias.field_of(scan, mask)
    gain = bias.spread(field, scan)
    assert 0.8 < float(gain[mask.data].median()) < 1.25
    assert gain.shape == scan.data.shape
    np.testing.assert_allclose(((scan.data / gain) * gain).numpy(), scan.data.numpy(), rtol=1e-5)


def test_no_field_changes_nothing() -> None:
    scan, _ = head()
    torch.testing.assert_close(bias.spread(bias.no_field(scan), scan), torch.ones_like(scan.data))
