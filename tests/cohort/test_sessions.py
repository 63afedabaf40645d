"""The same person several times: what is on disk, and what carries one session to another."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
import torch

from cohort.small import digests
from ingest.test_naming import faults
from mindscan.anatomy import later
from mindscan.anatomy.build import Model
from mindscan.anatomy.mend import mend
from mindscan.cohort import worker
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import Recipe, draw, make_all
from mindscan.cohort.run import make_cohort
from mindscan.core.errors import SettingsError
from mindscan.core.labels import BY_ID, in_skull, is_artery
from mindscan.core.scan import Subject
from mindscan.dataset import layout, session_columns, store
from mindscan.dataset.card import finished
from mindscan.dataset.shelf import read_dataset
from mindscan.dataset.tables import read_tsv

GRID = {"voxel_mm": 2, "field_of_view_mm": [72, 64, 64], "centre_mm": [0, -12, -4]}
ONCE = Plan.parse({"grid": GRID, "scans": [{"preset": "T1w"}], "people": {"age_years": 70}})
TWICE = Plan.parse(
    {
        **ONCE.model_dump(exclude_defaults=True),
        "sessions": {"years": [0, 2.5], "rates": {"hippocampus_percent": -4}},
    }
)


@pytest.fixture(scope="module")
def heads() -> list[Model]:
    """The continuous heads of first sessions, as they are made."""
    return []


@pytest.fixture(scope="module")
def visits(heads: list[Model]) -> list[Subject]:
    look = later.look
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(later, "look", lambda head: look(heads.append(head) or head))
        return list(make_all(draw(TWICE, 7, "0001"), dense=False))


@pytest.fixture(scope="module")
def cohort(visits: list[Subject], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Killed after the first session, and gone on with; nothing is computed twice for the test."""
    root, kept = tmp_path_factory.mktemp("sessions") / "made", []

    def made(recipe: Recipe) -> Iterator[Subject]:
        kept.append(recipe)
        yield visits[0]
        if len(kept) == 1:
            raise KeyboardInterrupt
        yield visits[1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker.recipes, "make_all", made)
        with pytest.raises(KeyboardInterrupt):
            list(make_cohort(root, TWICE, 1, 7, 1))
        assert finished(root) == ["0001_ses-01"]
        before = {name: digest for name, digest in digests(root).items() if "_ses-01_" in name}
        assert [step.done for step in make_cohort(root, TWICE, 1, 7, 1)] == [0, 1]
        assert before.items() <= digests(root).items()
        assert [step.done for step in make_cohort(root, TWICE, 1, 7, 1)] == [1]
    assert len(kept) == 2
    return root


def itk(path: Path) -> SimpleITK.DisplacementFieldTransform:
    field = SimpleITK.ReadImage(str(path), SimpleITK.sitkVectorFloat64)
    return SimpleITK.DisplacementFieldTransform(field)


def test_a_plan_without_sessions_is_as_before() -> None:
    recipe = draw(TWICE, 7, "0001")
    assert recipe.model_copy(update={"sessions": None}) == draw(ONCE, 7, "0001")
    assert "sessions" not in draw(ONCE, 7, "0001").model_dump()
    assert "sessions" not in ONCE.model_dump()
    assert Recipe.parse(recipe.model_dump(mode="json")) == recipe
    assert recipe.sessions is not None
    assert recipe.sessions.rates.hippocampus_percent == -4


def test_each_session_has_its_folder_and_the_person_one_table(cohort: Path) -> None:
    shelf = read_dataset(cohort)
    assert shelf.ids == ["0001_ses-01", "0001_ses-02"]
    assert list(shelf.people) == ["sub-0001"]
    assert (cohort / "sub-0001/ses-02/anat/sub-0001_ses-02_T1w.nii.gz").is_file()
    rows = read_tsv(cohort / session_columns.sessions("0001"), session_columns.SESSION_COLUMNS)
    assert [tuple(row.values()) for row in rows] == [("ses-01", "70", "0"), ("ses-02", "72.5", "2.5")]
    people = read_tsv(cohort / layout.PARTICIPANTS, ("participant_id", "age"))
    assert [(row["participant_id"], row["age"]) for row in people] == [("sub-0001", "70")]
    assert shelf["0001_ses-02"].person.age_years == 72.5


