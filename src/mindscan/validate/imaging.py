"""`mindscan validate imaging`: what scanners make, measured, and a page that says what is true of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mindscan.cohort.estimate import check_memory, default_workers
from mindscan.cohort.plan import GridPlan
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.worker import do_all
from mindscan.imaging.magnet import MRI
from mindscan.imaging.scanner import PRESETS
from mindscan.validate import (
    artefacts,
    attenuation,
    contrasts,
    ct,
    equations,
    keeping,
    mistakes,
    noise,
    protocols,
    resolution,
    texture,
    xray,
)
from mindscan.validate.claims import Validation
from mindscan.validate.heads import PERSON, head
from mindscan.validate.imaging_page import imaging_page
from mindscan.validate.page import write


def _artefact(name: str) -> list[dict[str, str]]:
    plain = MRI.draw("T1w", Key(1), PERSON, field_tesla=3.0)
    return [asdict(picture) for picture in artefacts.pictures(name, head(), plain, Key(2))]


def _preset(number: int) -> list[dict[str, str]]:
    return [asdict(protocols.picture(PRESETS[number]))]


STEPS: Mapping[str, Callable[[], Any]] = {
    **{f"presets {n:02d}": partial(_preset, n) for n in range(len(PRESETS))},
    **{f"artefacts {name}": partial(_artefact, name) for name in artefacts.ARTEFACTS},
    **{f"texture {n:02d}": partial(texture.of_person, n) for n in range(len(texture.AGES_YEARS))},
    **{f"dose {tier}": partial(ct.dose, tier) for tier in ct.TIERS},
    "equations": equations.agreement,
    "nulls": equations.nulls,
    "noise": noise.distributions,
    "identity": keeping.identity,
    "resolution": resolution.resolution,
    "contrasts": contrasts.rows,
    "values": ct.values,
    "attenuation": attenuation.attenuation,
    "chords": xray.chords,
    "gradients": xray.gradients,
    "projections": xray.truths,
    "truth": keeping.truth,
    "mistakes": mistakes.said,
}
"""All that is done, by name: the first word names the table or wall that it belongs to."""


def validate(out: str | Path, workers: int | None = None) -> Generator[Validation, None, None]:
    """Measure what scanners make, then write `imaging.html` and `imaging.json`; each part yields a step.

    Everything is drawn from fixed streams, so the page does not depend on `workers`.

    Args:
        out: folder for page and numbers.
        workers: processes side by side; as many as there are cores when None.

    Raises:
        SettingsError: no workers, or a grid that does not fit in memory.
        FolderError: the folder cannot be written.
    """
    if workers is not None and workers < 1:
        raise SettingsError(f"workers = {workers}", "at least 1", "ask for more")
    grid = GridPlan().grid()
    workers = workers or default_workers(grid)
    check_memory(grid, workers)
    head()  # build the cache once, not in every worker
    yield Validation(0, len(STEPS))
    found: dict[str, Any] = {}
    for answer in do_all(do, list(STEPS), min(workers, len(STEPS))):
        name, result = json.loads(answer)
        found[name] = result
        yield Validation(len(found), len(STEPS))
    page, numbers = imaging_page(gathered(found))
    path = write(Path(out), page, {"mindscan": version("mindscan"), **numbers})
    yield Validation(len(STEPS), len(STEPS), path, tuple(page.claims))


def do(name: str) -> str:
    """One of the `STEPS`: its name and what it found, as JSON."""
    return json.dumps([name, STEPS[name]()])


def gathered(found: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What was found by table or wall, in the order of the steps."""
    tables: dict[str, list[Any]] = {}
    for name in STEPS:
        if name in found:
            result = found[name]
            part = tables.setdefault(name.partition(" ")[0], [])
            part.extend(result if isinstance(result, list) else [result])
    return {**tables, "texture": texture.rows(tables.get("texture", []))}
