"""Imports go down only, at the top of a module only, and the quick door stays light."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from house.source import MODULES, ROOT, short, tree

HEAVY = {"torch", "numpy", "scipy", "nibabel", "nilearn", "pandas", "pydantic", "PIL", "rich.progress"}
ASKED = "import json, sys; {}; print(json.dumps(sorted(sys.modules)))"


def late_imports(module: ast.AST) -> list[int]:
    """Lines of the imports that stand inside a function."""
    inside = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    found = [n.lineno for f in inside for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)]
    return sorted(set(found))


def loaded(statement: str) -> set[str]:
    """Modules that a fresh Python has loaded after a statement."""
    asked = [sys.executable, "-c", ASKED.format(statement)]
    return set(json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout))


def test_floors_are_kept() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_drawing_of_the_floors_is_the_contract() -> None:
    drawn = re.findall(r"^ *\d+ {3}((?:\w+ \| )*\w+) ", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.M)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    assert drawn == contracts[0]["layers"]


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_imports_stand_at_the_top(path: Path) -> None:
    assert late_imports(tree(path)) == []


def test_an_import_in_a_method_is_found() -> None:
    assert late_imports(ast.parse("class A:\n    def f(self):\n        import os\n")) == [3]


@pytest.mark.parametrize("statement", ["import mindscan", "import mindscan.cli"])
def test_importing_loads_nothing_heavy(statement: str) -> None:
    assert loaded(statement) & HEAVY == set()


def test_help_loads_nothing_heavy() -> None:
    setup = "import atexit, json, sys; sys.argv = ['mindscan', '--help']"
    tell = "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))"
    asked = [sys.executable, "-c", f"{setup}; {tell}; import mindscan.cli; mindscan.cli.main()"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert "replay" in done.stdout
    assert set(json.loads(done.stderr)) & HEAVY == set()


def test_a_heavy_import_would_be_seen() -> None:
    assert "numpy" in loaded("import mindscan.core.volume")
