"""Many subjects in parallel: the same files whatever happens on the way."""

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from added import made
from cohort.small import GRID, ONE_SCAN, SMALL, digests
from mindscan.cohort import worker
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import Recipe, draw, make_all
from mindscan.cohort.run import job, make_cohort, replay_one
from mindscan.core.errors import FolderError, SettingsError
from mindscan.core.scan import Subject
from mindscan.dataset import layout, store
from mindscan.dataset.folder import read_job
from mindscan.dataset.shelf import read_dataset
from mindscan.report.methods import cite

PEOPLE = 3


People = dict[str, list[Subject]]


@pytest.fixture(scope="module")
def people() -> People:
    """Everybody of the cohort, by the digest of the recipe."""
    recipes = [draw(SMALL, 7, f"000{n}") for n in range(1, PEOPLE + 1)]
    return {recipe.digest: list(make_all(recipe)) for recipe in recipes}


def remember(people: People, patch: pytest.MonkeyPatch) -> None:
    """Let nobody be computed again who is only to be written again."""
    patch.setattr(worker.recipes, "make_all", lambda recipe: iter(people[recipe.digest]))


@pytest.fixture(scope="module")
def cohort(people: People, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made in one go, in this process."""
    root = tmp_path_factory.mktemp("cohort") / "made"
    with pytest.MonkeyPatch.context() as patch:
        remember(people, patch)
        steps = list(make_cohort(root, SMALL, PEOPLE, 7, 1))
    assert [step.done for step in steps] == [0, 1, 2, 3]
    assert [step.subject for step in steps] == ["", "0001", "0002", "0003"]
    taken = sum(path.stat().st_size for path in root.rglob("sub-*") if path.is_file())
    assert taken / 2 < steps[0].cost.disk_bytes < taken * 2
    return root


@pytest.fixture
def copy(cohort: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(cohort, tmp_path / "copy"))


def remade(root: Path, subjects: int = PEOPLE, seed: int = 7, workers: int = 1) -> list[str]:
    """Go on with a cohort; ids of what was made."""
    return [step.subject for step in make_cohort(root, SMALL, subjects, seed, workers)][1:]


def test_two_workers_make_the_same_files(cohort: Path, tmp_path: Path) -> None:
    assert sorted(remade(tmp_path / "two", workers=2)) == ["0001", "0002", "0003"]
    assert digests(tmp_path / "two") == digests(cohort)


def test_growing_in_another_order_makes_the_same_files(cohort: Path, tmp_path: Path) -> None:
    root = tmp_path / "grown"
    remade(root, subjects=1)
    for path in cohort.rglob("sub-0003*"):
        if path.is_file():
            (root / path.relative_to(cohort)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, root / path.relative_to(cohort))
    assert remade(root) == ["0002"]
    assert digests(root) == digests(cohort)


def test_what_is_finished_is_not_written_again(
    cohort: Path, copy: Path, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(people, monkeypatch)
    images = sorted(copy.rglob("*.nii.gz"))
    for path in images:
        os.utime(path, (1, 1))
    (copy / layout.scans("0002", [layout.ScanName("T1w")])[0]).unlink()
    assert remade(copy) == ["0002"]
    assert {path.name[:8] for path in images if path.stat().st_mtime != 1} == {"sub-0002"}
    assert digests(copy) == digests(cohort)


def test_nothing_left_to_make(copy: Path) -> None:
    before = digests(copy)
    assert remade(copy) == []
    assert remade(copy, subjects=1) == []
    assert digests(copy) == before


def test_stopping_in_the_middle_keeps_what_is_finished(
    cohort: Path, tmp_path: Path, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(people, monkeypatch)
    steps = make_cohort(tmp_path, SMALL, PEOPLE, 7, 1)
    assert [next(steps).done for _ in range(2)] == [0, 1]
    steps.close()
    assert [row["participant_id"] for row in read_dataset(tmp_path).participants] == ["sub-0001"]
    assert len((tmp_path / layout.PARTICIPANTS).read_text().splitlines()) == 2
    assert not (tmp_path / layout.PARTIAL).exists()
    assert remade(tmp_path) == ["0002", "0003"]
    assert digests(tmp_path) == digests(cohort)


def test_a_full_disk_keeps_what_is_finished(
    cohort: Path, tmp_path: Path, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(people, monkeypatch)
    move = store.move

    def full(root: Path, written: Path, path: Path) -> None:
        if path.name == "sub-0002_T2w.nii.gz":
            raise OSError(errno.ENOSPC, "No space left on device")
        move(root, written, path)

    monkeypatch.setattr(store, "move", full)
    with pytest.raises(FolderError, match="No space left on device; expected room on the disk; free some"):
        remade(tmp_path)
    assert read_dataset(tmp_path).ids == ["0001"]
    monkeypatch.setattr(store, "move", move)
    assert remade(tmp_path) == ["0002", "0003"]
    assert digests(tmp_path) == digests(cohort)


def test_a_disk_that_is_too_small_is_known_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=10_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(FolderError, match=r"10\.0 MB free; expected 2,\d+\.\d MB; free some space"):
        next(make_cohort(tmp_path / "out", Plan(), 100, 1))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("plan", "seed", "fault"),
    [
        (SMALL, 8, "seed is 7 there and 8 here"),
        (
            Plan.parse({"grid": {**GRID, "voxel_mm": 3}}),
            7,
            r"plan.grid.voxel_mm is \[2.0, 2.0",
        ),
        (ONE_SCAN, 7, "plan.scans is"),
    ],
)
def test_another_job_is_refused(copy: Path, plan: Plan, seed: int, fault: str) -> None:
    before = digests(copy)
    with pytest.raises(FolderError, match=f"holds another data set: {fault}"):
        next(make_cohort(copy, plan, PEOPLE, seed, 1))
    assert digests(copy) == before


def test_a_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FolderError, match=r"holds 'thesis.txt', which mindscan did"):
        next(make_cohort(tmp_path, SMALL, 1, 7, 1))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("subjects", "workers", "name"), [(0, 1, "subjects"), (-2, 1, "subjects"), (1, 0, "workers")]
)
def test_nothing_and_nobody_are_refused(tmp_path: Path, subjects: int, workers: int, name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} = .*; expected at least 1"):
        next(make_cohort(tmp_path / "out", SMALL, subjects, 7, workers))
    assert not (tmp_path / "out").exists()


def test_a_seed_below_zero_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="seed -1"):
        next(make_cohort(tmp_path / "out", SMALL, 1, -1))
    assert not (tmp_path / "out").exists()


def test_the_job_is_kept(cohort: Path) -> None:
    assert read_job(cohort) == job(SMALL, 7)


def test_replay_makes_the_same_files(cohort: Path, tmp_path: Path) -> None:
    path = cohort / layout.recipe("0002")
    recipe = Recipe.read(path)
    assert recipe == draw(SMALL, 7, "0002")
    assert path.stat().st_size < 8000
    for _ in range(2):
        replay_one(tmp_path, recipe)
    ours, theirs = digests(tmp_path), digests(cohort)
    own = [name for name in theirs if "sub-0002" in name]
    assert len(own) > 10
    assert {name: ours[name] for name in own} == {name: theirs[name] for name in own}
    assert read_dataset(tmp_path).ids == ["0002"]
    with pytest.raises(FolderError, match="another data set: recipe is"):
        replay_one(tmp_path, draw(SMALL, 7, "0003"))


def test_a_recipe_that_no_memory_holds_is_refused(tmp_path: Path) -> None:
    data = draw(SMALL, 7, "0001").model_dump()
    data["grid"]["shape"] = (4096, 4096, 4096)
    with pytest.raises(SettingsError, match="4096 x 4096 x 4096 voxels"):
        replay_one(tmp_path / "out", Recipe.parse(data))
    assert not (tmp_path / "out").exists()


def on_a_base(base: object) -> Plan:
    return Plan.parse({"grid": GRID, "anatomy": {"base": base}, "scans": [{"preset": "T1w"}]})


def test_people_on_a_map_that_was_added_are_made_again(tmp_path: Path) -> None:
    plan = on_a_base({"choice": ["mni152", made().name]})
    list(make_cohort(tmp_path / "out", plan, 3, 3, 1))
    recipes = [Recipe.read(tmp_path / "out" / layout.recipe(f"000{n}")) for n in (1, 2, 3)]
    told = {(recipe.anatomy.base, recipe.base_digest) for recipe in recipes}
    assert told == {("mni152", ""), (made().name, made().content)}
    (person,) = [recipe for recipe in recipes if recipe.base_digest][:1]
    replay_one(tmp_path / "again", person)
    ours, theirs = digests(tmp_path / "again"), digests(tmp_path / "out")
    own = [name for name in theirs if f"sub-{person.subject}" in name]
    assert {name: ours[name] for name in own} == {name: theirs[name] for name in own}


def test_a_base_that_is_missing_or_another_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r'base anatomy "nobody"; expected one of mni152'):
        list(make_cohort(tmp_path / "out", on_a_base({"choice": ["mni152", "nobody"]}), 1, 3, 1))
    recipe = draw(on_a_base(made().name), 3, "0001")
    other = recipe.model_copy(update={"base_digest": "0" * 64})
    with pytest.raises(SettingsError, match="expected digest 000000000000; add the map"):
        replay_one(tmp_path / "out", other)
    gone = recipe.model_copy(update={"anatomy": recipe.anatomy.model_copy(update={"base": "nobody"})})
    with pytest.raises(SettingsError, match='base anatomy "nobody"'):
        replay_one(tmp_path / "out", gone)
    assert not (tmp_path / "out").exists()


def test_the_job_knows_the_maps_that_it_builds_on() -> None:
    assert "bases" not in job(SMALL, 7)
    assert job(on_a_base(made().name), 7)["bases"] == {made().name: made().content}


def test_a_data_set_says_which_maps_it_is_shaped_from(tmp_path: Path, cohort: Path) -> None:
    list(make_cohort(tmp_path / "out", on_a_base(made().name), 1, 3, 1))
    assert read_dataset(tmp_path / "out").bases == [made().name]
    assert read_dataset(cohort).bases == []
    for root, licence in ((tmp_path / "out", f"as the label maps {made().name} allow"), (cohort, "CC0-1.0")):
        told = json.loads((root / layout.DESCRIPTION).read_text())
        assert told["License"] == licence
        assert ("nobody was scanned" in told["GeneratedBy"][0]["Description"]) == (root == cohort)
        assert ("base anatomies: made" in (root / layout.README).read_text()) == (root != cohort)
    assert "(the brains of 1 subject from label maps aligned to it: made)" in cite(tmp_path / "out")
