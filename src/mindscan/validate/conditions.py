"""`mindscan validate conditions`: people with conditions, measured beside themselves without, and a page."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mindscan.anatomy import build, template
from mindscan.anatomy.conditions import CONDITIONS
from mindscan.anatomy.conditions import draw as draw_condition
from mindscan.cohort.estimate import check_memory, default_workers
from mindscan.cohort.plan import GridPlan, Plan
from mindscan.cohort.recipe import Recipe, subject_id
from mindscan.cohort.recipe import draw as draw_recipe
from mindscan.cohort.threads import one_thread
from mindscan.core.brain import Brain
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID
from mindscan.core.person import Person
from mindscan.core.worker import do_all
from mindscan.validate import illnesses as yardsticks
from mindscan.validate import sick_pictures
from mindscan.validate.claims import Row, Validation, near, row
from mindscan.validate.conditions_page import conditions_page
from mindscan.validate.page import write

AGE_YEARS = 70.0
SHOWN = (0.3, 0.65, 1.0)
"""Severities of the first person, who is shown."""
LARGE_ML, EXACT = 2.0, 0.02
SECONDS, GLIOMA_SECONDS = 2.0, 20.0
STILL: Mapping[str, Mapping[str, Any]] = {
    "white-matter-hyperintensities": {},
    "multiple-sclerosis": {"atrophy": 0},
    "ischaemic-stroke": {"ex_vacuo_ml": 0},
    "intracerebral-haemorrhage": {"midline_shift_mm": 0},
    "glioma": {"midline_shift_mm": 0},
    "metastases": {},
    "lacunes": {},
    "perivascular-spaces": {},
    "microbleeds": {},
    "superficial-siderosis": {},
    "subarachnoid-haemorrhage": {},
    "intraventricular-haemorrhage": {},
}
"""Conditions with lesions, and what takes mass effect and atrophy from them."""
_SHIFTING = ("intracerebral-haemorrhage", "subdural-haematoma", "epidural-haematoma", "meningioma")
DRAWN, DRAWN_WHOLE = 4000, 400
"""People of whom the condition is drawn, and of whom all sizes are."""
GROUP = 24
"""People whose volumes are made and averaged, beside the many who are only drawn."""
_DEMENTIA = {
    "mci": (0.12, "Shi et al. 2009"),
    "alzheimers-disease": (0.24, "Shi et al. 2009"),
    "frontotemporal-dementia": (0.24 * 1.3 / 1.8, "Shi et al. 2009, Boccardi et al. 2003"),
    "vascular-dementia": (0.24 * (11.6 / 16.6 + 21 / 42) / 2, "Neurodegener Dis 8:465, Dolek et al. 2012"),
}
"""Share of the hippocampus that is lost, and who says so: doi:10.1002/hipo.20573 (a meta-analysis),
doi:10.1016/s0197-4580(02)00045-3 (1.3 standard deviations, 1.8 in Alzheimer's disease), and two small groups
with vascular dementia (11.6 and 21 %, 16.6 and 42 % in Alzheimer's disease)."""
_WIDER = {
    "mci": (0.60 / 0.56, "Devanand et al. 2012"),
    "alzheimers-disease": ((0.507 + 0.606) / (0.528 + 0.542), "PMC10739621"),
}
"""Standard deviation of hippocampal volumes over that of people without, and who says so: 94 people with
amnestic mild cognitive impairment and 61 healthy ones, doi:10.1016/j.neuroimage.2012.01.075; 34 with
dementia and all 355 of a study, of whom one in ten had it (table 1, left and right)."""
_REGIONS = {
    "hippocampus": ("Hippocampus",),
    "ventricles": ("Lateral-Ventricle", "Inf-Lat-Vent"),
    "cortex": ("Cerebral-Cortex",),
}
_GRID = GridPlan()
_GOLDEN = 0.6180339887


def validate(
    out: str | Path, subjects: int, seed: int, workers: int | None = None
) -> Generator[Validation, None, None]:
    """Make people well and sick, measure them, write `conditions.html` and `conditions.json`.

    Each condition of each person yields a step. The result does not depend on `workers`, but for seconds.

    Args:
        out: folder for page and numbers.
        subjects: how many people, at least 1; the first one is also shown.
        seed: 0 to 2**63 - 1.
        workers: processes side by side; as many as there are cores when None.

    Raises:
        SettingsError: an impossible number, or a grid that does not fit in memory.
        FolderError: the folder cannot be written.
    """
    for name, value in (("subjects", subjects), ("workers", workers)):
        if value is not None and value < 1:
            raise SettingsError(f"{name} = {value}", "at least 1", "ask for more")
    workers = workers or default_workers(_GRID.grid())
    check_memory(_GRID.grid(), workers)
    template.load()  # build the cache once, not in every worker
    orders = steps(subjects, seed)
    yield Validation(0, len(orders))
    found: dict[str, Any] = {}
    for answer in do_all(do, orders, min(workers, len(orders))):
        name, result = json.loads(answer)
        found[name] = result
        yield Validation(len(found), len(orders))
    tables = gathered([found[order] for order in orders])
    tables |= compared(tables.pop("people", []))
    page, numbers = conditions_page(tables, subjects)
    told = {"mindscan": version("mindscan"), "seed": seed, "people": subjects, **numbers}
    path = write(Path(out), page, told)
    yield Validation(len(orders), len(orders), path, tuple(page.claims))


def steps(subjects: int, seed: int) -> list[str]:
    """Everything to do: condition, person, severity and seed as words.

    Example:
        >>> steps(1, 0)[0]
        'white-matter-hyperintensities 1 0.3 0'
    """
    made = []
    for person in range(1, subjects + 1):
        for n, condition in enumerate(CONDITIONS):
            usual = round(0.2 + 0.8 * ((person * _GOLDEN + n / len(CONDITIONS)) % 1), 3)
            usual = 0.5 if condition.name in _DEMENTIA else usual
            made += [
                f"{condition.name} {person} {severity:g} {seed}"
                for severity in (SHOWN if person == 1 else (usual,))
            ]
    group = [f"group {person} 0.5 {seed}" for person in range(1, GROUP + 1)]
    return [*made, *(f"still:{name} 1 0.7 {seed}" for name in STILL), *group, f"nothing 1 0 {seed}"]


def do(name: str) -> str:
    """One of the `steps`: its name and the tables that it adds to, as JSON."""
    what, person, severity, seed = name.split()
    with one_thread():
        if what == "nothing":
            found: dict[str, Any] = {"identity": _identity(int(seed)), "effects": drawn_effects(int(seed))}
            found["spreads"] = drawn_spreads(int(seed))
        elif what == "group":
            found = {"people": [_of_group(int(person), float(severity), int(seed))]}
        elif what.startswith("still:"):
            found = {"locality": [_locality(what.partition(":")[2], int(person), float(severity), int(seed))]}
        else:
            found = _measured(what, int(person), float(severity), int(seed))
    return json.dumps([name, found])


def gathered(found: Sequence[Mapping[str, list[Any]]]) -> dict[str, list[Any]]:
    """What was found by table."""
    tables: dict[str, list[Any]] = {}
    for each in found:
        for table, rows in each.items():
            tables.setdefault(table, []).extend(rows)
    return tables


def recipe(
    person: int,
    seed: int,
    condition: str = "",
    severity: float = 0.0,
    settings: Mapping[str, Any] | None = None,
) -> Recipe:
    """Somebody of 70 years, women and men in turn, with a condition or without."""
    wanted = [{"name": condition, "severity": severity, "settings": dict(settings or {})}]
    plan = Plan.parse(
        {
            "people": {"age_years": AGE_YEARS, "sex": "MF"[person % 2]},
            "conditions": wanted if condition else [],
        }
    )
    return draw_recipe(plan, seed, subject_id(person))


def _made(wanted: Recipe) -> tuple[Brain, build.Model, float]:
    """Brain and model of a recipe, and the CPU-seconds that they took."""
    start = time.process_time()
    model = wanted.head()
    brain = build.painted(model, _GRID.grid(), dense=False)
    return brain, model, time.process_time() - start


@lru_cache(1)
def _well(person: int, seed: int) -> Brain:
    """Somebody without a condition."""
    template.load()  # reading files is not counted
    return _made(recipe(person, seed))[0]


def _measured(name: str, person: int, severity: float, seed: int) -> dict[str, Any]:
    """All that is measured of one person with one condition."""
    well = _well(person, seed)
    wanted = recipe(person, seed, name, severity)
    sick, model, seconds = _made(wanted)
    params = wanted.conditions[0]
    who = f"{name} {severity:g}, person {person}"
    found: dict[str, Any] = {"volumes": _volumes(who, sick, model)}
    if name == "hydrocephalus":
        index = yardsticks.evans_index(sick)
        found["evans"] = [near(who, index, params.model_dump()["evans_index"], 0.01)]
    if name in _SHIFTING:
        shift = yardsticks.midline_shift_mm(well, sick)
        found["shift"] = [near(who, shift, params.model_dump()["midline_shift_mm"], 0.5)]
    if name == "white-matter-hyperintensities":
        asked = params.model_dump()
        grades = yardsticks.fazekas(sick.labels)
        found["fazekas"] = [
            near(f"{place}, {who}", grade, asked[place], 0.0)
            for place, grade in zip(("around", "deep"), grades, strict=True)
        ]
    if name in _DEMENTIA:
        found["regions"] = _regions(who, well, sick, wanted)
    if person == 1:
        usual = recipe(person, seed)
        healthy, again, anew = (_made(each)[2] for each in (usual, wanted, usual))
        cost = max(min(seconds, again) - min(healthy, anew), 0.0)
        most = GLIOMA_SECONDS if name == "glioma" else SECONDS
        found["seconds"] = [row(who, cost, 0.0, most)]
        found["pictures"] = [asdict(sick_pictures.picture(who, wanted, model, sick))]
    return found


def _volumes(who: str, sick: Brain, model: build.Model) -> list[Row]:
    """Volume of what lesions consist of, of at least `LARGE_ML`, found over asked.

    Shells of one tumour share voxels and tissue, and a voxel knows one owner of each tissue; so what is of
    the same tissue is counted together.
    """
    asked: dict[str, float] = {}
    for lesion in model.lesions:
        tissue = BY_ID[lesion.label].tissue
        asked[tissue] = asked.get(tissue, 0.0) + lesion.ml
    labels = {lesion.label for lesion in model.lesions}
    found = {
        tissue: sum(
            yardsticks.shares_ml(sick, BY_ID[label].name) for label in labels if BY_ID[label].tissue == tissue
        )
        for tissue in asked
    }
    return [
        near(f"{tissue}, {who}", found[tissue], ml, EXACT * ml)
        for tissue, ml in asked.items()
        if ml >= LARGE_ML
    ]


def _regions(who: str, well: Brain, sick: Brain, wanted: Recipe) -> list[Row]:
    """Share of each region that is left, against what was prescribed; within 1 percentage point."""
    params = wanted.conditions[0].model_dump()
    kept = 1 - float(np.mean([load.atrophy for load in sick.loads]))
    deep, fluid = wanted.anatomy.deep_grey_ml.hippocampus, wanted.anatomy.ventricles
    horns = 1 + (params["ventricles"] - 1) * (1 + 2 * sum(params["hippocampus"]))
    lateral = fluid.lateral_left_ml + fluid.lateral_right_ml
    temporal = fluid.horn_left_ml + fluid.horn_right_ml
    asked = {
        "hippocampus": 1
        - sum(ml * lost for ml, lost in zip(deep, params["hippocampus"], strict=True)) / sum(deep),
        "ventricles": (params["ventricles"] * lateral + horns * temporal) / (lateral + temporal),
        "cortex": kept,
    }
    return [near(f"{region}, {who}", _kept(well, sick, region), asked[region], 0.01) for region in _REGIONS]


def _kept(well: Brain, sick: Brain, region: str) -> float:
    before, after = (yardsticks.shares_ml(each, *_REGIONS[region]) for each in (well, sick))
    return after / before


def drawn_effects(seed: int) -> list[Row]:
    """Mean loss of hippocampus of many who are drawn at severity 0.5, against what is published."""
    rows = []
    someone = Person(age_years=AGE_YEARS, sex="F")
    for name, (lost, source) in _DEMENTIA.items():
        drawn = [
            np.mean(draw_condition(name, Key(seed) / n, someone, 0.5).model_dump()["hippocampus"])
            for n in range(DRAWN)
        ]
        words = f"hippocampus lost, {name}, mean of {DRAWN} drawn"
        rows.append(near(words, float(np.mean(drawn)), lost, 0.2 * lost, source))
    return rows


def drawn_spreads(seed: int) -> list[Row]:
    """How much more hippocampi of people with dementia differ than those of the same people without."""

    def ml(wanted: Recipe) -> float:
        lost = wanted.conditions[0].model_dump()["hippocampus"] if wanted.conditions else (0.0, 0.0)
        return float(np.dot(wanted.anatomy.deep_grey_ml.hippocampus, 1 - np.array(lost)))

    def spread(name: str) -> float:
        return float(np.std([ml(recipe(person, seed, name, 0.5)) for person in range(1, DRAWN_WHOLE + 1)]))

    usual = spread("")
    return [
        near(
            f"standard deviation of hippocampus, {name} over healthy, {DRAWN_WHOLE} drawn",
            spread(name) / usual,
            wider,
            0.2 * wider,
            source,
        )
        for name, (wider, source) in _WIDER.items()
    ]


def _of_group(person: int, severity: float, seed: int) -> dict[str, dict[str, float]]:
    """Volumes in mL of somebody's regions at 2 mm, without a condition ("") and with each dementia."""
    grid = GridPlan(voxel_mm=(2.0, 2.0, 2.0)).grid()
    volumes = {}
    for name in ("", *_DEMENTIA):
        brain = build.painted(recipe(person, seed, name, severity).head(), grid, dense=False)
        volumes[name] = {region: yardsticks.shares_ml(brain, *_REGIONS[region]) for region in _REGIONS}
    return volumes


def compared(people: Sequence[Mapping[str, Mapping[str, float]]]) -> dict[str, list[Row]]:
    """Means of groups of made people, each beside the same people without a condition.

    Args:
        people: volumes of regions, of everybody without a condition ("") and with each dementia.

    Returns:
        Rows of "groups", loss of hippocampus beside what is cited, and of "signs": where the sources agree on
        which way a region goes, and which of two groups goes farther.
    """
    if not people:
        return {}
    mean = {
        (name, region): float(np.mean([one[name][region] for one in people]))
        for name in ("", *_DEMENTIA)
        for region in _REGIONS
    }
    kept = {(name, region): ml / mean["", region] for (name, region), ml in mean.items()}
    groups = [
        near(
            f"hippocampus lost, {name}, mean of {len(people)} made",
            1 - kept[name, "hippocampus"],
            lost,
            0.2 * lost,
            source,
        )
        for name, (lost, source) in _DEMENTIA.items()
    ]
    mild, severe = "mci", "alzheimers-disease"
    signs = [
        row("ventricles, mci over healthy", kept[mild, "ventricles"], 1, kept[severe, "ventricles"]),
        row("cortex, mci over healthy", kept[mild, "cortex"], kept[severe, "cortex"], 1),
    ]
    return {"groups": groups, "signs": signs}


def _locality(name: str, person: int, severity: float, seed: int) -> Row:
    """Voxels outside lesions that a condition without mass effect changes."""
    well = _well(person, seed)
    sick, _, _ = _made(recipe(person, seed, name, severity, STILL[name]))
    return row(f"voxels, {name} {severity:g}", yardsticks.changed_outside(well, sick), 0, 0)


def _identity(seed: int) -> list[Row]:
    """Voxels that differ between nobody's condition and each of severity 0."""
    coarse = GridPlan(voxel_mm=(4.0, 4.0, 4.0)).grid()
    well = build.painted(recipe(1, seed).head(), coarse, dense=False)
    rows = []
    for condition in CONDITIONS:
        other = recipe(1, seed, condition.name, 0.0)
        sick = build.painted(other.head(), coarse, dense=False)
        assert well.fractions is not None
        assert sick.fractions is not None
        differs = (well.fractions != sick.fractions).any(0) | (well.labels.data != sick.labels.data)
        rows.append(row(f"voxels, {condition.name}", float(torch.count_nonzero(differs)), 0, 0))
    return rows
