"""Who the people are: age, sex, handedness and diagnosis, from headers or from the user's table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from mindscan.ingest.columns import Choices, Rows
from mindscan.ingest.item import Item
from mindscan.ingest.loose import normal

OLDEST = 89
"""Ages above are given as this: HIPAA (45 CFR 164.514(b)) and BIDS hold higher ones for identifying."""

_SEXES = {
    "f": "F",
    "female": "F",
    "w": "F",
    "woman": "F",
    "m": "M",
    "male": "M",
    "man": "M",
    "o": "O",
    "other": "O",
}
_HANDS = {"r": "R", "right": "R", "l": "L", "left": "L", "a": "A", "ambidextrous": "A", "both": "A"}
DIAGNOSES = {
    **dict.fromkeys(
        ("healthy", "control", "healthy control", "hc", "nc", "cn", "normal", "normal control"), "healthy"
    ),
    **dict.fromkeys(("ad", "alzheimer", "alzheimers", "alzheimers disease", "dat"), "alzheimers-disease"),
    **dict.fromkeys(("mci", "emci", "lmci", "mild cognitive impairment"), "mild-cognitive-impairment"),
    **dict.fromkeys(("smc", "scd", "subjective cognitive decline"), "subjective-cognitive-decline"),
    **dict.fromkeys(("pd", "parkinson", "parkinsons", "parkinsons disease"), "parkinsons-disease"),
    **dict.fromkeys(("hd", "huntington", "huntingtons", "huntingtons disease"), "huntingtons-disease"),
    **dict.fromkeys(("ms", "multiple sclerosis"), "multiple-sclerosis"),
    **dict.fromkeys(("ftd", "frontotemporal dementia"), "frontotemporal-dementia"),
    **dict.fromkeys(("dlb", "lewy body dementia", "dementia with lewy bodies"), "lewy-body-dementia"),
    **dict.fromkeys(("vad", "vascular dementia"), "vascular-dementia"),
    **dict.fromkeys(("als", "amyotrophic lateral sclerosis"), "amyotrophic-lateral-sclerosis"),
    **dict.fromkeys(("mdd", "depression", "major depressive disorder"), "major-depressive-disorder"),
    **dict.fromkeys(("scz", "sz", "schizophrenia"), "schizophrenia"),
    **dict.fromkeys(("bd", "bipolar", "bipolar disorder"), "bipolar-disorder"),
    **dict.fromkeys(("asd", "autism", "autism spectrum disorder"), "autism-spectrum-disorder"),
    **dict.fromkeys(("nph", "normal pressure hydrocephalus"), "normal-pressure-hydrocephalus"),
    **dict.fromkeys(("tbi", "traumatic brain injury"), "traumatic-brain-injury"),
    **dict.fromkeys(("gbm", "glioblastoma", "glioblastoma multiforme"), "glioblastoma"),
    **dict.fromkeys(("adhd", "attention deficit hyperactivity disorder"), "adhd"),
    **{
        name: name
        for name in ("dementia", "stroke", "epilepsy", "glioma", "meningioma", "hydrocephalus", "migraine")
    },
}
"""How diagnoses are written, without capitals and signs, to the name that they get."""


@dataclass(frozen=True)
class Known:
    """What is known of one person; None where nothing says it.

    Args:
        age_years: to a tenth; at most `OLDEST` for real people.
        sex: "F", "M" or "O".
        handedness: "L", "R" or "A".
        diagnosis: kebab-case name.
        strange: diagnoses that were not understood, as they stand; not to be written into the data set.
        ages: in years by label of the visit, where there are several.
    """

    age_years: float | None = None
    sex: str | None = None
    handedness: str | None = None
    diagnosis: str | None = None
    strange: tuple[str, ...] = ()
    ages: Mapping[str, float | None] = field(default_factory=dict)


def by_person(rows: Rows, choices: Choices) -> dict[str, Mapping[str, str]]:
    """The table's row of every person by their `normal` name; the first, where there are several."""
    column = choices.columns.id
    table: dict[str, Mapping[str, str]] = {}
    for row in rows:
        if row.get(column):
            table.setdefault(normal(row[column]), row)
    return table


