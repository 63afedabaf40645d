"""Descriptions: frozen records that read and write JSON and TOML and refuse what they do not know."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self, get_args

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, ValidationError, model_serializer

from mindscan.core.errors import FileError, SettingsError

_ROW = re.compile(r"\[\n[-+.,\deE\s]+\]")
"""Numbers of a list, a line each; no string of JSON holds a line break."""


class Record(BaseModel):
    """A frozen description in physical units; no arrays; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def parse(cls, data: object, where: str = "") -> Self:
        """Build a record from plain data.

        Raises:
            SettingsError: names the path of the first fault, what was given and what was expected.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise _first_fault(error, cls, where) from None

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read a record from a `.json` or `.toml` file.

        Raises:
            FileError: the file cannot be read or is not JSON or TOML.
            SettingsError: the file holds a value that the record refuses.
        """
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8")
            data = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
        except OSError as error:
            raise FileError(f"{path}: {error.strerror}", "a readable file", "check the path") from None
        except ValueError as error:
            kind = "TOML" if path.suffix == ".toml" else "JSON"
            raise FileError(f"{path}: {error}", f"valid {kind}", "repair or replace the file") from None
        return cls.parse(data, where=str(path))

    def json_text(self) -> str:
        """This record as indented JSON, every row of numbers in one line, that ends with a newline.

        `read` gives the same record back.
        """
        text = json.dumps(self.model_dump(mode="json"), indent=1, ensure_ascii=False)
        return _ROW.sub(lambda row: f"[{' '.join(row[0][1:-1].split())}]", text) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the record's JSON, in hexadecimal."""
        return hashlib.sha256(self.json_text().encode()).hexdigest()


class Sparse(Record):
    """A record that is written without some of its fields where they are empty, named in `unwritten`."""

    unwritten: ClassVar[tuple[str, ...]] = ()

    @model_serializer(mode="wrap")
    def _without_empty_fields(self, usual: SerializerFunctionWrapHandler) -> Mapping[str, Any]:
        data: dict[str, Any] = usual(self)
        for name in self.unwritten:
            if not getattr(self, name):
                data.pop(name, None)
        return data


def _first_fault(error: ValidationError, model: type[BaseModel], where: str) -> SettingsError:
    fault = error.errors(include_url=False)[0]
    path = ".".join(str(part) for part in fault["loc"])
    prefix = f"{where}: " if where else ""
    if fault["type"] == "extra_forbidden":
        known = _fields_at(model, fault["loc"][:-1])
        close = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1)
        mend = f"did you mean '{close[0]}'?" if close else "remove it"
        return SettingsError(f"{prefix}unknown field '{path}'", f"one of {', '.join(known)}", mend)
    if fault["type"] == "missing":
        return SettingsError(f"{prefix}field '{path}' is missing", "a value for it", "add it")
    given = json.dumps(fault.get("input"), default=str)[:80]
    return SettingsError(f"{prefix}{path or 'record'} = {given}", _lower_first(fault["msg"]), "change it")


def _lower_first(message: str) -> str:
    for start in ("Input should be ", "Value error, "):
        message = message.removeprefix(start)
    return message[:1].lower() + message[1:]


def _fields_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The field names of the record at `loc` inside `model`; a union goes by the tag that `loc` names."""
    records = [model]
    for part in loc:
        tagged = [record for record in records if part in _tags(record)]
        holders = [record for record in records if part in record.model_fields]
        if holders:
            records = [
                inner for record in holders for inner in records_in(record.model_fields[str(part)].annotation)
            ]
        elif tagged:
            records = tagged
    return sorted({name for record in records for name in record.model_fields})


def _tags(record: type[BaseModel]) -> set[Any]:
    """Default values of a record's fields, among them the tag that tells it from its union."""
    return {field.default for field in record.model_fields.values() if isinstance(field.default, str)}


def records_in(annotation: Any) -> list[type[BaseModel]]:
    """The record types in an annotation such as `tuple[Scan, ...]` or `SpinEcho | Mprage`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [inner for part in get_args(annotation) for inner in records_in(part)]
