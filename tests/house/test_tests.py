"""Tests stand where the modules stand, and every one of them can fail."""

import ast
from pathlib import Path

import pytest

from house.source import ROOT, SRC, TESTS, functions, short, tree

ROOMS = sorted(path.name for path in SRC.iterdir() if (path / "__init__.py").exists())
MIRRORED = [path for path in TESTS if path.parent.name in ROOMS and path.name.startswith("test_")]


def claims(function: ast.AST) -> bool:
    """Whether a function asserts something, itself or through a helper that says so in its name."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        called = node.func if isinstance(node, ast.Call) else None
        name = getattr(called, "attr", None) or getattr(called, "id", "")
        if name in ("raises", "warns") or name.startswith("assert_"):
            return True
    return False


@pytest.mark.parametrize("path", MIRRORED, ids=short)
def test_a_test_stands_where_its_module_stands(path: Path) -> None:
    inside = path.relative_to(ROOT / "tests")
    name = inside.stem.removeprefix("test_")
    module = "__init__" if name == inside.parent.name else name
    assert (SRC / inside.with_name(f"{module}.py")).exists()


@pytest.mark.parametrize("path", [path for path in TESTS if path.name.startswith("test_")], ids=short)
def test_every_test_claims_something(path: Path) -> None:
    tests = [function for function in functions(tree(path)) if function.name.startswith("test_")]
    assert tests
    assert [test.name for test in tests if not claims(test)] == []


def test_an_empty_test_is_found() -> None:
    assert not claims(ast.parse("def test_nothing():\n    make()\n"))
    assert claims(ast.parse("def test_it():\n    with pytest.raises(KeyError):\n        make()\n"))
