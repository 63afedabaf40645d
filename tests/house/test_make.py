"""One word for each job."""

import re
import subprocess

import pytest

from house.source import ROOT

RULES = (ROOT / "Makefile").read_text("utf-8")
WORDS = re.findall(r'@echo "make ([\w-]+) ', RULES)


def test_help_names_every_word() -> None:
    declared = re.search(r"^\.PHONY: (.*)$", RULES, re.M)
    assert declared
    assert sorted(["help", *WORDS]) == sorted(declared[1].split())


@pytest.mark.parametrize("word", WORDS)
def test_word_is_understood(word: str) -> None:
    done = subprocess.run(["make", "--dry-run", word], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_continuous_integration_runs_the_tests_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["exec make test"]


def test_make_keeps_what_programs_write_inside_the_clone() -> None:
    done = subprocess.run(["make", "--dry-run", "test"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in ("TMPDIR", "XDG_CACHE_HOME", "MINDSCAN_CACHE", "DENO_DIR", "HYPOTHESIS_STORAGE_DIRECTORY"):
        assert f'{name}="{ROOT / ".cache"}' in done.stdout