def test_a_second_session_has_other_noise_and_other_tissue(visits: list[Subject]) -> None:
    first, second = (subject.scans[0].volume.data for subject in visits)
    assert not torch.equal(first, second)
    assert float(torch.corrcoef(torch.stack([first.flatten(), second.flatten()]))[0, 1]) > 0.8


def test_change_is_told_as_asked_and_as_achieved(cohort: Path) -> None:
    rows = read_tsv(cohort / session_columns.change("0001_ses-02"), session_columns.CHANGE_COLUMNS)
    told = {row["name"]: row for row in rows}
    assert float(told["Left-Hippocampus"]["prescribed_percent"]) == pytest.approx(-10)
    whole = [row for row in rows if row["name"].endswith(("Thalamus", "Pallidum", "Amygdala"))]
    assert len(whole) == 6  # the box of the test holds all of these
    for row in whole:
        apart = float(row["achieved_percent"]) - float(row["prescribed_percent"])
        assert abs(apart) < 1, row


def test_itk_carries_the_second_session_to_the_first(
    cohort: Path, visits: list[Subject], heads: list[Model]
) -> None:
    """Landmarks by point, and the head of the first session asked where the file says, label by label."""
    carry = itk(cohort / session_columns.transform("0001_ses-02", "01"))
    first, second = (subject.brain for subject in visits)
    assert first is not None
    assert second is not None
    flip = np.array([-1, -1, 1])
    for name, place in second.landmarks.items():
        there = flip * carry.TransformPoint(flip * place)
        assert np.abs(there - first.landmarks[name]).max() < 2e-3, name
    head, grid = heads[0], second.labels.grid
    index = torch.stack(torch.meshgrid(*map(torch.arange, grid.shape), indexing="ij"), 3).reshape(-1, 3)
    parts = (torch.arange(2) + 0.5) / 2 - 0.5
    parts = torch.stack(torch.meshgrid(parts, parts, parts, indexing="ij"), 3).reshape(-1, 3)
    world = (index[:, None] + parts).reshape(-1, 3).numpy() @ grid.affine[:3, :3].T + grid.affine[:3, 3]
    there = np.array([carry.TransformPoint(p) for p in world * flip]) * flip
    unwarped = torch.from_numpy(there) @ torch.from_numpy(head.to_template[:3, :3]).T
    unwarped = (unwarped + torch.from_numpy(head.to_template[:3, 3])).float()
    canvas = head.paint(unwarped.T.contiguous().T).averaged(8)
    carried = canvas.winner().to(torch.int16).reshape(grid.shape)
    mend(carried, *(part.reshape(-1, *grid.shape) for part in (canvas.share, canvas.owner)))
    carried, labels = carried.flatten(), second.labels.data.flatten()
    bare = torch.tensor([not is_artery(BY_ID[i]) for i in labels.tolist()])  # filled in afterwards
    for i in labels[bare].unique().tolist():
        here, there_too = labels[bare] == i, carried[bare] == i
        if in_skull(BY_ID[i]) and int(here.sum()) > 50:
            dice = 2 * float((here & there_too).sum()) / float(here.sum() + there_too.sum())
            assert dice > 0.99, BY_ID[i].name


def test_the_official_validator_finds_no_fault(cohort: Path, tmp_path: Path) -> None:
    assert faults(cohort, tmp_path / "deno") == []
    assert faults(cohort / layout.DERIVATIVE, tmp_path / "deno") == []


@pytest.mark.parametrize(
    ("sessions", "fault"),
    [
        ({"years": [1, 2]}, "rising, the first of them 0"),
        ({"years": [0, 2, 2]}, "rising, the first of them 0"),
        ({"years": []}, "rising, the first of them 0"),
        ({"years": [0, 50]}, "less than or equal to 20"),
        ({"years": [0, 1], "rates": {"hipocampus_percent": -1}}, "unknown field 'sessions.rates.hipocampus"),
        ({"years": [0, 1], "rates": {"cortex_percent": [-90, 0]}}, "sessions.rates.cortex_percent"),
        ({"years": [0, 1], "progression": {"mci": {}}}, "sessions.progression.mci; expected one of white"),
        ({"years": [0, 1], "progression": {"glioma": {"radial": 1}}}, "did you mean 'radial_mm'"),
        ({"years": [0, 1], "progression": {"glioma": {"radial_mm": [0, 900]}}}, "glioma.radial_mm"),
        ({"years": [0, 1], "progression": {"glioma": {"condition": 1}}}, "glioma.condition"),
    ],
)
def test_impossible_sessions_are_refused(sessions: dict[str, object], fault: str) -> None:
    with pytest.raises(SettingsError, match=fault):
        Plan.parse({"sessions": sessions})


