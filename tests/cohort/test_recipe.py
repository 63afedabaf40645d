"""Drawing a recipe, and making what it says."""

import functools
import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cohort.small import GRID, ONE_SCAN, SMALL
from mindscan.anatomy import build
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import Recipe, draw, make, subject_id
from mindscan.core.errors import FileError, SettingsError
from mindscan.core.labels import BY_ID, BY_NAME
from mindscan.core.scan import Subject

SUFFIXES = ("T1w", "T2w", "PDw", "FLAIR", "random")
DEEP = ("Thalamus", "Caudate", "Putamen", "Pallidum", "Hippocampus", "Amygdala", "Accumbens-area")
seeds = st.integers(0, 2**63 - 1)

Leaves = dict[tuple[str, ...], Any]


def leaves(data: Any, path: tuple[str, ...] = ()) -> Leaves:
    """Every value of nested data by its path."""
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, tuple) else ()
    found = {p: v for name, part in parts for p, v in leaves(part, (*path, str(name))).items()}
    return found or {path: data}


def changed(one: Recipe, other: Recipe) -> set[tuple[str, ...]]:
    """Paths of the values in which two recipes differ."""
    a, b = leaves(one.model_dump()), leaves(other.model_dump())
    return {path for path in {*a, *b} if a.get(path) != b.get(path)}


def planned(**changes: Any) -> Plan:
    return Plan.parse({"grid": GRID, **changes})


def same(one: Subject, other: Subject) -> bool:
    """Whether two subjects are equal bit for bit."""
    assert one.brain is not None
    assert other.brain is not None
    pairs = [(a.volume.data, b.volume.data) for a, b in zip(one.scans, other.scans, strict=True)]
    pairs.append((one.brain.labels.data, other.brain.labels.data))
    return all(torch.equal(a, b) for a, b in pairs) and one.brain.landmarks == other.brain.landmarks


@given(seeds, st.integers(1, 9999))
def test_the_same_names_give_the_same_recipe_and_it_reads_back(seed: int, number: int) -> None:
    recipe = draw(SMALL, seed, subject_id(number))
    assert recipe == draw(SMALL, seed, subject_id(number))
    again = Recipe.parse(json.loads(recipe.json_text()))
    assert again == recipe
    assert again.digest == recipe.digest


@given(seeds)
def test_recipes_stay_small(seed: int) -> None:
    plan = planned(scans=[{"preset": suffix} for suffix in SUFFIXES])
    assert len(draw(plan, seed, "0001").json_text().encode()) < 15_000


def moved(value: Any) -> Any:
    """A little more of a parameter, as a plan asks for it."""
    if not isinstance(value, tuple):
        return value * 1.001 + 2e-4
    return [{"fixed": moved(part)} for part in value]


@given(seeds, st.data())
def test_one_parameter_of_the_head_changes_nothing_else(seed: int, data: st.DataObject) -> None:
    usual = draw(SMALL, seed, "0001")
    part = data.draw(st.sampled_from(sorted(set(usual.anatomy.model_dump()) - {"base", "places"})))
    sizes = getattr(usual.anatomy, part).model_dump()
    name = data.draw(st.sampled_from(sorted(set(sizes) - {"icv_ml"})))
    other = draw(planned(anatomy={part: {name: moved(sizes[name])}}), seed, "0001")
    differing = changed(usual, other)
    assert differing
    assert {path[:3] for path in differing} == {("anatomy", part, name)}


@given(seeds)
def test_a_larger_head_holds_larger_parts(seed: int) -> None:
    usual = draw(SMALL, seed, "0001")
    larger = draw(planned(anatomy={"head": {"icv_ml": 1.1 * usual.anatomy.head.icv_ml}}), seed, "0001")
    assert larger.anatomy.warp == usual.anatomy.warp
    assert larger.anatomy.cerebrum.thickness_mm == pytest.approx(
        usual.anatomy.cerebrum.thickness_mm, rel=0.01
    )
    assert larger.scans == usual.scans
    for before, after in (
        (usual.anatomy.cerebrum.white_ml, larger.anatomy.cerebrum.white_ml),
        (usual.anatomy.ventricles.third_ml, larger.anatomy.ventricles.third_ml),
        (usual.anatomy.deep_grey_ml.hippocampus[0], larger.anatomy.deep_grey_ml.hippocampus[0]),
    ):
        assert 1.03 < after / before < 1.2


@given(seeds)
def test_a_field_strength_brings_its_own_sequence(seed: int) -> None:
    scans = [{"preset": "T1w", "settings": {"field_tesla": tesla}} for tesla in (1.5, 3)]
    low, high = draw(planned(scans=scans), seed, "0001").scans
    assert (low.field_tesla, high.field_tesla) == (1.5, 3)
    assert low.sequence.readouts == 128
    assert high.sequence.readouts == 208
    assert low.deviations == high.deviations


