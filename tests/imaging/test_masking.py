import pytest
import torch

from imaging.heads import ball
from mindscan.imaging.masking import Masking, kept_mask


def test_the_brain_and_the_fluid_between_are_kept_and_no_more() -> None:
    head = ball()
    kept = kept_mask(Masking(keep="brain", margin_mm=6), head)
    labels = head.labels.data
    assert bool(kept[(labels == 2) | (labels == 3)].all())
    assert not bool(kept[(labels == 125) | (labels == 165) | (labels == 0)].any())
    assert 0 <= float(kept[labels == 24].float().mean()) < 0.5


def test_no_margin_keeps_tissue_alone() -> None:
    head = ball()
    kept = kept_mask(Masking(keep="brain", margin_mm=0), head)
    assert torch.equal(kept, (head.labels.data == 2) | (head.labels.data == 3))


def test_the_face_goes_and_everything_near_the_brain_stays() -> None:
    head = ball()
    kept = kept_mask(Masking(keep="defaced", margin_mm=4), head)
    labels = head.labels.data
    assert bool(kept[(labels == 2) | (labels == 3) | (labels == 24)].all())
    assert not bool(kept[:, -1, 0].any())
    assert bool(kept[:, 0].all())
    assert bool(kept[:, :, -1].all())


@pytest.mark.parametrize("change", [{"keep": "face"}, {"margin_mm": -1}])
def test_impossible_settings_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(Exception, match=next(iter(change))):
        Masking.parse(change)
