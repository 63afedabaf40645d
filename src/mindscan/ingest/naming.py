"""What everything is called in the data set: pseudonyms, visits, names that stay between runs."""

from __future__ import annotations

import fnmatch
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import PurePosixPath
from typing import Any

from mindscan.dataset import layout
from mindscan.ingest.columns import Choices
from mindscan.ingest.item import Item
from mindscan.ingest.journal import Note
from mindscan.ingest.loose import ENTITIES, normal
from mindscan.ingest.modality import LABEL_SUFFIXES, Guess, guess
from mindscan.ingest.picture import UnfitError
from mindscan.ingest.secret import Secret
from mindscan.ingest.words import harmless

_TOLD = "the columns file says so"


@dataclass(frozen=True)
class Named:
    """An item with its name.

    Args:
        item: what is named.
        key: the item's own pseudonym, which stays the same between runs.
        print: changes when the files or what they are to become change.
        subject: such as "k3f9ab20xz".
        session: label of the visit, "" where there is but one.
        base: name without `run`, such as "sub-x_acq-tse_T2w": the item's wish.
        stem: name that it gets, such as "sub-x_acq-tse_run-2_T2w".
        reason: why it is taken for what it is, or why it is left out.
        unfit: whether it is left out.
        told: whether the user says what it is.
    """

    item: Item
    key: str
    print: str
    subject: str
    session: str
    base: str
    stem: str
    reason: str
    unfit: bool = False
    told: bool = False


def named(items: Sequence[Item], secret: Secret, notes: Mapping[str, Note], choices: Choices) -> list[Named]:
    """Every item with its name; what was named in an earlier run keeps its name.

    Args:
        items: in the order of their files.
        secret: what pseudonyms follow from.
        notes: of earlier runs.
        choices: what the user says of files and words.
    """
    sessions = _sessions(items, secret, notes, choices)
    wishes = [_wish(item, secret, sessions, choices) for item in items]
    counts = Counter(wish.base for wish in wishes if not wish.unfit)
    taken: dict[str, str] = {}
    for note in notes.values():
        if note["stem"]:
            taken[note["stem"]] = note["item"]
    done = []
    for wish in wishes:
        stem = "" if wish.unfit else _stem(wish, notes.get(wish.key), counts[wish.base], taken)
        if stem:
            taken[stem] = wish.key
        done.append(Named(**{**vars(wish), "stem": stem}))
    return done


def subject_of(item: Item, secret: Secret) -> str:
    """The pseudonym of a person."""
    return secret.tag("person", normal(item.person))


def folder_of(one: Named) -> str:
    """Where a picture lies below the data set."""
    suffix = one.base.rpartition("_")[2]
    parts = [layout.folder(one.subject), *([f"ses-{one.session}"] if one.session else [])]
    home = "/".join([*parts, layout.DATATYPES.get(suffix, "anat")])
    return f"derivatives/labels/{home}" if suffix in LABEL_SUFFIXES else home


def _wish(item: Item, secret: Secret, sessions: Mapping[tuple[str, str], str], choices: Choices) -> Named:
    subject = subject_of(item, secret)
    session = sessions[(subject, item.session)]
    key = secret.tag("item", f"{item.kind}\0{item.identity}", 16)
    guessed, unfit = None, item.unfit
    try:
        guessed = None if unfit else _guess(item, choices)
    except UnfitError as error:
        unfit = str(error)
    base = _base(item, guessed, subject, session, secret, choices) if guessed else ""
    told = secret.tag("print", f"{item.size}\0{len(item.names)}\0{base}\0{sorted(item.said.items())}", 16)
    reason = guessed.reason if guessed else unfit
    return Named(item, key, told, subject, session, base, "", reason, not guessed, reason == _TOLD)


def _guess(item: Item, choices: Choices) -> Guess:
    """What an item is: as the user says, else as it says itself."""
    told = told_of(item, choices)
    if told:
        return Guess(told, False, _TOLD)
    if item.labels:
        why = "it holds segments" if item.kind == "segmentation" else "it is a label map by its name"
        return Guess(item.labels, False, f"{why}, drawn on {item.beside}" if item.beside else why)
    return guess(item.words, item.said, item.modality, item.entities.get("suffix", ""))


def settled(item: Item, choices: Choices) -> Item:
    """An item that is a label map, or none, as the user says."""
    told = told_of(item, choices)
    return replace(item, labels=told if told in LABEL_SUFFIXES else "") if told else item


