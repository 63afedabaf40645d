"""Style and types: what `make check` asks, asked by the tests too."""

import subprocess
import sys

import pytest

from house.source import ROOT


@pytest.mark.parametrize("check", ["ruff check", "ruff format --check", "mypy"])
def test_check_is_clean(check: str) -> None:
    asked = [sys.executable, "-m", *check.split()]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_make_check_asks_the_same() -> None:
    rules = (ROOT / "Makefile").read_text("utf-8")
    asked = rules.partition("\ncheck:")[2].partition("\n\n")[0]
    for check in ("ruff check", "ruff format --check", "mypy", "lint-imports"):
        assert check in asked
