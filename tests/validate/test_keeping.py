import pytest
import torch

from mindscan.imaging import acquire
from mindscan.imaging.acquisition import Acquisition
from mindscan.validate import keeping
from mindscan.validate.heads import small_head


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "CONTRASTS", 3)
    monkeypatch.setattr(keeping, "BENT_CONTRASTS", 2)
    monkeypatch.setattr(keeping, "small_head", lambda: small_head(8.0))


def test_all_artefacts_with_a_strength_are_asked() -> None:
    without = {"readout", "phase", "bandwidth_hz", "slices", "quantisation", "masking"}
    assert set(keeping.NOTHING) == set(Acquisition.model_fields) - without
    assert all(row["holds"] for row in keeping.identity())


def test_the_truth_does_not_depend_on_the_contrast() -> None:
    assert [row["name"] for row in keeping.truth() if not row["holds"]] == []


def test_an_image_that_is_moved_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = acquire.point_spread

    def moved(image: torch.Tensor, mm: float, edges: tuple[float, ...]) -> torch.Tensor:
        blurred = honest(image, mm, edges)
        return blurred + 0.01 * (torch.roll(blurred, 1, 0) - blurred)

    monkeypatch.setattr(acquire, "point_spread", moved)
    *_, place = keeping.truth()
    assert not place["holds"]
    assert place["measured"] == pytest.approx(0.08, rel=0.5)
