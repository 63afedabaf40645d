"""What every member of the slot `Condition` must do."""

import re
from functools import cache

import numpy as np
import pytest
import torch

from mindscan.anatomy import anatomy, build, conditions
from mindscan.anatomy.conditions import CONDITIONS, PROGRESSIONS, described
from mindscan.anatomy.lesions import takes
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import Recipe
from mindscan.cohort.recipe import draw as draw_recipe
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID, structure_of
from mindscan.core.parcels import PARCELS
from mindscan.core.person import Person
from mindscan.core.volume import Grid
from mindscan.dataset.lesion_columns import CONDITION_COLUMNS
from surveys import survey

PERSON = Person(age_years=70, sex="F")
each = pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.name)
OUTSIDE = ("subdural-haematoma", "epidural-haematoma", "meningioma")
"""What grows between skull and brain, in stretched fluid."""
BATHED = ("subarachnoid-haemorrhage", "intraventricular-haemorrhage")
"""What takes the place of fluid, and flows around the arteries in it."""
SPARED = ("Ventricle", "Vent", "CSF", "vessel", "Artery", "Dura", "Skull", "Unknown", "choroid-plexus")
IN_FLUID = ("Arachnoid-Cyst", "CSF")
"""A lesion that lies in fluid by nature, and that fluid."""


@cache
def healthy() -> anatomy.Anatomy:
    return anatomy.draw(Key(4), PERSON)


@cache
def head(name: str) -> build.Model:
    illness = conditions.draw(name, Key(4) / "conditions", PERSON, 0.6)
    return build.model(healthy(), Key(4), illnesses=(illness,))


def around(model: build.Model, edge_mm: float, step_mm: float = 2) -> Grid:
    """A small grid around the first lesion."""
    low, high = (np.array(corner) for corner in model.lesions[0].level.box())
    back = np.linalg.inv(model.to_template)
    middle = back[:3, :3] @ ((low + high) / 2) + back[:3, 3]
    x, y, z = (float(round(a)) for a in middle)
    return Grid.centred((int(edge_mm / step_mm),) * 3, (step_mm,) * 3, (x, y, z))


@each
def test_it_says_what_it_is(condition) -> None:
    assert re.fullmatch("[a-z]+(-[a-z]+)*", condition.name)
    assert condition.about
    assert "\n" not in condition.about
    assert condition.sources
    assert all("doi:10." in source for source in condition.sources)
    told = described(condition.record)
    assert set(condition.record.model_fields) - {"condition"} == set(told)


@each
def test_draws_repeat_and_are_records_that_read_back(condition) -> None:
    for severity in (0.01, 0.5, 1.0):
        first = conditions.draw(condition.name, Key(1), PERSON, severity)
        assert first == conditions.draw(condition.name, Key(1), PERSON, severity)
        assert first != conditions.draw(condition.name, Key(2), PERSON, severity)
        assert condition.record.parse(first.model_dump(mode="json")) == first
        assert first.condition == condition.name
        assert set(condition.columns(first)) <= set(CONDITION_COLUMNS)
        assert condition.columns(first)
        loads = condition.loads(first)
        assert not loads or [load.parcel for load in loads] == [parcel.id for parcel in PARCELS]
        assert all(0 <= value <= 1 for load in loads for value in load[1:])


@each
@pytest.mark.parametrize("severity", [0.0, 1.1])
def test_no_severity_but_above_0_to_1(condition, severity: float) -> None:
    with pytest.raises(SettingsError, match="severity"):
        conditions.draw(condition.name, Key(1), PERSON, severity)