def told_of(item: Item, choices: Choices) -> str:
    """The suffix that the user gives an item; "" where they say nothing of it."""
    for pattern in choices.scans:
        if any(fnmatch.fnmatch(name.casefold(), pattern.casefold()) for name in item.names):
            return choices.suffix(pattern)
    return ""


def _base(item: Item, guessed: Guess, subject: str, session: str, secret: Secret, choices: Choices) -> str:
    if item.beside:
        return f"{layout.folder(subject)}_{layout.shown(PurePosixPath(item.beside))}_{item.labels}"
    words = [layout.folder(subject), *([f"ses-{session}"] if session else [])]
    told = dict(item.entities)
    if guessed.agent:
        told.setdefault("ce", "agent")
    for entity in ENTITIES:
        if told.get(entity) and entity != "run":
            words.append(f"{entity}-{_label(told[entity], secret, choices)}")
    return "_".join([*words, guessed.suffix])


def _label(text: str, secret: Secret, choices: Choices) -> str:
    """A label that names nobody: the text itself, if it is harmless, else letters that follow from it."""
    return text if harmless(text, choices.words.keep) else secret.tag("label", text, 6)


def _stem(wish: Named, note: Note | None, count: int, taken: Mapping[str, str]) -> str:
    """The name of an item: that of earlier runs, else the first that is free."""
    if note is not None and note["stem"] and note["base"] == wish.base:
        return str(note["stem"])
    if wish.item.beside:
        *head, suffix = wish.base.split("_")
        names = ("_".join([*head, suffix]), *(f"{'_'.join(head)}{n}_{suffix}" for n in range(2, 10_000)))
        return next(name for name in names if taken.get(name, wish.key) == wish.key)
    told = wish.item.entities.get("run", "")
    told = told if told.isdigit() and len(told) <= 3 else ""
    wishes = [told] if told else [""] if count == 1 else []
    numbers = range(2 if wish.base in taken else 1, 1_000_000)
    free = (_with_run(wish.base, run) for run in chain(wishes, map(str, numbers)))
    return next(stem for stem in free if taken.get(stem, wish.key) == wish.key)


def _with_run(base: str, run: str) -> str:
    """A name with `run`, which stands behind `rec` and before `mod`, `echo` and the like."""
    if not run:
        return base
    *words, suffix = base.split("_")
    before = ("sub", "ses", *ENTITIES[: ENTITIES.index("run")])
    head = [word for word in words if word.partition("-")[0] in before]
    return "_".join([*head, f"run-{run}", *words[len(head) :], suffix])


def with_layer(stem: str, layer: str) -> str:
    """A name with what tells a picture from others of the same item, such as "echo-2" or "chunk-1".

    Example:
        >>> with_layer("sub-x_run-2_T1w", "echo-2")
        'sub-x_run-2_echo-2_T1w'
    """
    for entity in layer.split("_") if layer else []:
        *words, suffix = stem.split("_")
        place = _ORDER.index(entity.partition("-")[0])
        head = [word for word in words if _ORDER.index(word.partition("-")[0]) < place]
        tail = [word for word in words[len(head) :] if word.partition("-")[0] != _ORDER[place]]
        stem = "_".join([*head, entity, *tail, suffix])
    return stem


_ORDER = ("sub", "ses", *ENTITIES, "desc")


def _sessions(
    items: Iterable[Item], secret: Secret, notes: Mapping[str, Note], choices: Choices
) -> dict[tuple[str, str], str]:
    """Label of every visit by person and visit: that of BIDS, else numbered by date; "" for an only one."""
    visits: dict[str, dict[str, tuple[str, Any]]] = defaultdict(dict)
    for item in items:
        subject = subject_of(item, secret)
        date, first = visits[subject].get(item.session, (item.date, item))
        visits[subject][item.session] = (min(date, item.date), first)
    known = {(note["subject"], note["visit"]): note["session"] for note in notes.values()}
    found: dict[tuple[str, str], str] = {}
    for subject, told in visits.items():
        labels = {visit: known.get((subject, secret.tag("visit", visit))) for visit in told}
        used = {label for label in labels.values() if label}
        for visit, (_, item) in sorted(told.items(), key=lambda pair: pair[1][0]):
            label = labels[visit]
            if label is None:
                label = _visit(visit, item, len(told), used, secret, choices)
                used.add(label)
            found[(subject, visit)] = label
    return found


def _visit(visit: str, item: Item, count: int, used: set[str], secret: Secret, choices: Choices) -> str:
    if not visit or (item.kind == "DICOM" and count == 1):
        return ""
    if item.kind != "DICOM":
        return _label(visit, secret, choices)
    return next(label for number in range(1, 10_000) if (label := f"{number:02d}") not in used)
