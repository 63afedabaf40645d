"""The page of a validation: claims, tables, plots and pictures in one file that needs nothing but itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any

from mindscan.dataset.folder import disk_faults, partial, put, tidy
from mindscan.dataset.tables import json_bytes
from mindscan.report.sections import Head, Section, sections_html
from mindscan.validate.claims import Claim, Row

Cells = Sequence[str | float | bool | None]


@dataclass(frozen=True)
class Picture:
    """A picture with what it shows; `source` is the address of an inline picture."""

    text: str
    source: str


@dataclass(frozen=True)
class Page:
    """A page of evidence.

    Args:
        name: of its files, without the ending.
        title: the question that it answers.
        lead: what was done, in one sentence.
        command: that makes it.
        claims: what must be true and whether it is.
        sections: what shows it.
    """

    name: str
    title: str
    lead: str
    command: str
    claims: Sequence[Claim]
    sections: Sequence[Section]


def page_html(page: Page, version: str) -> str:
    """A page as HTML; claims that fail stand first, so that the first screen says what is not true."""
    claims = sorted(page.claims, key=lambda claim: claim.holds)
    rows = table(("Claim", "Found", "Holds"), [[c.name, c.found, c.holds] for c in claims], tall=False)
    sections = [Section("claims", "Claims", "What must be true", [rows]), *page.sections]
    head = Head(
        eyebrow="mindscan validation",
        title=page.title,
        mark=f"{sum(claim.holds for claim in claims)} of {len(claims)} claims hold",
        lead=escape(page.lead),
        made=f"<code>{escape(page.command)}</code>. All numbers are in {page.name}.json",
    )
    style = files("mindscan.validate").joinpath("page.css").read_text(encoding="utf-8")
    return sections_html(head, sections, style, version)


def write(out: Path, page: Page, numbers: Mapping[str, Any]) -> Path:
    """Write a page and its numbers into a folder, each in one step; returns the path of the page.

    The claims stand first among the numbers.

    Raises:
        FolderError: the folder cannot be written.
    """
    claims = [{"claim": c.name, "found": c.found, "holds": c.holds} for c in page.claims]
    html = page_html(page, str(numbers["mindscan"]))
    with disk_faults(out):
        out.mkdir(parents=True, exist_ok=True)
        with partial(out, "validation") as temporary:
            put(out, temporary, PurePosixPath(f"{page.name}.json"), json_bytes({"claims": claims, **numbers}))
            put(out, temporary, PurePosixPath(f"{page.name}.html"), html.encode())
        tidy(out)
    return out / f"{page.name}.html"


def note(html: str) -> str:
    """A paragraph that says how something was measured; HTML."""
    return f'<p class="note">{html}</p>'


def heading(text: str) -> str:
    """A heading inside a section."""
    return f"<h3>{escape(text)}</h3>"


def table(heads: Sequence[str], rows: Sequence[Cells], tall: bool = True) -> str:
    """A table; numbers to three digits, verdicts as yes and no, None as a dash; `tall` ones scroll.

    Example:
        >>> "<td class=\\"yes\\">yes</td>" in table(("a", "b"), [["x", True]])
        True
    """
    return _table(heads, [[_cell(cell) for cell in row] for row in rows], tall)


def measured(rows: Sequence[Row]) -> str:
    """A table of rows that were measured, see `claims.row`, each with a mark where it lies in its range.

    There is no column of sources where there are none.
    """
    heads, names = ["Measured", "Found", "From", "To"], ["name", "measured", "low", "high"]
    last = ["source", "holds"] if any(row["source"] for row in rows) else ["holds"]
    heads += ["Where", *(["Against"] if len(last) > 1 else []), "Holds"]
    cells = [
        [
            *(_cell(row[name]) for name in names),
            f"<td>{_where(row)}</td>",
            *(_cell(row[name]) for name in last),
        ]
        for row in rows
    ]
    return _table(heads, cells)


def _where(row: Row) -> str:
    """The range as a bar and what was measured as a dot; a dot at the edge of the picture lies beyond it."""
    low, high, value = row["low"], row["high"], row["measured"]
    if low is None or not high > low:
        return ""
    share = min(max((value - low) / (high - low), -0.42), 1.42) if math.isfinite(value) else 1.42
    verdict = "yes" if row["holds"] else "no"
    return (
        '<svg class="where" viewBox="0 0 100 12" aria-hidden="true">'
        '<rect x="25" y="3" width="50" height="6"/>'
        f'<circle class="{verdict}" cx="{25 + 50 * share:.1f}" cy="6" r="4"/></svg>'
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], tall: bool = True) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return (
        f'<div class="scroll{" tall" if tall else ""}" tabindex="0" role="region" aria-label="Table"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(cell: str | float | bool | None) -> str:
    if cell is None:
        return "<td>–</td>"
    if isinstance(cell, bool):
        return f'<td class="{"yes" if cell else "no"}">{"yes" if cell else "no"}</td>'
    if isinstance(cell, str):
        return f"<td>{escape(cell)}</td>"
    return f'<td class="num">{_short(cell)}</td>'


def _short(value: float) -> str:
    return f"{value:,.0f}" if isinstance(value, int) or abs(value) >= 100 else f"{value:.3g}"


def pictures(shown: Sequence[Picture], three: bool = False) -> str:
    """Pictures side by side, three in a row if asked; a line of words where there are none."""
    figures = "".join(
        f'<figure><img src="{picture.source}" alt="{escape(picture.text)}" loading="lazy">'
        f"<figcaption>{escape(picture.text)}</figcaption></figure>"
        for picture in shown
    )
    return f'<div class="pictures{" three" if three else ""}">{figures or "<p>There are none.</p>"}</div>'