@given(seeds, st.sampled_from(["bias_sd", "bias_mm", "psf_fwhm_mm", "texture_sd", "texture_mm", "snr"]))
def test_one_setting_of_a_scan_changes_nothing_else(seed: int, name: str) -> None:
    usual = draw(SMALL, seed, "0001")
    value = getattr(usual.scans[1], name) * 1.001
    plan = planned(scans=[{"preset": "T1w"}, {"preset": "T2w", "settings": {name: value}}])
    assert changed(usual, draw(plan, seed, "0001")) == {("scans", "1", name)}


@given(seeds, st.permutations(SUFFIXES), st.integers(0, len(SUFFIXES)))
def test_scans_do_not_see_each_other(seed: int, order: list[str], count: int) -> None:
    recipe = draw(planned(scans=[{"preset": suffix} for suffix in SUFFIXES]), seed, "0001")
    usual = {settings.suffix: settings for settings in recipe.scans}
    fewer = draw(planned(scans=[{"preset": suffix} for suffix in order[: max(count, 1)]]), seed, "0001")
    assert all(settings == usual[settings.suffix] for settings in fewer.scans)
    assert fewer.anatomy == recipe.anatomy
    assert fewer.person == recipe.person


def test_a_second_scan_of_a_kind_is_another_one() -> None:
    first, second = draw(planned(scans=[{"preset": "T1w"}] * 2), 1, "0001").scans
    assert first.snr != second.snr
    assert (first.field_tesla, first.deviations) == (second.field_tesla, second.deviations)
    assert first == draw(ONE_SCAN, 1, "0001").scans[0]


@given(seeds)
def test_the_grid_changes_nothing_but_the_grid(seed: int) -> None:
    other = Plan.parse({"grid": {"voxel_mm": [1, 2, 3]}})
    assert {path[0] for path in changed(draw(SMALL, seed, "0001"), draw(other, seed, "0001"))} == {"grid"}


def test_age_moves_everybody_alike() -> None:
    """Two people of one sex keep their distance from the norm when both grow old."""
    young, old = (planned(people={"age_years": age, "sex": "F"}) for age in (30, 70))
    moves = []
    for subject in ("0001", "0002"):
        a, b = (draw(plan, 5, subject).anatomy for plan in (young, old))
        assert a.head == b.head
        assert a.warp == b.warp
        moves.append(math.log(b.cerebrum.cortex_ml / a.cerebrum.cortex_ml))
    assert moves[0] == pytest.approx(moves[1], abs=1e-4)
    assert moves[0] < -0.02


@given(seeds)
def test_traits_of_a_person_are_drawn_apart(seed: int) -> None:
    usual = draw(SMALL, seed, "0001")
    planned_people = {"handedness": "A", "icv_ml": {"fixed": 1400}}
    other = draw(planned(people=planned_people), seed, "0001")
    assert usual.person.handedness in ("L", "R")
    assert (other.person.handedness, other.person.icv_ml, other.anatomy.head.icv_ml) == ("A", 1400, 1400)
    assert (other.person.age_years, other.person.sex) == (usual.person.age_years, usual.person.sex)
    assert other.anatomy.warp == usual.anatomy.warp


def test_one_in_ten_is_left_handed() -> None:
    hands = [draw(SMALL, 1, subject_id(n)).person.handedness for n in range(1, 400)]
    assert 0.06 < hands.count("L") / len(hands) < 0.15


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_impossible_seeds(seed: int) -> None:
    with pytest.raises(SettingsError, match=f"^seed {seed}; expected a whole number from 0"):
        draw(SMALL, seed, "0001")


def test_settings_that_do_not_go_together_name_the_scan() -> None:
    plan = planned(scans=[{"preset": "T1w", "settings": {"sequence": {"ti_ms": 9000}}}])
    with pytest.raises(SettingsError, match=r"^scans.0.settings: sequence.mprage = .* expected a train"):
        draw(plan, 1, "0001")


