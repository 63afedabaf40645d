"""All randomness comes from `core.key`."""

import ast
from pathlib import Path

import pytest

from house.source import PROGRAMS, TESTS, short, tree

KEY = "src/mindscan/core/key.py"
SOURCES = ("numpy.random", "random", "secrets", "uuid", "os.urandom", "torch.random", "torch.Generator")
"""What may not be called or imported."""

CALLS = (*(f"{source}." for source in SOURCES), "os.urandom", "torch.Generator")
SEEDS = ("manual_seed", "seed", "default_rng", "RandomState", "SeedSequence")
DRAWS = (
    *("rand", "randn", "randint", "randperm", "rand_like", "randn_like", "randint_like"),
    *("normal", "bernoulli", "multinomial", "poisson"),
    *("normal_", "uniform_", "random_", "bernoulli_", "exponential_", "log_normal_", "cauchy_", "geometric_"),
)
"""Torch functions and methods that must be given a generator."""


def spelled(node: ast.AST, names: dict[str, str]) -> str:
    """The dotted name of an expression, import names resolved; "" where it has none."""
    if isinstance(node, ast.Attribute):
        before = spelled(node.value, names)
        return f"{before}.{node.attr}" if before else ""
    return names.get(node.id, node.id) if isinstance(node, ast.Name) else ""


def imported(module: ast.Module) -> dict[str, str]:
    """Local name to full name of everything that a module imports."""
    names = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def stray(module: ast.Module) -> list[str]:
    """Calls that draw random numbers from anything but a key."""
    names = imported(module)
    found = [full for full in names.values() if full.startswith(SOURCES) and not full.startswith("torch")]
    for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
        full = spelled(call.func, names)
        last = call.func.attr if isinstance(call.func, ast.Attribute) else full.rpartition(".")[2]
        given = any(word.arg == "generator" for word in call.keywords)
        torch_draw = (full.startswith("torch.") or last.endswith("_")) and last in DRAWS
        if full.startswith(CALLS):
            found.append(full)
        elif (last in SEEDS and full.startswith(("torch", "numpy"))) or (torch_draw and not given):
            found.append(full or last)
    return found


@pytest.mark.parametrize("path", [p for p in (*PROGRAMS, *TESTS) if short(p) != KEY], ids=short)
def test_randomness_comes_from_keys(path: Path) -> None:
    assert stray(tree(path)) == []


@pytest.mark.parametrize(
    "text",
    [
        "import numpy as np; np.random.default_rng(1)",
        "import numpy as np; np.random.normal()",
        "from numpy.random import default_rng",
        "import random",
        "from random import choice",
        "import torch; torch.manual_seed(1)",
        "import torch; torch.randn(3)",
        "from torch import randn; randn(3)",
        "import torch; torch.zeros(3).normal_()",
        "import torch; torch.Generator().manual_seed(1)",
        "import uuid; uuid.uuid4()",
        "import os; os.urandom(8)",
    ],
)
def test_stray_randomness_is_found(text: str) -> None:
    assert stray(ast.parse(text)) != []


@pytest.mark.parametrize(
    "text",
    [
        "import torch; torch.randn(3, generator=key.generator())",
        "import numpy as np\ndef f(rng: np.random.Generator): return rng.normal()",
        "key.rng().random()",
        "import torch; torch.empty(3).uniform_(generator=g)",
    ],
)
def test_keyed_randomness_is_fine(text: str) -> None:
    assert stray(ast.parse(text)) == []
