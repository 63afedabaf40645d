"""What a plan takes and what it refuses."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mindscan.cohort.plan import GridPlan, Plan
from mindscan.cohort.recipe import draw
from mindscan.core.errors import FileError, SettingsError
from mindscan.core.key import Key
from mindscan.core.person import Person

SCAN = {"preset": "T1w"}


def test_nothing_at_all_is_the_default_plan() -> None:
    assert Plan.parse({}) == Plan()
    assert [scan.preset for scan in Plan().scans] == ["T1w", "T2w"]
    assert Plan().grid.grid().shape == (176, 224, 208)


def test_one_number_for_all_axes() -> None:
    plan = Plan.parse({"grid": {"voxel_mm": 2, "field_of_view_mm": 48}})
    assert plan == Plan.parse({"grid": {"voxel_mm": [2, 2, 2], "field_of_view_mm": [48, 48, 48]}})


def test_grid_is_rounded_and_centred() -> None:
    plan = GridPlan(voxel_mm=(1.0, 3.0, 20.0), field_of_view_mm=(10.4, 10, 8), centre_mm=(1, 2, 3))
    grid = plan.grid()
    assert grid.shape == (10, 3, 1)
    assert grid.affine[:3, 3].tolist() == [1 - 4.5, 2 - 3.0, 3.0]


def test_a_fixed_age_is_drawn_as_it_is() -> None:
    assert Plan.parse({"people": {"age_years": 70}}).people.age_years.draw(Key(1)) == 70


def test_reads_toml_and_json_alike(tmp_path: Path) -> None:
    data = {"people": {"sex": "F"}, "anatomy": {"head": {"icv_ml": [1300, 1500]}}, "scans": [SCAN]}
    text = '[people]\nsex = "F"\n[anatomy.head]\nicv_ml = [1300, 1500]\n[[scans]]\npreset = "T1w"\n'
    (tmp_path / "plan.toml").write_text(text)
    (tmp_path / "plan.json").write_text(json.dumps(data))
    assert Plan.read(tmp_path / "plan.toml") == Plan.read(tmp_path / "plan.json") == Plan.parse(data)


def test_json_reads_back() -> None:
    settings = {"snr": [20, 30], "sequence": {"flip_deg": {"normal": [8, 0.5]}}}
    anatomy = {"deep_grey_ml": {"hippocampus": [[3, 4], 5]}}
    plan = Plan.parse({"scans": [{**SCAN, "settings": settings}], "anatomy": anatomy})
    assert Plan.parse(json.loads(plan.json_text())) == plan


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"peeple": {}}, "unknown field 'peeple'.* did you mean 'people'"),
        (
            {"people": {"age_year": 3}},
            "unknown field 'people.age_year'; expected one of age_years, handedness, icv_ml, sex",
        ),
        ({"people": {"handedness": "left"}}, 'people.handedness = "left"; expected "L", "R", "A"'),
        ({"people": {"icv_ml": [100, 1400]}}, "people.icv_ml = .*; expected nothing but 700 to 2500 mL"),
        ({"people": {"age_years": 300}}, "people.age_years = 300; expected nothing but ages from 5 to 95"),
        ({"people": {"age_years": [4, 50]}}, "people.age_years = .* from 5 to 95 years"),
        ({"people": {"age_years": {"normal": [75, 8]}}}, "people.age_years = .* from 5 to 95 years"),
        ({"people": {"age_years": True}}, "people.age_years = true; .* from 5 to 95 years"),
        ({"people": {"age_years": [90, 18]}}, r"people.age_years = \[90, 18\]; expected a range"),
        ({"people": {"sex": {"choice": ["F", "X"]}}}, 'people.sex = .*; expected "F", "M"'),
        ({"grid": {"voxel_mm": 0}}, "grid.voxel_mm.0 = 0; expected greater than or equal to 0.3"),
        ({"grid": {"voxel_mm": float("nan")}}, "grid.voxel_mm.0 = NaN; expected a finite number"),
        ({"grid": {"field_of_view_mm": [600, 9, 9]}}, "grid.field_of_view_mm.0 = 600; expected less than"),
        ({"scans": []}, r"scans = \[\]; expected .* at least 1"),
        ({"scans": [{}]}, "field 'scans.0.preset' is missing"),
        ({"scans": [SCAN, {"preset": "T3w"}]}, 'scans.1.preset = "T3w"; expected one of T1w, T2w, PDw,'),
        ({"anatomy": {"heed": {}}}, "unknown field 'anatomy.heed'.* did you mean 'head'"),
        ({"anatomy": {"head": {"icv": 3}}}, "unknown field 'anatomy.head.icv'.* did you mean 'icv_ml'"),
        ({"anatomy": {"head": {"icv_ml": 9e4}}}, "anatomy.head.icv_ml = 90000.0; expected less than"),
        ({"anatomy": {"head": 3}}, "anatomy.head = 3; expected"),
        ({"anatomy": {"warp": {"fine_mm": [2, 1]}}}, r"anatomy.warp.fine_mm = \[2, 1\]; expected a range"),
        ({"anatomy": 3}, "anatomy = 3; expected a valid dictionary"),
    ],
)
def test_impossible_plans_are_refused_in_one_line(data: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=f"^plan.toml: {message}") as caught:
        Plan.parse(data, "plan.toml")
    assert "\n" not in str(caught.value)


def test_the_field_strength_of_an_exact_preset_is_not_planned() -> None:
    with pytest.raises(SettingsError, match=r"unknown field 'scans.0.settings.field_tesla'"):
        Plan.parse({"scans": [{"preset": "FLAIR-3T", "settings": {"field_tesla": 1.5}}]})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"snrr": 3}, "unknown field 'scans.1.settings.snrr'; .* did you mean 'snr'"),
        ({"suffix": "T2w"}, "unknown field 'scans.1.settings.suffix'"),
        ({"age_years": 3}, "unknown field 'scans.1.settings.age_years'"),
        ({"field_tesla": 4}, "scans.1.settings.field_tesla = 4; expected one of 0.064, 0.55, 1.5, 3, 7"),
        ({"field_tesla": [1.5, 4]}, r"scans.1.settings.field_tesla = \[1.5, 4\] can give 4; expected one"),
        ({"voxel_mm": 3}, "unknown field 'scans.1.settings.voxel_mm'"),
        ({"snr": {"normal": [10, 5]}}, "scans.1.settings.snr = .* can give -5; expected greater than 0"),
        ({"sequence": {"flip": 3}}, "unknown field 'scans.1.settings.sequence.flip'; .* 'flip_deg'"),
        ({"sequence": {"flip_deg": 300}}, "scans.1.settings.sequence.flip_deg = 300; expected less than"),
        (
            {"sequence": {"kind": "spin"}},
            'scans.1.settings.sequence.kind = "spin"; expected one of spin',
        ),
        ({"deviations": {"gray": 1}}, "unknown field 'scans.1.settings.deviations.gray'"),
    ],
)
def test_impossible_scans_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=f"^{message}"):
        Plan.parse({"scans": [SCAN, {**SCAN, "settings": settings}]})


def test_artefacts_are_priors_like_everything_else() -> None:
    motion = {"translation_mm": [1, 3], "moves": [2, 6]}
    wanted = {"acquisition": {"motion": motion, "slices": {"orientation": {"choice": ["axial", "coronal"]}}}}
    plan = Plan.parse({"scans": [{**SCAN, "settings": wanted}]})
    drawn = [draw(plan, 1, f"{n}").scans[0].acquisition for n in range(8)]
    assert all(1 <= one.motion.translation_mm <= 3 for one in drawn if one.motion)
    assert len({one.motion.translation_mm for one in drawn if one.motion}) == 8
    assert {one.slices.orientation for one in drawn if one.slices} == {"axial", "coronal"}
    assert {one.motion.moves for one in drawn if one.motion} <= {2, 3, 4, 5, 6}
    assert all(one.ghosting is None for one in drawn)
    motion["translation_mm"] = [-1, 3]
    with pytest.raises(SettingsError, match=r"acquisition.motion.translation_mm = \[-1, 3\] can give -1"):
        Plan.parse({"scans": [{**SCAN, "settings": wanted}]})


def test_mistakes_are_found_without_parse_too() -> None:
    with pytest.raises(SettingsError, match=r"^unknown field 'anatomy.heed'"):
        Plan(anatomy={"heed": 1})


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("plan.toml", "[people\n", "plan.toml: .*; expected valid TOML; repair"),
        ("plan.json", "{", "plan.json: .*; expected valid JSON; repair"),
        ("plan.toml", "\0\xff", "plan.toml: .*; expected valid TOML; repair"),
    ],
)
def test_a_file_that_is_no_plan(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_bytes(text.encode("latin-1"))
    with pytest.raises(FileError, match=message):
        Plan.read(tmp_path / name)


def test_a_plan_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        Plan.read(tmp_path / "plan.toml")
    with pytest.raises(FileError, match="directory"):
        Plan.read(tmp_path)


def test_toml_dates_are_no_priors() -> None:
    with pytest.raises(SettingsError, match=r"anatomy.head.icv_ml = .*; expected a number"):
        Plan.parse(tomllib.loads("anatomy.head.icv_ml = 2020-01-01"))


def test_conditions_are_drawn_by_age_and_sex() -> None:
    plan = Plan.parse(
        {
            "conditions": [
                {"name": "glioma", "prevalence": {"F": [[20, 0], [40, 1]], "M": 0}, "severity": 0.5},
                {"name": {"choice": ["healthy", "mci"]}, "severity": 0},
            ]
        }
    )
    tumour, memory = plan.conditions
    woman, girl, man = (Person(age_years=a, sex=s) for a, s in ((50, "F"), (20, "F"), (50, "M")))
    assert tumour.draw(Key(1), woman) == ("glioma", 0.5)
    assert tumour.draw(Key(1), girl) is None
    assert tumour.draw(Key(1), man) is None
    assert memory.draw(Key(1), woman) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "gliom"}, "did you mean 'glioma'"),
        ({"name": "mci", "severity": 1.5}, "nothing but 0 to 1"),
        ({"name": "mci", "prevalence": 2}, "prevalence"),
        ({"name": "mci", "settings": {"stages": 1}}, "did you mean 'stage'"),
    ],
)
def test_impossible_conditions_are_refused(wrong: dict, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Plan.parse({"conditions": [wrong]})


def test_a_plan_without_conditions_is_written_as_before() -> None:
    assert "conditions" not in Plan().model_dump()
    assert "conditions" not in Plan().json_text()
