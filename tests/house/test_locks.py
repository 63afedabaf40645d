"""Lock files hold exact versions, nothing of the computer they were made on, and all that is asked for."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement

from house.source import ROOT

PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([0-9][0-9a-z.]*)")
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pins(name: str) -> dict[str, str]:
    """Package to version in one lock file."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    found = {}
    for line in lines:
        if line.startswith("#") or line == "--requirement requirements.lock":
            continue
        match = PIN.fullmatch(line)
        assert match, f"{name}: {line}"
        found[plain(match[1])] = match[2]
    return found


def plain(package: str) -> str:
    """A package's name as all its spellings mean it."""
    return re.sub(r"[-_.]+", "-", package).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_only_exact_versions(name: str) -> None:
    assert len(pins(name)) > 20


def test_no_package_is_pinned_twice() -> None:
    assert set(pins(LOCKS[0])) & set(pins(LOCKS[1])) == set()


def test_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    run, dev = pins(LOCKS[0]), pins(LOCKS[0]) | pins(LOCKS[1])
    asked = [
        (line, run) for line in (*project["project"]["dependencies"], *project["build-system"]["requires"])
    ]
    asked += [(line, dev) for line in project["project"]["optional-dependencies"]["dev"]]
    asked += [("torch==2.13.0", run), ("editables", run)]
    for line, lock in asked:
        wanted = Requirement(line)
        assert wanted.specifier.contains(lock[plain(wanted.name)]), line