@functools.cache
def somebody() -> Subject:
    """Made on one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    made = make(draw(SMALL, 1, "0001"))
    torch.set_num_threads(before)
    return made


def test_the_number_of_threads_does_not_matter() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    assert same(somebody(), make(draw(SMALL, 1, "0001")))
    assert torch.get_num_threads() == 4
    torch.set_num_threads(before)
    assert not same(somebody(), make(draw(SMALL, 2, "0001")))


def test_a_scan_looks_the_same_whatever_else_is_scanned() -> None:
    alone, both = make(draw(ONE_SCAN, 1, "0001")), somebody()
    assert len(both.scans) == 2
    assert torch.equal(alone.scans[0].volume.data, both.scans[0].volume.data)


def brain_of(recipe: Recipe) -> tuple[torch.Tensor, torch.Tensor]:
    """Labels, and the share of the largest tissue in each voxel."""
    brain = build.make(recipe.anatomy, recipe.grid.grid(), recipe.key / "anatomy", dense=False)
    assert brain.fractions is not None
    return brain.labels.data, brain.fractions.amax(0)


def test_editing_one_part_leaves_the_noise_of_the_others() -> None:
    """A coarse slab through the whole head: other structures keep every voxel that is all theirs."""
    slab = {"voxel_mm": 4, "field_of_view_mm": [184, 8, 208]}
    recipe = draw(Plan.parse({"grid": slab}), 3, "0001")
    before, share = brain_of(recipe)
    deep = [BY_NAME[f"{side}-{name}"].id for side in ("Left", "Right") for name in DEEP]
    edits: dict[tuple[str, str], list[int]] = {
        ("cerebrum", "spacing_mm"): [*deep, 165, 258, 4, 43],
        ("scalp", "scalp_mm"): [
            i for i, label in BY_ID.items() if label.tissue in ("bone", "CSF", "GM", "WM")
        ],
    }
    for (part, name), kept in edits.items():
        data = recipe.model_dump()
        data["anatomy"][part][name] *= 1.5
        after, _ = brain_of(Recipe.parse(data))
        moved = before != after
        whole = torch.isin(before, torch.tensor(kept, dtype=before.dtype)) & (share > 0.999)
        assert whole.sum() > 100
        assert not (moved & whole).any()
        assert moved.any()
    data = recipe.model_dump()
    data["anatomy"]["deep_grey_ml"]["hippocampus"] = (1.5, 5.5)
    heads = [build.model(r.anatomy, r.key / "anatomy") for r in (recipe, Recipe.parse(data))]
    assert torch.equal(*(head.displacement.data for head in heads))


def damaged(change: Any) -> str:
    data = json.loads(draw(SMALL, 1, "0001").json_text())
    change(data)
    return json.dumps(data)


FLAT = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected valid JSON; repair or replace"),
        (damaged(lambda d: None)[:700], "expected valid JSON; repair or replace"),
        ("[]", r"record = \[\]; expected a valid dictionary"),
        ("{}", "field 'seed' is missing"),
        (damaged(lambda d: d.pop("anatomy")), "field 'anatomy' is missing"),
        (damaged(lambda d: d["person"].update(age_years=300)), "person.age_years = 300; expected less than"),
        (
            damaged(lambda d: d["anatomy"]["head"].update(icvml=3)),
            "unknown field 'anatomy.head.icvml'",
        ),
        (damaged(lambda d: d["anatomy"]["head"].pop("icv_ml")), "field 'anatomy.head.icv_ml' is missing"),
        (
            damaged(lambda d: d["scans"][0].update(field_tesla=4)),
            "scans.0.mri.field_tesla = 4; expected one of 0.064",
        ),
        (damaged(lambda d: d.update(version="2")), "version = \"2\"; expected '1'"),
        (damaged(lambda d: d.update(seed=-1)), "seed = -1; expected greater than"),
        (damaged(lambda d: d.update(subject="../up")), 'subject = "../up"; expected'),
        (damaged(lambda d: d["grid"].update(shape=[0, 1, 1])), "grid.shape.0 = 0; expected greater than"),
        (
            damaged(lambda d: d["grid"].update(affine=FLAT)),
            "grid = .*; expected an affine with voxels",
        ),
    ],
)
def test_damaged_recipes_are_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "recipe.json"
    path.write_text(text)
    with pytest.raises((SettingsError, FileError), match=message) as caught:
        Recipe.read(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_preset_with_voxels_of_its_own_is_made_on_them_with_its_labels() -> None:
    plan = planned(scans=[{"preset": name} for name in ("T1w-SE-1.5T", "FLAIR-3T-axial-5mm")])
    recipe = Recipe.parse(json.loads(draw(plan, 1, "0001").json_text()))
    subject, again = make(recipe, dense=False), make(recipe, dense=False)
    assert same(subject, again)
    plain, thick = subject.scans
    assert subject.brain is not None
    assert plain.brain is None
    assert plain.volume.data.shape == subject.brain.labels.data.shape
    assert thick.brain is not None
    assert thick.volume.grid.voxel_mm == pytest.approx((0.9, 0.9, 5.0))
    assert thick.brain.labels.data.shape == thick.volume.data.shape == (53, 53, 10)
    assert (thick.acq, thick.suffix) == ("3taxial5mm", "FLAIR")
    middle = [
        grid.affine @ [*(n - 1 for n in grid.shape), 2] / 2 for grid in (plain.volume.grid, thick.volume.grid)
    ]
    assert middle[0][:3] == pytest.approx(middle[1][:3])


def test_a_scan_with_a_grid_of_its_own_shows_the_same_head_there() -> None:
    settings = {"pixel_mm": 5.0, "slice_mm": 10.0, "length_mm": 40.0, "field_mm": 200.0}
    plan = planned(scans=[{"preset": "T1w"}, {"preset": "CT", "settings": settings}])
    recipe = draw(plan, 5, "0001")
    assert Recipe.parse(json.loads(recipe.json_text())) == recipe
    subject = make(recipe, dense=False)
    t1w, ct = subject.scans
    assert t1w.brain is None
    assert ct.brain is not None
    assert ct.volume.data.shape == ct.brain.labels.data.shape == (40, 40, 4)
    assert ct.brain.landmarks == subject.brain.landmarks
    white = ct.brain.fraction("WM").data > 0.95
    assert float(ct.volume.data[white].median()) == pytest.approx(28, abs=6)