def known_of(items: Sequence[Item], row: Mapping[str, str], choices: Choices) -> Known:
    """One person, by the table where it says something, else by the headers of their first visit.

    Args:
        items: of this person.
        row: of the table; empty where it has none.
        choices: which column says what, and how words are meant.
    """
    facts: dict[str, Any] = {}
    for item in sorted(items, key=lambda item: item.date):
        facts = {**item.facts, **facts}
    cells = {what: row.get(name, "") for what, name in choices.columns.model_dump().items() if name}
    told = Known(
        _age(cells.get("age_years", "") or facts.get("age_years")),
        _sex(cells.get("sex", ""), choices) or _sex(facts.get("sex", ""), choices),
        _HANDS.get(cells.get("handedness", "").casefold()),
    )
    made_up = bool(items) and all(item.mark for item in items)
    if told.age_years is not None and not made_up:
        told = replace(told, age_years=min(told.age_years, OLDEST))
    return _diagnosed(told, (cells.get("diagnosis", ""), str(facts.get("diagnosis", ""))), choices)


def ages_of(visits: Mapping[str, Sequence[Item]], known: Known) -> dict[str, float | None]:
    """Age in years at every visit, by its label: as headers say it, else by the dates between visits.

    Args:
        visits: items of one person by label of their visit.
        known: of this person; what a table says of the age holds for the first visit.
    """
    dates = {label: min(item.date for item in items) for label, items in visits.items()}
    labels = sorted(visits, key=lambda label: (dates[label], label))
    said = {label: _age(_first_age(visits[label])) for label in labels}
    begin = labels[0]
    if known.age_years is not None and known.age_years != OLDEST and known.age_years != said[begin]:
        said = {**dict.fromkeys(labels), begin: known.age_years}
    base = next((label for label in labels if said[label] is not None), begin)
    for label in labels:
        passed, start = _years_between(dates[base], dates[label]), said[base]
        if said[label] is None and start is not None and passed is not None:
            said[label] = round(start + passed, 1)
    made_up = all(item.mark for items in visits.values() for item in items)
    return {label: age if age is None or made_up else min(age, OLDEST) for label, age in said.items()}


def _first_age(items: Sequence[Item]) -> Any:
    return next((item.facts["age_years"] for item in items if "age_years" in item.facts), "")


def _years_between(one: str, other: str) -> float | None:
    """Years from one day to another, each such as "20240131"; None where they are no days."""
    try:
        days = [datetime.strptime(text[:8], "%Y%m%d").date() for text in (one, other)]
    except ValueError:
        return None
    return (days[1] - days[0]).days / 365.25


def _diagnosed(told: Known, texts: Iterable[str], choices: Choices) -> Known:
    strange = []
    own = {_plain(key): value for key, value in choices.diagnosis.items()}
    for text in texts:
        plain = _plain(text)
        name = own.get(plain) or DIAGNOSES.get(plain) or _NAMES.get(plain)
        if name:
            return replace(told, diagnosis=name, strange=())
        if plain not in ("n a", "na", "nan", "none", "unknown", ""):
            strange.append(text)
    return replace(told, strange=tuple(strange))


_NAMES = {name.replace("-", " "): name for name in DIAGNOSES.values()}


def _plain(text: str) -> str:
    """Lower case, apostrophes gone, other signs as spaces."""
    return re.sub(r"[^a-z0-9]+", " ", re.sub("['’]", "", text.casefold())).strip()


def _sex(text: str, choices: Choices) -> str | None:
    return choices.sex.get(text) or _SEXES.get(text.casefold())


def _age(value: Any) -> float | None:
    """Years to a tenth, of a number or of words such as "72", "72 y" or "90+"."""
    match = re.match(r"\s*(\d{1,3}(?:[.,]\d+)?)\s*(\+|y|years?)?\s*$", str(value), re.I)
    years = float(match[1].replace(",", ".")) if match else None
    return round(years, 1) if years is not None and years <= 120 else None
