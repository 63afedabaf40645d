"""What becomes of lesions between sessions: which there are, their numbers, and how they have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mindscan.anatomy.conditions import AnyIllness, AnyProgression, find
from mindscan.anatomy.lesions import Lesion, named
from mindscan.anatomy.survey import Survey
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID
from mindscan.core.lesions import LesionChange, LesionRow

_SAME = 0.005
"""A prescribed volume within this share of the first one is called the same."""


def later(
    illnesses: Sequence[AnyIllness],
    progressions: Sequence[AnyProgression],
    years: float,
    key: Key,
    survey: Survey,
) -> list[Lesion]:
    """The lesions that there are after some years, not yet fitted, in the order in which they take.

    Args:
        illnesses: as in the first session.
        progressions: how their lesions go on; those of illnesses without any stay as they are.
        years: since the first session.
        key: the stream of the head.
        survey: of the first session.
    """
    known = {each.condition: each for each in progressions}
    found: list[Lesion] = []
    for illness in illnesses:
        condition, own = find(illness.condition), key / illness.condition
        if illness.condition in known:
            found += condition.later(illness, known[illness.condition], years, own, survey)
        else:
            found += named(condition.lesions(illness, own, survey))
    return [lesion for lesion in found if lesion.ml > 0]


def numbered(found: Sequence[Lesion], before: Sequence[Lesion]) -> tuple[Lesion, ...]:
    """Fitted lesions with the numbers that they had in the session before; new ones get the next numbers.

    Those that are gone come last, without volume.
    """
    known = {_name(lesion): lesion for lesion in before}
    new = [lesion for lesion in found if _name(lesion) not in known]
    numbers = {name: lesion.id for name, lesion in known.items()}
    numbers |= {_name(lesion): n for n, lesion in enumerate(new, len(before) + 1)}
    here = {_name(lesion) for lesion in found}
    gone = [replace(lesion, ml=0.0) for name, lesion in known.items() if name not in here]
    return (*(replace(lesion, id=numbers[_name(lesion)]) for lesion in found), *gone)


def changes(
    before: Sequence[Lesion],
    now: Sequence[Lesion],
    before_rows: Sequence[LesionRow],
    now_rows: Sequence[LesionRow],
) -> tuple[LesionChange, ...]:
    """What has become of every lesion, in the order of their numbers.

    Args:
        before, now: fitted lesions of the first session and of a later one, with their numbers.
        before_rows, now_rows: what was measured of them, in the order of their numbers.
    """
    first = {lesion.id: (lesion, row) for lesion, row in zip(_sorted(before), before_rows, strict=True)}
    found = []
    for lesion, row in zip(_sorted(now), now_rows, strict=True):
        was, was_row = first.get(lesion.id, (replace(lesion, ml=0.0), None))
        found.append(
            LesionChange(
                lesion.id,
                lesion.condition,
                BY_ID[was.label].name if was.ml else "",
                BY_ID[lesion.label].name if lesion.ml else "",
                was_row.volume_ml if was_row else 0.0,
                lesion.ml,
                row.volume_ml,
                _word(was.ml, lesion.ml),
            )
        )
    return tuple(found)


def _name(lesion: Lesion) -> tuple[str, str]:
    return lesion.condition, lesion.name


def _sorted(lesions: Sequence[Lesion]) -> list[Lesion]:
    return sorted(lesions, key=lambda lesion: lesion.id)


def _word(before_ml: float, now_ml: float) -> str:
    if not now_ml:
        return "gone"
    if not before_ml:
        return "appeared"
    ratio = now_ml / before_ml
    return "same" if abs(ratio - 1) <= _SAME else "grown" if ratio > 1 else "shrunk"
