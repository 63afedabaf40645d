"""The tables of a report as HTML: scan settings, labels and participants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from mindscan.core.labels import BY_ID
from mindscan.dataset import layout
from mindscan.dataset.tables import Cell
from mindscan.report.settings import HEADINGS as SETTINGS
from mindscan.report.settings import ScanKind

HEADINGS = {
    "participant_id": "Subject",
    "age": "Age",
    "sex": "Sex",
    "handedness": "Hand",
    "diagnosis": "Diagnosis",
    "icv_ml": "ICV",
    "cortical_gm_ml": "Cortical GM",
    "cerebral_wm_ml": "Cerebral WM",
    "subcortical_gm_ml": "Subcortical GM",
    "ventricles_ml": "Ventricles",
    "hippocampus_ml": "Hippocampus",
}
"""Column of the participants table to its heading on the page."""

_TEXT = ("participant_id", "sex", "handedness", "diagnosis")


def settings_table(kinds: Sequence[ScanKind]) -> str:
    """A row for each setting, a column for each kind of scan."""
    if not kinds:
        return "<p>This data set holds no scan.</p>"
    found = list(dict.fromkeys(name for kind in kinds for name in kind.settings))
    names = sorted(found, key=lambda name: name not in SETTINGS)
    heads = "".join(
        f'<th scope="col">{escape(kind.name)} <small>({kind.count})</small></th>' for kind in kinds
    )
    rows = []
    for name in names:
        cells = "".join(f"<td>{escape(kind.settings.get(name, '–'))}</td>" for kind in kinds)
        rows.append(f'<tr><th scope="row">{escape(setting_name(name))}</th>{cells}</tr>')
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Scan settings"><table><thead><tr>'
        f'<th scope="col">Setting</th>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def setting_name(name: str) -> str:
    """A setting in words.

    Example:
        >>> setting_name("EchoTime"), setting_name("MRCoilName"), setting_name("bias_order")
        ('Echo time', 'MR coil name', 'bias order')
    """
    if name in SETTINGS:
        return SETTINGS[name][0]
    words: list[str] = []
    for n, letter in enumerate(name.replace("_", " ")):
        after = name[n + 1 : n + 2]
        if letter.isupper() and n and (name[n - 1].islower() or after.islower()):
            words.append(" ")
        words.append(letter)
    text = "".join(words).split(" ")
    return " ".join(
        word if n == 0 or (len(word) > 1 and word.isupper()) else word.lower() for n, word in enumerate(text)
    )


def legend(labels: Sequence[int]) -> str:
    """Labels of the table with their colours and ids."""
    items = []
    for i in labels:
        red, green, blue = BY_ID[i].colour
        swatch = f'<i style="background:rgb({red},{green},{blue})"></i>'
        items.append(f"<li>{swatch}{escape(BY_ID[i].name)}<code>{i}</code></li>")
    if not items:
        return "<p>No labels are known for this data set.</p>"
    return f'<ul class="legend">{"".join(items)}</ul>'


def participants_table(participants: Sequence[Mapping[str, Cell]]) -> str:
    """A sortable table of all subjects."""
    columns = [name for name in layout.PARTICIPANT_COLUMNS if name in HEADINGS]
    heads = "".join(
        f'<th scope="col"{_kind(name)}><button type="button">{HEADINGS[name]}</button></th>'
        for name in columns
    )
    rows = "".join(f"<tr>{''.join(_cell(name, row[name]) for name in columns)}</tr>" for row in participants)
    return (
        '<div class="scroll tall" tabindex="0" role="region" aria-label="Participants"><table><thead>'
        f"<tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _kind(name: str) -> str:
    return "" if name in _TEXT else ' class="num"'


def _cell(name: str, value: Cell) -> str:
    if value is None:
        return f'<td{_kind(name)} data-value="-1">n/a</td>'
    if isinstance(value, str):
        return f"<td>{escape(value)}</td>"
    digits = 0 if value >= 100 else 1
    return f'<td class="num" data-value="{value:.5g}">{value:,.{digits}f}</td>'