ILL = {"name": "multiple-sclerosis", "severity": 0.4, "settings": {"active": 2, "lesions": 30}}
WAY = {"new_per_year": 12, "enhancing_weeks": 2, "shrinking": 0.5}
COARSE = {"grid": {"voxel_mm": 2, "field_of_view_mm": [160, 190, 150]}, "people": {"age_years": 40}}


def sick(*years: float) -> Recipe:
    sessions = {"years": years, "progression": {"multiple-sclerosis": WAY}}
    plan = Plan.parse({**COARSE, "conditions": [ILL], "sessions": sessions})
    return draw(plan, 7, "0001").model_copy(update={"scans": ()})


@pytest.fixture(scope="module")
def patient() -> list[Subject]:
    return list(make_all(sick(0, 0.5, 2), dense=False))


def test_what_a_plan_says_of_lesions_stands_in_the_recipe() -> None:
    recipe = sick(0, 0.5, 2)
    assert recipe.sessions is not None
    (way,) = recipe.sessions.progression
    assert way.model_dump().items() >= WAY.items()
    assert Recipe.parse(recipe.model_dump(mode="json")) == recipe
    assert recipe.conditions == sick(0).conditions
    healthy = draw(TWICE, 7, "0001").sessions
    assert healthy is not None
    assert "progression" not in healthy.model_dump()
    assert healthy.model_dump().keys() == {"years", "rates"}


def test_lesions_of_the_first_session_keep_their_numbers_and_volumes_are_as_prescribed(
    patient: list[Subject],
) -> None:
    first, *others = (subject.brain for subject in patient)
    assert first is not None
    assert first.lesions is not None
    for subject, brain in zip(patient[1:], others, strict=True):
        assert brain is not None
        assert brain.lesions is not None
        assert subject.since is not None
        rows, told = brain.lesions.rows, subject.since.lesions
        assert [row.id for row in rows] == list(range(1, len(rows) + 1)) == [one.id for one in told]
        for was, row, one in zip(first.lesions.rows, rows, told, strict=False):
            if row.volume_ml:
                assert np.abs(np.array(row.centre_mm) - was.centre_mm).max() < 2.5
            assert (one.first_ml, one.volume_ml) == (was.volume_ml, row.volume_ml)
        for one in told:
            near = 0.03 if one.asked_ml >= 2 else 0.15  # on coarse voxels
            assert one.volume_ml == pytest.approx(one.asked_ml, rel=near, abs=0.003), one
    soon, late = (subject.since.lesions for subject in patient[1:] if subject.since)
    assert len(first.lesions.rows) < len(soon) < len(late)
    assert {one.change for one in late} >= {"same", "shrunk", "grown", "appeared"}
    ceased = [one for one in late if one.first_label == "MS-Active-Plaque"]
    assert len(ceased) == 2
    assert all(one.label in ("MS-Plaque", "MS-Black-Hole") for one in ceased)


def test_the_change_of_structures_is_that_of_tissue_with_its_lesions(patient: list[Subject]) -> None:
    assert patient[2].since is not None
    told = {one.name: one for one in patient[2].since.changes}
    white = told["Left-Cerebral-White-Matter"]
    assert white.now_ml / white.first_ml - 1 == pytest.approx(white.asked, abs=0.003)


def test_a_table_says_what_has_become_of_lesions(patient: list[Subject]) -> None:
    files = dict(store._changed(patient[2], patient[2].since, ""))  # type: ignore[arg-type]
    path = session_columns.lesion_change("0001_ses-03")
    head, *rows = files[path].decode().splitlines()
    assert head.split("\t") == list(session_columns.LESION_CHANGE_COLUMNS)
    assert patient[2].since is not None
    assert len(rows) == len(patient[2].since.lesions)
    cells = [dict(zip(head.split("\t"), row.split("\t"), strict=True)) for row in rows]
    active = [row for row in cells if row["first_label"] == "MS-Active-Plaque"]
    assert [(row["first_enhancing"], row["enhancing"]) for row in active] == [("yes", "no")] * 2
    assert all(row["first_label"] == "n/a" for row in cells if row["change"] == "appeared")
