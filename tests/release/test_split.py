"""Everybody is in one part, parts have their shares of every stratum, and what belongs together stays so."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mindscan.core.errors import FolderError, SettingsError
from mindscan.core.key import Key
from mindscan.dataset.tables import read_tsv
from mindscan.release.split import COLUMNS, Parts, divided, parse, read_split, split
from release import people

SHARES = {"train": 0.7, "val": 0.15, "test": 0.15}


def rows(count: int) -> dict[str, dict[str, object]]:
    rng = (Key(1) / "people").rng()
    return {
        f"sub-{n:04d}": {
            "sex": "FM"[int(rng.integers(2))],
            "diagnosis": ["CN", "MCI", "AD", None][int(rng.choice(4, p=[0.5, 0.3, 0.15, 0.05]))],
            "age": float(rng.normal(70, 8)),
        }
        for n in range(count)
    }


def test_parts_have_their_share_of_all_and_of_every_stratum() -> None:
    table = rows(1000)
    where = divided(table, (), Parts(SHARES, ("sex", "diagnosis")))
    assert set(where) == set(table)
    counts = Counter(where.values())
    assert all(abs(counts[part] - share * 1000) <= 1 for part, share in SHARES.items())
    strata = {name: (row["sex"], row["diagnosis"]) for name, row in table.items()}
    for stratum, size in Counter(strata.values()).items():
        inside = Counter(where[name] for name in table if strata[name] == stratum)
        assert all(abs(inside[part] - share * size) <= 2 for part, share in SHARES.items())


def test_numbers_are_spread_evenly_too() -> None:
    table = rows(600)
    where = divided(table, (), Parts({"a": 0.5, "b": 0.5}, ("age",)))
    means = [[row["age"] for name, row in table.items() if where[name] == part] for part in "ab"]
    assert abs(sum(means[0]) / 300 - sum(means[1]) / 300) < 0.7  # type: ignore[arg-type]


def test_the_seed_decides_and_nothing_else() -> None:
    table = rows(100)
    one = divided(table, (), Parts(SHARES, ("sex",)))
    backwards = dict(reversed(table.items()))
    assert divided(backwards, (), Parts(SHARES, ("sex",))) == one
    assert divided(table, (), Parts(SHARES, ("sex",), seed=1)) != one


@given(
    st.integers(1, 60),
    st.lists(st.tuples(st.integers(0, 59), st.integers(0, 59)), max_size=40),
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
)
def test_nobody_is_lost_or_in_two_parts(count: int, pairs: list[tuple[int, int]], weights: list[int]) -> None:
    table = rows(count)
    names = list(table)
    ties = [(names[i % count], names[j % count]) for i, j in pairs]
    shares = {f"part{n}": weight / sum(weights) for n, weight in enumerate(weights)}
    where = divided(table, ties, Parts(shares, ("sex",)))
    assert set(where) == set(table)
    assert all(where[one] == where[other] for one, other in ties)
    largest = count if ties else 1
    counts = Counter(where.values())
    assert all(abs(counts[part] - share * count) <= largest for part, share in shares.items())


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("split") / "in"
    table = {f"sub-{n:02d}": ("FM"[n % 2], f"fam{n // 3}" if n < 6 else "n/a") for n in range(12)}
    people.write(folder, table, "sex family")
    people.scan(folder, "sub-11", of="sub-08")
    return folder


def test_a_table_and_how_it_came_about(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "split.tsv"
    list(split(root, out, Parts({"train": 0.75, "test": 0.25}, ("sex",), "family", seed=3)))
    found = read_split(out)
    assert [row["participant_id"] for row in read_tsv(out, COLUMNS)] == [f"sub-{n:02d}" for n in range(12)]
    assert found["sub-08"] == found["sub-11"], "one image under two names"
    assert len({found[f"sub-{n:02d}"] for n in (0, 1, 2)}) == 1, "one family"
    about = json.loads(out.with_suffix(".json").read_text())
    assert (about["by"], about["seed"], about["together"]) == (["sex"], 3, "family")
    assert sum(about["subjects"].values()) == 12
    assert sorted(path.name for path in tmp_path.iterdir()) == ["split.json", "split.tsv"]
    list(split(root, out, Parts({"train": 0.75, "test": 0.25}, ("sex",), "family", seed=3)))
    before = out.read_bytes()
    with pytest.raises(FolderError, match="says something else"):
        list(split(root, out, Parts({"train": 0.5, "test": 0.5})))
    assert out.read_bytes() == before


def test_images_are_not_looked_at_where_that_is_not_wanted(root: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(root, tmp_path / "in", ignore=shutil.ignore_patterns("derivatives"))
    list(split(copy, tmp_path / "out.tsv", Parts({"a": 0.5, "b": 0.5}, images=False)))
    assert not (copy / "derivatives" / "catalogue" / "prints.parquet").exists()
    assert Counter(read_split(tmp_path / "out.tsv").values()) == {"a": 6, "b": 6}


@pytest.mark.parametrize("text", ["", "train", "train=x", "a=0.5,a=0.5", "a b=1", "a=0.5,,b=0.5"])
def test_parts_that_cannot_be_read(text: str) -> None:
    with pytest.raises(SettingsError, match=r"train=0\.7"):
        parse(text)


@pytest.mark.parametrize(
    "shares", [{}, {"a": 0.5}, {"a": 1.5, "b": -0.5}, {"a": 0.7, "b": 0.7}, {"a": 1, "b": 0}]
)
def test_shares_that_cannot_be(shares: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match="sum to 1"):
        Parts(shares)


def test_what_is_not_there_is_said(root: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="site"):
        list(split(root, tmp_path / "out.tsv", Parts({"a": 1.0}, ("site",))))
    with pytest.raises(SettingsError, match=r"ends in \.tsv"):
        list(split(root, tmp_path / "out.csv", Parts({"a": 1.0})))
    many = {f"p{n}": 1 / 20 for n in range(20)}
    with pytest.raises(SettingsError, match="12 subjects"):
        list(split(root, tmp_path / "out.tsv", Parts(many)))
    (tmp_path / "two.tsv").write_text("participant_id\tsplit\nsub-1\ta\n1\tb\n")
    with pytest.raises(SettingsError, match="two parts"):
        read_split(tmp_path / "two.tsv")
