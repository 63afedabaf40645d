"""The wall of a report: every subject with its slices, its labels and its recipe."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import torch

from mindscan.core.errors import FileError
from mindscan.core.volume import Volume
from mindscan.dataset import layout
from mindscan.dataset.nifti import read_nifti
from mindscan.dataset.shelf import Entry
from mindscan.dataset.tables import Cell, read_text
from mindscan.report.facts import Facts
from mindscan.report.settings import plain
from mindscan.report.thumbnail import Strip, strip, view_size

UNKNOWN_GROWTH = 1.1
"""Room for larger heads where no volumes are known."""

INLINE = 6
"""Lists of at most this many plain values stand on one line of a recipe."""


def pixel_mm(subjects: int) -> float:
    """Edge length of a thumbnail's pixel: small for a few subjects, larger for many.

    Example:
        >>> pixel_mm(1) < pixel_mm(4) < pixel_mm(100) < pixel_mm(200)
        True
    """
    return 0.62 * math.pow(max(subjects, 1), 0.27)


def wall(facts: Facts) -> str:
    """The wall as HTML: a switch that shows the labels, and a card for each subject.

    Pictures are read one subject at a time.

    Raises:
        FileError: a picture, a table or a recipe is missing or damaged.
    """
    cards, width, size = [], 320, None
    for entry, row in zip(facts.dataset.entries, facts.rows, strict=True):
        image = None
        if slices := _slices(entry):
            volume, labels = read_nifti(slices[0]), _labels(entry, slices[0])
            size = size or view_size(volume, labels, _growth(facts, row))
            image = strip(volume, labels, size, pixel_mm(len(facts.dataset)))
            width = image.width
        cards.append(_card(entry, row, image))
    switch = (
        '<input class="toggle" type="checkbox" id="show-labels">'
        '<label class="switch" for="show-labels"><i></i>Show labels</label>'
    )
    return f'{switch}<ul class="wall" style="--strip:{width}px">{"".join(cards)}</ul>'


def _growth(facts: Facts, first: Mapping[str, Cell]) -> float:
    """How much longer the largest head of a data set is than the first one, by intracranial volume."""
    known, own = facts.column("icv_ml"), first["icv_ml"]
    return math.cbrt(max(known) / own) if isinstance(own, float) and own > 0 else UNKNOWN_GROWTH


def _slices(entry: Entry) -> list[Path]:
    """Scans that can be cut into slices; radiographs cannot."""
    return [picture for picture in entry.scans if not layout.is_projection(picture)]


def _labels(entry: Entry, picture: Path) -> Volume | None:
    labels = entry.shown_labels(picture)
    return None if labels is None else read_nifti(labels, torch.int16)


def _card(entry: Entry, row: Mapping[str, Cell], image: Strip | None) -> str:
    """One subject: slices, who it is, and everything its recipe says."""
    name = escape(str(row["participant_id"]))
    icv = row["icv_ml"]
    facts = [f"{entry.person.age_years:.1f} y", {"F": "female", "M": "male"}[entry.person.sex]]
    facts += [f"ICV {icv:,.0f} mL"] if isinstance(icv, float) else []
    person = "".join(f"<span>{fact}</span>" for fact in facts)
    kind = "" if entry.person.diagnosis == "healthy" else ' class="ill"'
    person += f"<span{kind}>{escape(entry.person.diagnosis)}</span>"
    return (
        f'<li class="card" id="{name}">{_pictures(entry, name, image)}'
        f'<div class="who"><b>{name}</b>{person}</div>'
        f"<details><summary>{_source_name(entry)}</summary><pre>{escape(_document(entry))}</pre></details></li>"
    )


def _source_name(entry: Entry) -> str:
    return {"recipe": "Recipe", "scan": "Where the scan is from", "model": "Where it is from"}[
        entry.card.kind
    ]


def _pictures(entry: Entry, name: str, image: Strip | None) -> str:
    """The slices with the labels over them; else a radiograph; else a plain note."""
    if image is None and entry.scans:
        source = _base64(layout.preview(entry.scans[0]).read_bytes())
        text = f"{name}: {escape(layout.suffix_of(entry.scans[0]))} radiograph"
        return f'<span class="strip"><img src="data:image/png;base64,{source}" alt="{text}"></span>'
    if image is None:
        return '<p class="none">no scan</p>'
    kind = layout.suffix_of(_slices(entry)[0])
    text = f"{name}: axial, coronal and sagittal slice of the {escape(kind)} scan"
    size = f'width="{image.width}" height="{image.height}" loading="lazy" decoding="async"'
    picture = f'<img src="data:image/webp;base64,{_base64(image.picture)}" alt="{text}" {size}>'
    if image.labels is not None:
        source = f"data:image/png;base64,{_base64(image.labels)}"
        picture += f'<img class="over" src="{source}" alt="" aria-hidden="true" {size}>'
    return f'<span class="strip">{picture}</span>'


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _document(entry: Entry) -> str:
    """The document that a subject comes from, as indented lines."""
    text = read_text(entry.recipe)
    try:
        return "\n".join(outline(json.loads(text)))
    except ValueError:
        raise FileError(f"{entry.recipe} is not JSON", "a recipe", "make the data set again") from None


def outline(data: Any, depth: int = 0) -> Iterable[str]:
    """Plain data as indented "name: value" lines, short lists on one line.

    Example:
        >>> list(outline({"age": 40, "scan": {"tr_ms": 2300, "voxel": [1, 1, 2]}}))
        ['age: 40', 'scan', '  tr_ms: 2300', '  voxel: 1, 1, 2']
    """
    pairs = data.items() if isinstance(data, Mapping) else enumerate(data, 1)
    for name, value in pairs:
        if _short(value):
            yield f"{'  ' * depth}{name}: {_inline(value)}"
        else:
            yield f"{'  ' * depth}{name}"
            yield from outline(value, depth + 1)


def _short(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= INLINE and all(not isinstance(part, list | dict) for part in value)
    return not isinstance(value, dict)


def _inline(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_inline(part) for part in value) or "none"
    return "none" if value is None else plain(value) if isinstance(value, bool) else str(value)
