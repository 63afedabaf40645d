import re

import pytest

from house.source import ROOT
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.record import records_in
from mindscan.imaging.magnet import MRI
from mindscan.imaging.presets import MRI_PRESETS, USUAL, Preset, find, preset_row, usual
from mindscan.imaging.sequences import Sequence, line
from mindscan.imaging.tissues import FIELDS_TESLA, relaxation

PERSON = Person(age_years=40, sex="F")
NAMES = [preset.name for preset in MRI_PRESETS]
EXACT = [preset for preset in MRI_PRESETS if preset.field_tesla is not None]


def test_every_image_has_a_name_of_its_own_on_disk() -> None:
    drawn = [MRI.draw(name, Key(1), PERSON) for name in NAMES]
    assert len({(settings.suffix, settings.acq, settings.part) for settings in drawn}) == len(NAMES)


def test_short_names_are_the_usual_scans_and_say_no_more() -> None:
    short = [preset for preset in MRI_PRESETS if preset.field_tesla is None]
    assert [preset.name for preset in short] == [*USUAL, "random"]
    assert all(preset.name == preset.suffix and preset.acq == "" for preset in short)


@pytest.mark.parametrize("row", EXACT, ids=lambda row: row.name)
def test_an_exact_preset_plays_what_it_says(row: Preset) -> None:
    assert find(row.name, MRI_PRESETS) is row
    one, other = (MRI.draw(row.name, Key(seed), PERSON) for seed in (1, 2))
    assert one.sequence == other.sequence == row.settings["sequence"]
    assert one.field_tesla == other.field_tesla == row.field_tesla
    assert one.voxel_mm == row.voxel_mm
    assert one.deviations != other.deviations
    assert f"{row.field_tesla:g}T" in row.name
    assert preset_row(row)[4] == line(row.settings["sequence"])


@pytest.mark.parametrize("field", FIELDS_TESLA)
@pytest.mark.parametrize("suffix", USUAL)
def test_every_usual_sequence_gives_signal_at_every_field(suffix: str, field: float) -> None:
    signal = usual(suffix, field).signal(relaxation(field, 40, {}))
    assert bool(signal.isfinite().all())
    assert float(signal.abs().max()) > 0.02


@pytest.mark.parametrize("field", FIELDS_TESLA)
@pytest.mark.parametrize("suffix", USUAL)
def test_usual_scans_can_be_drawn_at_every_field(suffix: str, field: float) -> None:
    for seed in range(5):
        settings = MRI.draw(suffix, Key(seed), PERSON, field_tesla=field)
        assert type(settings.sequence) is type(usual(suffix, field))


def test_contrast_agent_brightens_what_takes_it_up() -> None:
    plain, enhanced = (
        MRI.draw(name, Key(1), PERSON).levels() for name in ("T1w-MPRAGE-3T", "T1w-MPRAGE-3T-gadolinium")
    )
    for name in ("Vein", "Dura", "choroid-plexus"):
        assert enhanced[name][0] > 1.4 * plain[name][0]
    for name in ("Cerebral-White-Matter", "Cerebral-Cortex", "CSF", "Adipose"):
        assert enhanced[name][0] == pytest.approx(plain[name][0])


def test_noise_of_portable_scanners_is_their_own() -> None:
    for seed in range(5):
        assert 12 <= MRI.draw("T1w-lowfield-0.064T", Key(seed), PERSON).snr <= 20
        assert MRI.draw("T1w-MPRAGE-3T", Key(seed), PERSON).snr >= 25


@pytest.mark.parametrize(("suffix", "field"), [("T3w", 3.0), ("T1w", 4.0)])
def test_unknown_usual_sequences_are_refused(suffix: str, field: float) -> None:
    with pytest.raises(SettingsError, match="expected"):
        usual(suffix, field)


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match="did you mean 'FLAIR-3T'") as caught:
        find("FLAIR-3", MRI_PRESETS)
    assert "\n" not in str(caught.value)


def test_the_page_lists_every_preset_and_every_kind_of_sequence() -> None:
    page = (ROOT / "docs" / "imaging.md").read_text("utf-8")
    cells = [
        tuple(cell.strip(" `") for cell in row.split(" | ")) for row in page.splitlines() if row[:3] == "| `"
    ]
    told = {row[0].lstrip("| `"): (*row[1:-1], row[-1].rstrip("| ")) for row in cells}
    for name, *words in map(preset_row, MRI_PRESETS):
        assert told[name] == tuple(words)
    for kind in records_in(Sequence):
        fields = told[str(kind.model_fields["kind"].default)][-1]
        assert re.findall("[a-z0-9_]+", fields) == [field for field in kind.model_fields if field != "kind"]
    names = {preset.name for preset in MRI_PRESETS}
    assert set(told) == names | {str(kind.model_fields["kind"].default) for kind in records_in(Sequence)}
