"""Diseases and variants, one file each; they change a healthy head and never draw from its streams."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, get_args

from pydantic import Field

from mindscan.anatomy.conditions.agenesis import Agenesis, AgenesisSize
from mindscan.anatomy.conditions.asymmetry import Asymmetry, AsymmetrySize
from mindscan.anatomy.conditions.cavum import Cavum, CavumSize
from mindscan.anatomy.conditions.chiari import Chiari, ChiariSize
from mindscan.anatomy.conditions.condition import Condition, Progression
from mindscan.anatomy.conditions.cyst import Cyst, CystSize
from mindscan.anatomy.conditions.dementia import Alzheimers, AlzheimersSize, Mci, MciSize
from mindscan.anatomy.conditions.epidural import Epidural, EpiduralSize
from mindscan.anatomy.conditions.frontotemporal import Frontotemporal, FrontotemporalSize
from mindscan.anatomy.conditions.glioma import Glioma, GliomaProgression, GliomaSize
from mindscan.anatomy.conditions.haemorrhage import Haemorrhage, HaemorrhageProgression, HaemorrhageSize
from mindscan.anatomy.conditions.hydrocephalus import Hydrocephalus, HydrocephalusSize
from mindscan.anatomy.conditions.intraventricular import Intraventricular, IntraventricularSize
from mindscan.anatomy.conditions.lacunes import Lacunes, LacunesSize
from mindscan.anatomy.conditions.meningioma import Meningioma, MeningiomaSize
from mindscan.anatomy.conditions.metastases import Metastases, MetastasesProgression, MetastasesSize
from mindscan.anatomy.conditions.microbleeds import Microbleeds, MicrobleedsSize
from mindscan.anatomy.conditions.sclerosis import Sclerosis, SclerosisProgression, SclerosisSize
from mindscan.anatomy.conditions.siderosis import Siderosis, SiderosisSize
from mindscan.anatomy.conditions.spaces import Spaces, SpacesSize
from mindscan.anatomy.conditions.stroke import Stroke, StrokeProgression, StrokeSize
from mindscan.anatomy.conditions.subarachnoid import Subarachnoid, SubarachnoidSize
from mindscan.anatomy.conditions.subdural import Subdural, SubduralSize
from mindscan.anatomy.conditions.vascular import Vascular, VascularSize
from mindscan.anatomy.conditions.white_matter import WhiteMatter, WhiteMatterProgression, WhiteMatterSize
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.person import HEALTHY, Person
from mindscan.core.record import Record

CONDITIONS: tuple[Condition[Any], ...] = (
    WhiteMatter(),
    Sclerosis(),
    Mci(),
    Alzheimers(),
    Frontotemporal(),
    Vascular(),
    Hydrocephalus(),
    Stroke(),
    Haemorrhage(),
    Glioma(),
    Metastases(),
    Lacunes(),
    Spaces(),
    Microbleeds(),
    Siderosis(),
    Subdural(),
    Epidural(),
    Meningioma(),
    Subarachnoid(),
    Intraventricular(),
    Asymmetry(),
    Cavum(),
    Agenesis(),
    Cyst(),
    Chiari(),
)
"""Every condition."""

AnyIllness = Annotated[
    WhiteMatterSize
    | SclerosisSize
    | MciSize
    | AlzheimersSize
    | FrontotemporalSize
    | VascularSize
    | HydrocephalusSize
    | StrokeSize
    | HaemorrhageSize
    | GliomaSize
    | MetastasesSize
    | LacunesSize
    | SpacesSize
    | MicrobleedsSize
    | SiderosisSize
    | SubduralSize
    | EpiduralSize
    | MeningiomaSize
    | AsymmetrySize
    | CavumSize
    | AgenesisSize
    | CystSize
    | ChiariSize
    | SubarachnoidSize
    | IntraventricularSize,
    Field(discriminator="condition"),
]
"""Parameters of any condition; `condition` says which."""


AnyProgression = Annotated[
    WhiteMatterProgression
    | SclerosisProgression
    | StrokeProgression
    | HaemorrhageProgression
    | GliomaProgression
    | MetastasesProgression,
    Field(discriminator="condition"),
]
"""How the lesions of any condition go on; `condition` says of which."""

PROGRESSIONS: Mapping[str, type[Progression]] = {
    record.model_fields["condition"].default: record for record in get_args(get_args(AnyProgression)[0])
}
"""Name of a condition to how its lesions go on, for all whose lesions do."""


def find(name: str) -> Condition[Any]:
    """The condition called `name`.

    Raises:
        SettingsError: there is none.

    Example:
        >>> find("glioma").name
        'glioma'
    """
    known = {condition.name: condition for condition in CONDITIONS}
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        mend = f"did you mean '{close[0]}'?" if close else "choose one of these"
        raise SettingsError(f"condition '{name}'", f"{HEALTHY}, {', '.join(known)}", mend)
    return known[name]


def described(record: type[Record]) -> dict[str, str]:
    """Every parameter of a condition and what its documentation says of it, on one line.

    Example:
        >>> described(HydrocephalusSize)["severity"]
        'from just above 0 to 1.'
    """
    args = inspect.getdoc(record) or ""
    for base in record.__mro__[1:]:
        args += "" if "Args:" in args else "\n" + (inspect.getdoc(base) or "")
    text = args.partition("Args:")[2]
    found = re.findall(r"^ {4}(\w[\w, ]*): (.*(?:\n {8}.*)*)", text, re.MULTILINE)
    words = {name: " ".join(what.split()) for names, what in found for name in names.split(", ")}
    return {name: words[name] for name in record.model_fields if name in words}


def draw(name: str, key: Key, person: Person, severity: float) -> AnyIllness:
    """Parameters of a condition for this person.

    Args:
        name: of the condition.
        key: the stream to draw from; the condition has its own below it.
        person: age and sex.
        severity: above 0 to 1.

    Raises:
        SettingsError: no such condition, or a severity that is not above 0 and at most 1.
    """
    condition = find(name)
    if not 0 < severity <= 1:
        raise SettingsError(f"severity {severity:g}", "above 0 to 1", "choose another")
    drawn: AnyIllness = condition.draw(key / name, person, severity)
    return drawn


def progressions(key: Key, illnesses: Sequence[AnyIllness]) -> tuple[AnyProgression, ...]:
    """How the lesions of somebody's illnesses go on; those of some stay as they are.

    Args:
        key: the stream to draw from; each condition has its own below it.
        illnesses: what somebody has.
    """
    found = (find(one.condition).progression(key / one.condition, one) for one in illnesses)
    return tuple(way for way in found if way is not None)  # type: ignore[misc]


def columns(illnesses: tuple[AnyIllness, ...]) -> Mapping[str, Any]:
    """What the participants table says of conditions, the first one first where two have the same column."""
    told: dict[str, Any] = {"severity": illnesses[0].severity} if illnesses else {}
    for illness in illnesses:
        told = {**find(illness.condition).columns(illness), **told}
    return told
