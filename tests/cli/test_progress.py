"""A bar in a terminal, plain lines elsewhere."""

import io
import re

from rich.console import Console

from mindscan.cli.progress import counted, shown
from mindscan.cohort.estimate import Estimate
from mindscan.cohort.run import Progress

COST = Estimate(3600, 2**30, 2**30, 2)
STEPS = [Progress(1, 3, "", COST), Progress(2, 3, "0002", COST), Progress(3, 3, "0003", COST)]


def said(terminal: bool, steps: list[Progress]) -> str:
    text = io.StringIO()
    with shown(Console(file=text, force_terminal=terminal, width=100, legacy_windows=False)) as show:
        for step in steps:
            show(step)
    return text.getvalue()


def test_plain_lines_where_there_is_no_terminal() -> None:
    assert said(False, STEPS).splitlines() == [
        f"1 of 3: 2 to make, {COST}",
        "2 of 3: sub-0002 is finished",
        "3 of 3: sub-0003 is finished",
    ]
    assert said(False, [Progress(3, 3, "", COST)]) == "3 of 3: nothing left to make\n"


def test_a_bar_with_the_time_left() -> None:
    begun = said(True, STEPS[:1])
    assert "1/3" in begun
    assert re.search(r"(1:00:00|0:59:5\d) left", begun)
    half = said(True, STEPS[:2])
    assert "2/3" in half
    assert "0:00:00 left" in half
    full = said(True, STEPS)
    assert "3/3" in full
    assert "writing the report" in full
    assert "done" in full


def test_counting_says_every_tenth_and_fills_a_bar() -> None:
    said = {}
    for terminal in (False, True):
        text = io.StringIO()
        with counted(Console(file=text, force_terminal=terminal, width=100), "measuring") as show:
            for done in range(41):
                show(done, 40)
        said[terminal] = text.getvalue()
    assert said[False].splitlines() == [f"measuring: {done} of 40" for done in range(0, 41, 4)]
    assert "40/40" in said[True]
