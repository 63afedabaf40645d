import pytest
import torch

from mindscan.core.volume import Grid
from mindscan.imaging import magnet
from mindscan.imaging.acquire import View
from mindscan.validate import noise


def test_every_law_is_met() -> None:
    rows = noise.distributions()
    assert len(rows) == len(noise.CHANNELS) * len(noise.SNRS)
    assert [row["name"] for row in rows if not row["holds"]] == []


def test_noise_of_another_law_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def normal(asked: object, view: View, fat: object, physics: magnet.Physics, key: magnet.Key) -> View:
        image = torch.randn(view.signal.shape, generator=key.generator()) * physics.noise_sd
        return View((view.signal + image).abs(), view.brain)

    monkeypatch.setattr(magnet, "acquire", normal)
    monkeypatch.setattr(noise, "GRID", Grid.centred((32, 32, 32), (2.0, 2.0, 2.0)))
    assert not any(row["holds"] for row in noise.distributions())
