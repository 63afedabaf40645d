"""Tables of the page."""

import re
from collections.abc import Callable
from pathlib import Path

from mindscan.dataset.shelf import read_dataset
from mindscan.report.settings import ScanKind
from mindscan.report.tables import legend, participants_table, setting_name, settings_table

Shelf = Callable[..., Path]


def test_settings_have_a_column_for_each_kind_of_scan() -> None:
    kinds = [
        ScanKind("T1w", "T1w", 2, {"EchoTime": "0.003 s", "Coil": "<8>"}, {}),
        ScanKind("T2w", "T2w", 1, {"FlipAngle": "90 degrees"}, {}),
    ]
    html = settings_table(kinds)
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    assert [row.count("<t") for row in rows] == [3, 3, 3, 3]
    assert "&lt;8&gt;" in html
    assert html.index("Flip angle") < html.index("Coil")
    assert "no scan" in settings_table([])


def test_the_legend_names_every_label() -> None:
    html = legend([17, 53])
    assert html.count("<li>") == 2
    assert "rgb(220,216,20)" in html
    assert "Right-Hippocampus" in html
    assert "No labels" in legend([])


def test_participants_sort_by_exact_values(make_shelf: Shelf) -> None:
    rows = read_dataset(make_shelf(3)).participants
    html = participants_table(rows)
    assert html.count("<tr>") == 4
    assert f'data-value="{rows[1]["icv_ml"]:.5g}">{rows[1]["icv_ml"]:,.0f}<' in html
    assert "sub-003" in html


def test_missing_volumes_are_said_to_be_missing(make_shelf: Shelf) -> None:
    html = participants_table(read_dataset(make_shelf(2, kind="scan", brain=False)).participants)
    assert html.count(">n/a<") == 14


def test_names_of_settings() -> None:
    assert setting_name("psf_fwhm_mm").startswith("Point spread")
    assert setting_name("ParallelReductionFactorInPlane") == "Parallel reduction factor in plane"
