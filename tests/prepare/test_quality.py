"""Numbers of quality move the way that they should, and doubts follow from them."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from heads import found, head, maps
from mindscan.core.key import Key
from mindscan.core.volume import Volume
from mindscan.prepare import quality
from mindscan.prepare.quality import MEASURES, air_of, doubts, ghosts, measured, overlap, similarity


def numbers(scan: Volume) -> dict[str, float | None]:
    """Of the head of `head`, as another scan shows it."""
    return measured(scan, scan, torch.ones_like(scan.data), found(), maps().affine)


def noisy(sd: float) -> Volume:
    """The head with more noise."""
    scan, _ = head()
    extra = torch.from_numpy((Key(1) / "noise").rng().normal(0, sd, scan.data.shape)).float()
    return Volume((scan.data + extra).abs(), scan.affine)


def test_noise_is_seen_everywhere() -> None:
    good, bad = numbers(head()[0]), numbers(noisy(150.0))
    assert list(good) == list(MEASURES)
    for name in ("snr", "snr_air", "cnr"):
        assert bad[name] < good[name]
    for name in ("cjv", "efc"):
        assert bad[name] > good[name]
    assert good["brain_ml"] == bad["brain_ml"]


def test_copies_of_the_head_along_one_axis_are_seen() -> None:
    scan, _ = head()
    ghosted = Volume(scan.data + 0.1 * scan.data.roll(scan.data.shape[1] // 2, 1), scan.affine)
    plain, doubled = (ghosts(one, air_of(scan)) for one in (scan, ghosted))
    assert plain is not None
    assert doubled is not None
    assert doubled > 1.5 * plain


def test_a_field_of_view_that_cuts_the_brain_is_seen() -> None:
    whole, mask = found().mask, found().mask
    shown = mask.data.nonzero()
    cut = int(shown[:, 2].max()) - 6
    less = Volume(mask.data[:, :, :cut], mask.affine)
    assert overlap(whole, maps().affine)[1] < 0.5
    assert overlap(less, maps().affine)[1] > 2.0
    assert overlap(whole, maps().affine)[0] > 0.9


def test_a_brain_in_the_wrong_place_is_unlike_the_template() -> None:
    off = maps().affine.copy()
    off[:3, 3] += (15.0, 12.0, -9.0)
    assert similarity(head()[0], off) < similarity(head()[0], maps().affine)
    assert overlap(found().mask, off)[0] < 0.9


def test_there_is_nothing_to_say_of_air_that_was_cut_out() -> None:
    scan, _ = head()
    bare = Volume(torch.where(found().mask.data, scan.data, 0.0), scan.affine)
    told = numbers(bare)
    assert told["snr_air"] is None
    assert told["ghosts"] is None
    assert told["snr"] is not None


def test_without_tissues_there_is_no_contrast() -> None:
    scan, _ = head()
    nothing = Volume(torch.zeros_like(found().mask.data), scan.affine)
    bare = replace(found(), grey=nothing, white=nothing)
    told = measured(scan, scan, torch.ones_like(scan.data), bare, maps().affine)
    assert [told[name] for name in ("snr", "snr_air", "cnr", "cjv")] == [None] * 4


@pytest.mark.parametrize("name", MEASURES)
def test_every_number_outside_its_range_raises_one_doubt(name: str) -> None:
    rule = MEASURES[name]
    assert doubts({name: None}, "network", "T1w") == []
    for edge, step in ((rule.low, -0.01), (rule.high, 0.01)):
        if np.isfinite(edge):
            assert doubts({name: edge}, "network", "T1w") == []
            assert doubts({name: edge + step}, "network", "T1w")[0].startswith(rule.doubt)


def test_the_classical_method_is_always_doubtful() -> None:
    assert "classical" in doubts({}, "classical", "T1w")[0]
    assert quality.doubts({}, "network", "T1w") == []


def test_contrast_is_judged_in_t1w_scans_alone() -> None:
    assert doubts({"cnr": 0.1}, "network", "T1w")
    assert doubts({"cnr": 0.1, "cjv": 9.0}, "network", "T2w") == []
