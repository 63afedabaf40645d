"""What a plan changes in a record: priors in the place of numbers, by the names that recipes use."""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.prior import Prior
from mindscan.core.record import records_in

_FORMS = frozenset(Prior.model_fields)
_EXPECTED = "a number, [low, high], {normal = [mean, sd]} or {choice = [...]}"

Plain = dict[str, Any]


def replaced(record: Mapping[str, Any], wanted: Mapping[str, Any], key: Key) -> Plain:
    """A record's data with some parameters drawn anew from the priors in a plan.

    A prior for several values (left and right; x, y and z) is drawn for each of them; a list with as
    many priors as there are values gives each its own. A record of another `kind` starts empty.

    Args:
        record: plain data of the record as usually drawn.
        wanted: priors, nested like the record.
        key: every parameter draws from the stream of its own name below it.

    Example:
        >>> replaced({"a": 1.0, "b": {"c": 2.0, "d": 3.0}}, {"b": {"d": 9}}, Key(1))
        {'a': 1.0, 'b': {'c': 2.0, 'd': 9.0}}
    """
    result = {} if record.get("kind") != wanted.get("kind", record.get("kind")) else dict(record)
    for name, want in wanted.items():
        have = result.get(name)
        if _is_nested(want):
            result[name] = replaced(have if isinstance(have, dict) else {}, want, key / name)
        elif isinstance(have, list | tuple):
            priors = _each(want, len(have))
            result[name] = [prior.draw(key / name / n) for n, prior in enumerate(priors)]
        else:
            value = Prior.parse(want).draw(key / name)
            result[name] = round(value) if isinstance(have, int) and isinstance(value, float) else value
    return result


def given(wanted: Mapping[str, Any], name: str, key: Key) -> float | None:
    """The number that `replaced` will put in the place of `name`, for draws that depend on it."""
    return float(Prior.parse(wanted[name]).draw(key / name)) if name in wanted else None


def check(
    wanted: Mapping[str, Any],
    model: Any,
    usual: Mapping[str, Any],
    path: str,
    fixed: Collection[str] = (),
) -> None:
    """Refuse names that a record does not have, and priors that can give what it does not take.

    Args:
        wanted: priors, nested like the record.
        model: type of the record, or a union of types that `kind` tells apart.
        usual: plain data of such a record; its `kind` is meant where `wanted` says none.
        path: where in the plan, for the message.
        fixed: fields that follow from something else, which a plan must not say.

    Raises:
        SettingsError: names the parameter, what was given and what was expected.
    """
    fields = _member(model, wanted.get("kind", usual.get("kind")), path).model_fields
    open_fields = sorted(set(fields) - set(fixed))
    for name, want in wanted.items():
        here = f"{path}.{name}"
        if name not in open_fields:
            raise _unknown(here, name, open_fields)
        inside, have = fields[name].annotation, usual.get(name)
        if not _is_nested(want):
            _check_values(want, inside, fields[name].metadata, here)
        elif get_origin(inside) is dict:
            known = sorted(have) if isinstance(have, dict) else []
            for part, inner in want.items():
                if part not in known:
                    raise _unknown(f"{here}.{part}", part, known)
                _check_values(inner, get_args(inside)[1], [], f"{here}.{part}")
        elif records_in(inside):
            check(want, inside, have if isinstance(have, dict) else {}, here)
        else:
            raise _no_prior(want, here)


def _check_values(want: object, annotation: Any, metadata: list[Any], path: str) -> None:
    """Refuse a prior whose outermost values do not fit the annotation."""
    several = get_origin(annotation) is tuple
    try:
        priors = _each(want, len(get_args(annotation))) if several else [Prior.model_validate(want)]
    except ValidationError as error:
        raise _no_prior(want, path, error) from None
    annotated: Any = Annotated
    adapter = TypeAdapter[Any](annotated[(annotation, *metadata)] if metadata else annotation)
    for prior in priors:
        for value in ends(prior):
            whole = round(value) if annotation is int and isinstance(value, float) else value
            try:
                adapter.validate_python([whole] * len(priors) if several else whole)
            except ValidationError as error:
                raise _impossible(want, value, path, error) from None


def ends(prior: Prior) -> Iterator[Any]:
    """The outermost values that a prior can give."""
    if prior.uniform is not None:
        yield from prior.uniform
    elif prior.normal is not None:
        mean, sd = prior.normal
        yield from (mean - 3 * sd, mean + 3 * sd)
    else:
        yield from (prior.fixed,) if prior.choice is None else prior.choice


def _each(want: object, count: int) -> list[Prior]:
    """One prior for each of `count` values."""
    listed = want if isinstance(want, list | tuple) and len(want) == count else ()
    plain_pair = count == 2 and all(isinstance(part, int | float) for part in listed)
    if listed and not plain_pair:
        return [Prior.model_validate(part) for part in listed]
    return [Prior.model_validate(want)] * count


def _is_nested(want: object) -> bool:
    return isinstance(want, dict) and not (want and set(want) <= _FORMS)


def _member(annotation: Any, kind: object, path: str) -> type[BaseModel]:
    """The record type that `kind` means."""
    members = records_in(annotation)
    if len(members) == 1:
        return members[0]
    by_kind = {str(member.model_fields["kind"].default): member for member in members}
    if str(kind) not in by_kind:
        raise SettingsError(
            f"{path}.kind = {_short(kind)}", f"one of {', '.join(by_kind)}", "choose one of these"
        )
    return by_kind[str(kind)]


def _unknown(path: str, name: str, known: list[str]) -> SettingsError:
    close = difflib.get_close_matches(name, known, n=1)
    mend = f"did you mean '{close[0]}'?" if close else "remove it"
    return SettingsError(f"unknown field '{path}'", f"one of {', '.join(known)}" if known else "none", mend)


def _no_prior(want: object, path: str, error: ValidationError | None = None) -> SettingsError:
    """What `Prior` itself says, such as of a range upside down, is best."""
    said = error is not None and error.errors()[0]["type"] == "value_error"
    return SettingsError(
        f"{path} = {_short(want)}", _message(error) if error and said else _EXPECTED, "change it"
    )


def _impossible(want: object, value: object, path: str, error: ValidationError) -> SettingsError:
    given = f"{path} = {_short(want)}"
    if isinstance(want, list | dict):
        given += f" can give {value:g}" if isinstance(value, float) else f" can give {_short(value)}"
    return SettingsError(given, _message(error), "change it")


def _message(error: ValidationError) -> str:
    message = error.errors(include_url=False)[0]["msg"]
    return message.removeprefix("Input should be ").removeprefix("Value error, ")


def _short(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 80 else text[:77] + "..."
