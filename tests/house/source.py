"""The project's own files, as the tests of the house see them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "mindscan"
MODULES = sorted(SRC.rglob("*.py"))
PROGRAMS = [
    *MODULES,
    *sorted(path for folder in ("bench", "scripts") for path in (ROOT / folder).rglob("*.py")),
]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MADE = ("out", "dist", "_build", "__pycache__")
"""Folders that hold what was made from the project, not the project."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def short(path: Path) -> str:
    """A path as a test's name shows it."""
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(module: ast.AST) -> list[Function]:
    """Every function and method, nested ones too."""
    return [node for node in ast.walk(module) if isinstance(node, Function)]


def project_texts() -> Iterator[Path]:
    """Every text file that a reader of the project meets."""
    kept = [path for path in ROOT.iterdir() if path.name[0] != "." or path.name in (".ci", ".gitignore")]
    for path in sorted(path for top in kept for path in (top, *top.rglob("*"))):
        made = set(path.relative_to(ROOT).parts) & set(MADE)
        if path.is_file() and not made and b"\0" not in path.read_bytes():
            yield path
