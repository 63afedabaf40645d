import json
from typing import Any

import pytest
import torch

from mindscan.core.brain import Brain
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.labels import LABELS, TISSUES
from mindscan.core.person import Person
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.fields import draw_field
from mindscan.imaging.magnet import BRIGHT, MRI
from mindscan.imaging.noise import add_rician
from mindscan.imaging.presets import MRI_PRESETS, USUAL
from mindscan.imaging.tissues import SUBSTANCES

PERSON = Person(age_years=40, sex="F")
GRID = Grid.centred((24, 24, 24), (1.0, 1.0, 1.5))
T1W = MRI.draw("T1w", Key(1), PERSON)
KINDS = (*USUAL, "random")


def blocks() -> Brain:
    """Cubes of 6 voxels that carry all labels in turn."""
    ids = torch.tensor([label.id for label in LABELS], dtype=torch.int16)
    i, j, k = torch.meshgrid(*[torch.arange(24) // 6] * 3, indexing="ij")
    return Brain.from_labels(Volume(ids[(16 * i + 4 * j + k) % len(ids)], GRID.affine))


def with_shares(brain: Brain) -> Brain:
    """The same head, its hard labels written as shares."""
    fractions = torch.stack([brain.fraction(tissue).data for tissue in TISSUES])
    return Brain(brain.labels, fractions, torch.stack([brain.labels.data] * len(TISSUES)), {})


def test_settings_read_back_unchanged_from_json() -> None:
    for preset in MRI_PRESETS:
        drawn = MRI.draw(preset.name, Key(4), PERSON)
        assert MRI.parse(json.loads(drawn.json_text())) == drawn


def test_settings_are_short() -> None:
    sizes = [len(MRI.draw(suffix, Key(4), PERSON).json_text()) for suffix in USUAL]
    assert sum(sizes) < 5300
    assert len(MRI.draw("random", Key(4), PERSON).json_text()) < 3000


def test_drawing_never_leaves_what_the_sequence_allows() -> None:
    drawn = [MRI.draw(suffix, Key(seed), PERSON) for seed in range(40) for suffix in USUAL]
    assert {settings.field_tesla for settings in drawn} == {1.5, 3.0}
    assert len({settings.snr for settings in drawn}) > len(drawn) - 5


def test_scans_of_one_key_share_the_tissue_and_differ_in_the_rest() -> None:
    t1w, t2w = (MRI.draw(suffix, Key(1), PERSON) for suffix in ("T1w", "T2w"))
    assert t1w.deviations == t2w.deviations
    assert t1w.field_tesla == t2w.field_tesla
    assert t1w.snr != t2w.snr
    assert MRI.draw("T1w", Key(2), PERSON).deviations != t1w.deviations


def test_deviations_are_standard_normal_and_go_together_within_a_brain() -> None:
    heads = [MRI.draw("T1w", Key(seed), PERSON).deviations for seed in range(200)]
    values = torch.tensor([[head["white"][0], head["grey"][0], head["bone"][0]] for head in heads])
    assert set(heads[0]) == {name for name, row in SUBSTANCES.items() if not row.sick}
    assert values.mean(0).abs().max() < 0.25
    assert (values.std(0) - 1).abs().max() < 0.2
    together = torch.corrcoef(values.T)
    assert 0.45 < float(together[0, 1]) < 0.8
    assert abs(float(together[0, 2])) < 0.25


def test_age_reaches_the_deep_nuclei_and_white_matter() -> None:
    old, adult, young = (
        MRI.draw("T2w", Key(1), Person(age_years=age, sex="F")).levels() for age in (72, 40, 8)
    )
    assert old["Pallidum"][0] < 0.8 * young["Pallidum"][0]
    assert old["Cerebral-White-Matter"] == young["Cerebral-White-Matter"]
    assert adult["Cerebral-White-Matter"][0] < young["Cerebral-White-Matter"][0]
    assert old["Cerebral-Cortex"] == adult["Cerebral-Cortex"] == young["Cerebral-Cortex"]


@pytest.mark.parametrize("suffix", KINDS)
def test_the_brighter_of_grey_and_white_matter_lies_at_the_scale(suffix: str) -> None:
    levels = MRI.draw(suffix, Key(1), PERSON).levels()
    assert max(levels[name][0] for name in ("Cerebral-White-Matter", "Cerebral-Cortex")) == pytest.approx(
        BRIGHT
    )


def test_random_contrast_keeps_the_ratio_of_its_levels() -> None:
    settings = MRI.draw("random", Key(1), PERSON)
    raw, scaled = settings.sequence.levels, settings.levels()  # type: ignore[union-attr]
    gains = {round(scaled[name][n] / raw[name][n], 6) for name in raw for n in (0, 1)}
    assert len(gains) == 1


def test_bias_texture_and_noise_are_drawn_from_streams_of_their_name() -> None:
    key, cpu = Key(5), torch.device("cpu")
    plain = {**T1W.model_dump(), "bias_sd": 0.0, "texture_sd": 0.0, "psf_fwhm_mm": 0.0, "snr": 1e6}
    brain = Brain.from_labels(Volume(torch.full(GRID.shape, 2), GRID.affine))

    def image(**changes: float) -> torch.Tensor:
        return MRI.parse({**plain, **changes}).scan(brain, key).volume.data / BRIGHT

    everywhere = slice(0, GRID.shape[0])
    bias = draw_field(GRID, 0.1, 60.0, key / "bias", cpu, centred=True).slab(everywhere).exp()
    texture = 1 + 0.1 * draw_field(GRID, 1.0, 3.0, key / "texture", cpu).slab(everywhere)
    noise = add_rician(torch.ones(GRID.shape), 0.1, key / "noise")
    close = {"rtol": 1e-4, "atol": 1e-4}
    torch.testing.assert_close(image(bias_sd=0.1, bias_mm=60.0), bias, **close)
    torch.testing.assert_close(image(texture_sd=0.1, texture_mm=3.0), texture, **close)
    torch.testing.assert_close(image(snr=10.0), noise, **close)


@pytest.mark.parametrize("suffix", KINDS)
def test_an_image_is_finite_float32_and_not_negative(suffix: str) -> None:
    image = MRI.draw(suffix, Key(1), PERSON).scan(blocks(), Key(2)).volume
    assert image.data.dtype == torch.float32
    assert image.data.shape == GRID.shape
    assert bool(image.data.isfinite().all())
    assert float(image.data.min()) >= 0
    assert (image.affine == GRID.affine).all()


def test_hard_labels_and_whole_shares_give_the_same_image() -> None:
    brain = blocks()
    one, other = (T1W.scan(head, Key(2)).volume.data for head in (brain, with_shares(brain)))
    torch.testing.assert_close(one, other)


def test_the_same_key_gives_the_same_bits() -> None:
    one, again, other = (T1W.scan(blocks(), Key(seed)).volume.data for seed in (2, 2, 3))
    assert one.equal(again)
    assert not one.equal(other)


def test_the_sidecar_says_it_all_in_bids_units() -> None:
    said = T1W.metadata()
    assert said["MagneticFieldStrength"] in (1.5, 3.0)
    assert said["MRAcquisitionType"] == "3D"
    assert said["Synthetic"] is True
    assert 1 < said["RepetitionTime"] < 3
    assert MRI.parse(json.loads(json.dumps(said))["MindscanSettings"]) == T1W


@pytest.mark.parametrize(
    "change",
    [
        {"snr": -3},
        {"snr": 0},
        {"psf_fwhm_mm": -1},
        {"bias_sd": -0.1},
        {"bias_mm": 0},
        {"texture_mm": 0},
        {"field_tesla": 2.9},
        {"suffix": "T1 w"},
        {"deviations": {"gray": (0, 0, 0)}},
        {"deviations": {"grey": (0, 0, 99)}},
        {"sequence": {"kind": "epi", "tr_ms": 3}},
        {"snrr": 30},
    ],
)
def test_impossible_settings_are_refused_in_one_line(change: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="expected") as caught:
        MRI.parse({**T1W.model_dump(), **change})
    assert "\n" not in str(caught.value)
    assert next(iter(change)) in str(caught.value)


@pytest.mark.parametrize("name", ["SWI-3T", "SWI-3T-phase", "T1map-3T"])
def test_artefacts_of_what_is_no_plain_magnitude_are_refused(name: str) -> None:
    clean = MRI.draw(name, Key(1), PERSON).model_dump()
    with pytest.raises(SettingsError, match="an acquisition of magnitudes only"):
        MRI.parse({**clean, "acquisition": {"motion": {"translation_mm": 3}}})


def test_scans_with_voxels_of_their_own_bring_their_labels() -> None:
    brain = blocks()
    assert T1W.scan(brain, Key(1)).brain is None
    assert T1W.grid(GRID) is GRID
    thick = MRI.draw("FLAIR-3T-axial-5mm", Key(1), PERSON)
    assert thick.scan(brain, Key(1)).brain is brain
    assert thick.grid(GRID).voxel_mm == pytest.approx((0.9, 0.9, 5.0))


def test_voxels_of_no_size_are_refused() -> None:
    affine = GRID.affine.copy()
    affine[:, 1] = 0
    with pytest.raises(SettingsError, match="voxel size 0 mm along j"):
        T1W.scan(Brain.from_labels(Volume(blocks().labels.data, affine)), Key(1))
