"""Nothing is too long to read at one sitting, and everything public says what it is."""

import ast
from pathlib import Path

import pytest

from house.source import MODULES, PROGRAMS, TESTS, Function, functions, short, tree

MODULE_LINES, FUNCTION_LINES, PARAMETERS = 400, 60, 8


def parameters(function: Function) -> int:
    """How many things a caller can give; `self` and `cls` are not given."""
    given = function.args
    names = [arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    extra = [arg for arg in (given.vararg, given.kwarg) if arg is not None]
    return len([name for name in names if name not in ("self", "cls")]) + len(extra)


def undocumented(node: ast.AST, path: str) -> list[str]:
    """Public functions, classes and methods below a module or class that lack a docstring."""
    bare = [] if ast.get_docstring(node) else [path]  # type: ignore[arg-type]
    for child in ast.iter_child_nodes(node):
        named = isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if named and not child.name.startswith("_") and not isinstance(node, ast.FunctionDef):
            bare += undocumented(child, f"{path}.{child.name}")
    return bare


@pytest.mark.parametrize("path", [*PROGRAMS, *TESTS], ids=short)
def test_sizes(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MODULE_LINES
    long = [f.name for f in functions(tree(path)) if (f.end_lineno or 0) - f.lineno + 1 > FUNCTION_LINES]
    assert long == []
    assert [f.name for f in functions(tree(path)) if parameters(f) > PARAMETERS] == []


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_public_names_say_what_they_are(path: Path) -> None:
    assert undocumented(tree(path), path.stem) == []


def test_the_measures_measure() -> None:
    module = ast.parse('"""Doc."""\nclass A:\n    """Doc."""\n    def f(self, a, *b, c=1, **d): pass\n')
    assert undocumented(module, "m") == ["m.A.f"]
    assert [parameters(f) for f in functions(module)] == [4]