@each
def test_lesions_hold_what_is_asked_and_stay_in_their_tissue(condition) -> None:
    model = head(condition.name)
    if not model.lesions:
        assert not condition.lesions.__qualname__.startswith(type(condition).__name__)
        return
    brain = build.painted(model, around(model, 70), dense=False)
    assert brain.fractions is not None
    assert brain.owners is not None
    assert brain.lesions is not None
    assert float((brain.fractions.sum(0) - 1).abs().max()) < 1e-5
    assert brain.lesions.rows[0].volume_ml > 0
    rows = [row for row in brain.lesions.rows if row.volume_ml]
    assert all(row.structure for row in rows)
    assert condition.name in (*OUTSIDE, *BATHED) or not any(in_spared(row) for row in rows)
    lesion = model.lesions[0]
    if condition.name in BATHED:
        brain = build.painted(model, around(model, 180, 3), dense=False)
        assert brain.lesions is not None
        assert brain.lesions.rows[0].volume_ml == pytest.approx(lesion.ml, rel=0.03)
        return
    xyz = lesion.level.nodes()
    offset = torch.tensor([0.31, -0.23, 0.11]) * lesion.level.step_mm
    canvas = model.paint(xyz + offset)
    found = [each for each in takes(model.lesions, xyz + offset, canvas) if each.number == 0]
    ml = sum(float(each.part.sum()) for each in found) * (lesion.level.step_mm * model.scale) ** 3 / 1000
    assert ml == pytest.approx(lesion.ml, rel=0.02 if lesion.ml > 2 else 0.12)


@each
def test_lesions_have_names_and_start_to_go_on_from_where_they_are(condition) -> None:
    params = conditions.draw(condition.name, Key(4) / "conditions", PERSON, 0.6)
    way = condition.progression(Key(5), params)
    assert (way is None) == (condition.name not in PROGRESSIONS)
    if way is None:
        return
    assert type(way) is PROGRESSIONS[condition.name]
    assert type(way).parse(way.model_dump(mode="json")) == way
    assert way == condition.progression(Key(5), params)
    assert set(type(way).model_fields) - {"condition"} == set(described(type(way)))
    first = condition.lesions(params, Key(4), survey())
    still = condition.later(params, way, 0.0, Key(4), survey())
    names = [lesion.name for lesion in first]
    assert all(names)
    assert len(set(names)) == len(names)
    assert [lesion.name for lesion in still] == names
    assert [lesion.label for lesion in still] == [lesion.label for lesion in first]
    assert [lesion.ml for lesion in still] == pytest.approx([lesion.ml for lesion in first], rel=1e-3)


def in_spared(row) -> bool:
    """Whether a lesion lies where none may lie; only a cyst lies outside of the brain."""
    return any(word in row.structure for word in SPARED) and (row.label, row.structure) != IN_FLUID


def test_foci_change_no_voxel_outside_them() -> None:
    sick = head("white-matter-hyperintensities")
    well = build.model(healthy(), Key(4))
    grid = around(sick, 70)
    one, other = (build.painted(model, grid, dense=False) for model in (well, sick))
    assert one.fractions is not None
    assert other.fractions is not None
    touched = other.fractions[1] != one.fractions[1]
    assert 0 < int(touched.sum()) < touched.numel() / 3
    assert torch.equal(one.fractions[:, ~touched], other.fractions[:, ~touched])
    assert torch.equal(one.labels.data[~touched], other.labels.data[~touched])
    changed = one.labels.data != other.labels.data
    assert other.owners is not None
    largest = other.fractions.argmax(0, keepdim=True)
    assert torch.equal(other.labels.data[changed], other.owners.gather(0, largest)[0][changed])
    new = other.labels.data[changed].tolist()
    assert sum(BY_ID[i].lesion for i in new) > 0.8 * len(new)


def test_the_streams_of_the_healthy_head_are_left_alone() -> None:
    plan = Plan()
    ill = Plan.parse({"conditions": [{"name": "mci", "severity": 1}]})
    one, other = draw_recipe(plan, 3, "0001"), draw_recipe(ill, 3, "0001")
    assert one.anatomy == other.anatomy
    assert '"conditions"' not in one.json_text()
    assert other.person.diagnosis == "mci"
    assert Recipe.parse(other.model_dump(mode="json")) == other


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match="did you mean 'glioma'"):
        conditions.find("gliom")
    assert structure_of(BY_ID[78]) == "WM-hypointensities"
