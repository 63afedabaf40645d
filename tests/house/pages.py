"""How the blocks of a page are run: every page is a story that is told in one empty folder.

- ``python``: run in turn in one namespace; a block with prompts (``>>>``) must print what it shows.
- ``console``: lines after ``$`` are run in turn; what is shown after them must be what they print, where
  ``...`` stands for anything. A command may fail only where the page shows mindscan's one line of complaint.
  `mindscan` is called, not started, or it would be loaded anew for every line; a warning is a fault.
  `make` is asked what it would do, since the tests themselves run inside it.
- ``toml``: a plan that must be accepted; with a first line such as ``# plan.toml`` it becomes that file.
- ``text``: a first line that ends in ``/`` names a folder; the first word of every further line stands in it.
"""

import doctest
import io
import os
import re
import shlex
import subprocess
import sys
import tomllib
import warnings
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mindscan
from house.source import ROOT
from mindscan.cli import main

FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.M | re.S)
KINDS = ("python", "console", "toml", "text")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    kind: str
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    """Every fenced block of a page; what Sphinx reads (in braces) is no code."""
    text = page.read_text(encoding="utf-8")
    found = (Block(m[1].strip(), m[2], text.count("\n", 0, m.start()) + 1) for m in FENCE.finditer(text))
    return [block for block in found if not block.kind.startswith("{")]


def assert_runs(block: Block, names: dict[str, Any], page: str) -> None:
    """Run one block in the working folder; what is not as the page says is an AssertionError or worse."""
    {"python": _python, "console": _console, "toml": _toml, "text": _text}[block.kind](block, names, page)


def _python(block: Block, names: dict[str, Any], page: str) -> None:
    if ">>> " not in block.text:
        exec(compile("\n" * block.line + block.text, page, "exec"), names)
        return
    story = doctest.DocTestParser().get_doctest(block.text, names, page, page, block.line)
    said: list[str] = []
    done = doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(
        story, out=said.append, clear_globs=False
    )
    names.update(story.globs)
    assert done.failed == 0, "".join(said)


def _console(block: Block, names: dict[str, Any], page: str) -> None:
    for part in re.split(r"^\$ ", block.text, flags=re.M)[1:]:
        command, _, shown = part.replace("\\\n", "").partition("\n")
        code, printed = (_called if command.startswith("mindscan ") else _started)(command)
        complained = code == 2 and re.search("^mindscan: ", shown, re.M)
        assert code == 0 or complained, f"{page}: {command}\n{printed}"
        if shown.strip() and not command.startswith("make "):
            same = doctest.OutputChecker().check_output(shown, printed, FLAGS)
            assert same, f"{page}: {command}\nshown:\n{shown}\nprinted:\n{printed}"


def _called(command: str) -> tuple[int, str]:
    """The exit code of a mindscan command and all that it prints."""
    printed, code = io.StringIO(), 0
    with redirect_stdout(printed), redirect_stderr(printed), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            main(shlex.split(command)[1:])
        except SystemExit as end:
            code = int(end.code or 0)
    return code, printed.getvalue()


def _started(command: str) -> tuple[int, str]:
    """The same of any other program."""
    asked = f"make -C {ROOT} --dry-run {command[5:]}" if command.startswith("make ") else command
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    words = ["bash", "-c", f"{asked} 2>&1"]
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path}
    )
    return done.returncode, done.stdout


def _toml(block: Block, names: dict[str, Any], page: str) -> None:
    mindscan.Plan.parse(tomllib.loads(block.text), page)
    name = re.match(r"# ([\w.-]+\.toml)\n", block.text)
    if name:
        Path(name[1]).write_text(block.text, encoding="utf-8")


def _text(block: Block, names: dict[str, Any], page: str) -> None:
    folder, *lines = block.text.splitlines()
    if folder.endswith("/"):
        missing = [line for line in lines if line.strip() and not (Path(folder) / line.split()[0]).exists()]
        assert missing == [], page
