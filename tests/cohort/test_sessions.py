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
from mindscan.cohort import worker
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import Recipe, draw, make_all
from mindscan.cohort.run import make_cohort
from mindscan.core.errors import SettingsError
from mindscan.core.labels import BY_ID, in_skull, is_artery
from mindscan.core.scan import Subject
from mindscan.dataset import layout, session_columns
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
    carried = head.paint(unwarped.T.contiguous().T).averaged(8).winner()
    labels = second.labels.data.flatten()
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
    ],
)
def test_impossible_sessions_are_refused(sessions: dict[str, object], fault: str) -> None:
    with pytest.raises(SettingsError, match=fault):
        Plan.parse({"sessions": sessions})
