"""The page that judges prepared scans, the doubtful first, with pictures; and its numbers as a table."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any

from mindscan.dataset import layout
from mindscan.dataset.tables import Cell, json_bytes, tsv_bytes
from mindscan.prepare.names import Names
from mindscan.prepare.picture import OWN, TEMPLATE
from mindscan.prepare.quality import MEASURES, T1W_ONLY, doubtful
from mindscan.report.sections import Head, Section, sections_html

COLUMNS = ("participant_id", "session", "scan", "method", "doubt", *MEASURES)
_ABOUT = {
    "participant_id": "Name of the participant",
    "session": "Name of the session",
    "scan": "The scan, seen from the data set",
    "method": "What found the brain: the trained network, or the classical method behind it",
    "doubt": "Why the scan should be looked at before it is used; n/a where nothing is doubtful",
}
Failed = Sequence[tuple[str, str]]
"""Scans that could not be made ready, and why."""


@dataclass(frozen=True)
class Row:
    """What is known of one scan: where it was, who found the brain, its numbers, what is doubtful."""

    scan: PurePosixPath
    method: str
    numbers: Mapping[str, float | None]
    doubts: tuple[str, ...]

    @staticmethod
    def of(sidecar: Path, told: Mapping[str, Any]) -> Row:
        """From the sidecar of a prepared scan."""
        source = PurePosixPath(str(told["Sources"][0]).removeprefix("bids:raw:"))
        return Row(source, str(told["BrainMethod"]), told["Quality"], tuple(told["Doubts"]))

    @property
    def picture(self) -> PurePosixPath:
        """Its picture, seen from the derivative."""
        return Names.of(self.scan).picture

    @property
    def name(self) -> str:
        """The scan without folders and ending."""
        return self.scan.name.removesuffix(".gz").removesuffix(".nii")

    def cells(self) -> list[Cell]:
        """The row of the table."""
        doubt = "; ".join(self.doubts) or None
        return [*_who(self.scan), self.method, doubt, *(self.numbers[name] for name in MEASURES)]


def _who(scan: PurePosixPath) -> list[Cell]:
    return [scan.name.split("_")[0], layout.entity(scan, "ses") or None, str(scan)]


def table_bytes(rows: Sequence[Row], failed: Failed) -> bytes:
    """`quality.tsv`: a row for every scan, also for those that could not be made ready."""
    missing: list[list[Cell]] = [
        [
            *_who(PurePosixPath(scan)),
            None,
            f"not made ready: {' '.join(why.split())}",
            *[None] * len(MEASURES),
        ]
        for scan, why in failed
    ]
    return tsv_bytes(COLUMNS, [*(row.cells() for row in rows), *missing])


def words_bytes() -> bytes:
    """What the columns of the table mean."""
    about = {**_ABOUT, **{name: measure.text for name, measure in MEASURES.items()}}
    return json_bytes({name: {"Description": text} for name, text in about.items()})


def page_html(rows: Sequence[Row], pictures: Mapping[PurePosixPath, bytes], failed: Failed) -> str:
    """The page as HTML.

    Args:
        rows: all scans that are ready.
        pictures: WebP pictures by their names.
        failed: scans that are not.
    """
    ill, well = ([row for row in rows if bool(row.doubts) is doubtful] for doubtful in (True, False))
    parts = [Section("doubtful", "Doubtful", "Look at these before you use them", [_wall(ill, pictures)])]
    if failed:
        parts.insert(0, Section("failed", "Failed", "Could not be made ready", [_failures(failed)]))
    parts.append(Section("sound", "Sound", "Nothing doubtful was found", [_wall(well, pictures)]))
    parts.append(Section("numbers", "Numbers", "All numbers", [_numbers(rows)]))
    parts.append(Section("meaning", "Meaning", "What the numbers are", [_meaning()]))
    head = Head(
        eyebrow="mindscan prepare",
        title="Scans made ready",
        mark=f"{len(ill)} of {len(rows)} scans are doubtful" + (f", {len(failed)} failed" if failed else ""),
        lead=_lead(),
        made="<code>mindscan prepare</code>. All numbers are in quality.tsv. "
        "Pictures show nothing outside the skull",
    )
    style = files("mindscan.prepare").joinpath("page.css").read_text(encoding="utf-8")
    return sections_html(head, parts, style, version("mindscan"))


def _lead() -> str:
    own, usual = (
        f'<i class="dot" style="background:rgb{colour}"></i> {name}'
        for colour, name in ((OWN, "outline of the brain that was found"), (TEMPLATE, "of the template"))
    )
    return (
        "Axial, coronal and sagittal slice of every scan in the space of the template, the right of the "
        f"person on the left; below the same with {own} and {usual}. The outlines should follow each other, "
        "and the lower picture should show no skull inside and no brain outside."
    )


def _wall(rows: Sequence[Row], pictures: Mapping[PurePosixPath, bytes]) -> str:
    if not rows:
        return '<p class="note">None.</p>'
    return f'<ul class="pictures">{"".join(_card(row, pictures.get(row.picture)) for row in rows)}</ul>'


def _card(row: Row, picture: bytes | None) -> str:
    shown = '<p class="none">no picture</p>'
    if picture is not None:
        source = f"data:image/webp;base64,{base64.b64encode(picture).decode()}"
        shown = f'<img src="{source}" alt="Slices of the brain of {escape(row.name)}" loading="lazy">'
    told = escape("; ".join(row.doubts)) if row.doubts else _brief(row)
    ill = " ill" if row.doubts else ""
    return (
        f'<li class="card{ill}">{shown}<div class="who"><b>{escape(row.name)}</b></div>'
        f'<p class="{ill.strip()}">{told}</p></li>'
    )


def _brief(row: Row) -> str:
    shown = (
        ("brain_ml", "{:.0f} mL"),
        ("snr", "SNR {:.1f}"),
        ("cnr", "CNR {:.2f}"),
        ("overlap", "overlap {:.3f}"),
    )
    return escape(
        ", ".join(form.format(row.numbers[name]) for name, form in shown if row.numbers[name] is not None)
    )


def _failures(failed: Failed) -> str:
    rows = "".join(f"<tr><td>{escape(scan)}</td><td>{escape(why)}</td></tr>" for scan, why in failed)
    heads = "<tr><th>Scan</th><th>Why</th></tr>"
    return f'<div class="scroll"><table><thead>{heads}</thead><tbody>{rows}</tbody></table></div>'


def _numbers(rows: Sequence[Row]) -> str:
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("scan", *MEASURES))
    body = "".join(
        f"<tr><td>{escape(row.name)}</td>{''.join(_cell(row, name) for name in MEASURES)}</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll tall"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _cell(row: Row, name: str) -> str:
    value = row.numbers[name]
    if value is None:
        return '<td class="num">–</td>'
    ill = " ill" if doubtful(name, value, layout.suffix_of(row.scan)) else ""
    return (
        f'<td class="num{ill}">{value:.3g}</td>'
        if abs(value) < 100
        else f'<td class="num{ill}">{value:.0f}</td>'
    )


def _meaning() -> str:
    rows = "".join(
        f"<tr><td>{name}</td><td>{escape(measure.text)}</td><td>{_range(name)}</td></tr>"
        for name, measure in MEASURES.items()
    )
    heads = "<tr><th>Number</th><th>What it is</th><th>No doubt</th></tr>"
    note = "The ranges are choices of this project; they mark what to look at and judge nothing."
    table = f"<table><thead>{heads}</thead><tbody>{rows}</tbody></table>"
    return f'<div class="scroll">{table}</div><p class="note">{note}</p>'


def _range(name: str) -> str:
    low, high = MEASURES[name].low, MEASURES[name].high
    where = " in T1w" if name in T1W_ONLY else ""
    if low > float("-inf") and high < float("inf"):
        return f"{low:g} to {high:g}{where}"
    return f"at least {low:g}{where}" if low > float("-inf") else f"at most {high:g}{where}"
