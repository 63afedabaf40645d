"""The command line: one line and exit code 2 for every mistake, nothing lost."""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from mindscan import cli

MAKE = "mindscan make --help"


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process: exit code, standard output, standard error."""

    def words_run(*words: object) -> tuple[int, str, str]:
        code = 0
        try:
            cli.main([str(word) for word in words])
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capfd.readouterr()

    return words_run


def timed(program: str, *words: str) -> tuple[float, subprocess.CompletedProcess[str]]:
    """Seconds and outcome of a program in an interpreter of its own."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    return time.perf_counter() - began, done


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    """It takes less than two thirds of what loading the libraries that read and filter scans takes."""
    program = "import sys, mindscan.cli; mindscan.cli.main(); "
    program += "print(sorted({'torch', 'numpy', 'nibabel', 'scipy'} & set(sys.modules)), file=sys.stderr)"
    times, loading = [], []
    for _ in range(3):
        seconds, done = timed(program, "--help")
        times.append(seconds)
        loading.append(timed("import nibabel, scipy.ndimage")[0])
    assert "Make a labelled data set" in done.stdout
    assert done.stderr in ("", "[]\n")
    assert min(times) < 2 / 3 * min(loading)


@pytest.mark.parametrize("command", ["make", "plan", "replay", "show", "cite", "validate anatomy"])
def test_every_command_explains_itself(run: Run, command: str) -> None:
    code, out, err = run(*command.split(), "--help")
    assert (code, err) == (0, "")
    assert f"Usage: mindscan {command}" in out
    options = re.findall(r"--[a-z]+", out)
    assert all(len(option) > 3 for option in options)


def test_version(run: Run) -> None:
    assert run("--version")[1].strip() == version("mindscan")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["make"], f"parameter OUT requires an argument; see `{MAKE}`"),
        (["make", "{out}", "--subjects", "many"], f'unable to convert "many" into int; see `{MAKE}`'),
        (
            ["make", "{out}", "--subjcts", "3"],
            "Unknown option: --subjcts. Did you mean --subjects?",
        ),
        (["make", "{out}", "more"], f"Unused Tokens: ['more']; see `{MAKE}`"),
        (["mak", "{out}"], 'Unknown command "mak". Did you mean "make"?'),
        (["make", "{out}", "--subjects", "0"], "subjects = 0; expected at least 1; ask for more"),
        (["make", "{out}", "--workers", "0"], "workers = 0; expected at least 1; ask for more"),
        (["make", "{out}", "--seed", "-1"], "seed -1; expected a whole number from 0"),
        (["make", "{out}", "--plan", "{tmp}/no.toml"], "No such file or directory; expected a readable file"),
        (["make", "{out}", "--plan", "{tmp}"], "expected a .toml or .json file"),
        (["make", "{out}", "--plan", "{bad}"], "unknown field 'anatomy.head.icvml'; expected one of"),
        (["plan", "{bad}"], "did you mean 'icv_ml'?"),
        (["make", "{file}"], "is a file; expected a folder; choose another folder"),
        (["make", "{file}/below"], "Not a directory; expected a folder"),
        (["make", "{tmp}"], "which mindscan did not write; expected an empty or a missing folder"),
        (["make", "/proc/mindscan"], "/proc/mindscan"),
        (["replay", "{tmp}/no.json", "{out}"], "No such file or directory; expected a readable file"),
        (["replay", "{file}", "{out}"], "expected valid JSON; repair or replace the file"),
        (["show", "{tmp}/no.nii.gz", "--out", "{tmp}/a.png"], "No such file"),
        (["show", "{file}", "--out", "{tmp}/a.png"], "expected a NIfTI file"),
        (["cite", "{out}"], "is not a folder; expected the folder of a data set"),
        (["cite", "{tmp}"], "holds no subject"),
    ],
)
def test_mistakes_give_one_line(run: Run, tmp_path: Path, words: list[str], message: str) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "bad.toml").write_text("[anatomy.head]\nicvml = 1500\n")
    before = sorted(tmp_path.rglob("*"))
    places = {
        "tmp": tmp_path,
        "out": tmp_path / "out",
        "file": tmp_path / "file",
        "bad": tmp_path / "bad.toml",
    }
    code, out, err = run(*(word.format(**places) for word in words))
    assert (code, out) == (2, "")
    assert err.startswith("mindscan: ")
    assert err.count("\n") == 1
    assert message in err
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text() == "mine"


def test_what_the_system_refuses_is_one_line_too(run: Run, tmp_path: Path) -> None:
    code, _, err = run("make", tmp_path / ("x" * 300))
    assert code == 2
    assert "File name too long" in err
    assert err.count("\n") == 1


def test_a_reader_that_goes_away_is_no_fault() -> None:
    program = "import sys; from mindscan.cli import main; input(); main()"
    command = [sys.executable, "-c", program, "--help"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, err = process.communicate("\n", timeout=60)
    assert process.returncode == 1
    assert err == ""
