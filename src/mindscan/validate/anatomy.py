"""`mindscan validate anatomy`: many people made and measured, and a page that says what is true of them."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from mindscan.cohort.estimate import check_memory, default_workers
from mindscan.cohort.recipe import Recipe
from mindscan.cohort.worker import do_all
from mindscan.core.errors import SettingsError
from mindscan.dataset.folder import disk_faults, partial, put, tidy
from mindscan.dataset.tables import json_bytes
from mindscan.report.plots import Point
from mindscan.validate import evidence, measures, people, pictures
from mindscan.validate.evidence import OFFENCES, Claim, Sizes
from mindscan.validate.measures import MEASURES
from mindscan.validate.page import Picture, page_html
from mindscan.validate.people import Found

PAGE, NUMBERS = PurePosixPath("anatomy.html"), PurePosixPath("anatomy.json")
DRAWN = 10_000
"""People who are drawn only, to see medians and spreads with little noise."""

WALL_AGES, WALL_EACH = (8, 30, 60, 90), 4
WORST = 3
"""Pictures of each kind of offence."""

_WALL_FROM = 900_000


@dataclass(frozen=True)
class Validation:
    """How far a validation is, and at its end what it found.

    Args:
        done: people made: first those who are measured, then those who are only shown.
        total: people wanted.
        page: the page, once it is written.
        claims: what must be true and whether it is, once it is known.
    """

    done: int
    total: int
    page: Path | None = None
    claims: tuple[Claim, ...] = ()


def validate(
    out: str | Path, subjects: int, seed: int, workers: int | None = None
) -> Generator[Validation, None, None]:
    """Make and measure people, then write `anatomy.html` and `anatomy.json`; each person yields a step.

    What was measured of a person is kept in the cache folder, so a killed run goes on, and a larger
    `subjects` adds people. The result does not depend on `workers`.

    Args:
        out: folder for page and numbers.
        subjects: how many people, at least 10.
        seed: 0 to 2**63 - 1.
        workers: processes side by side; as many as there are cores when None.

    Raises:
        SettingsError: an impossible number, or a grid that does not fit in memory.
        FolderError: the folder cannot be written.
    """
    for name, value, least in (("subjects", subjects, 10), ("workers", workers, 1)):
        if value is not None and value < least:
            raise SettingsError(f"{name} = {value}", f"at least {least}", "ask for more")
    grid = people.GRID.grid()
    workers = workers or default_workers(grid)
    check_memory(grid, workers)
    orders = [people.wanted(number, seed) for number in range(1, subjects + 1)]
    shown = list(enumerate(_wall(seed)))
    total = subjects + len(shown)
    yield Validation(0, total)
    for done, _ in enumerate(people.measure_all(orders, seed, workers), 1):
        yield Validation(done, total)
    tiles: list[str] = []
    for tile in do_all(_tile, shown, min(workers, len(shown))):
        tiles.append(tile)
        yield Validation(subjects + len(tiles), total)
    wall = [_picture(tile, recipe) for tile, (_, recipe) in zip(sorted(tiles), shown, strict=True)]
    found = [people.kept(order.subject, seed) for order in orders]
    numbers = all_numbers(found, seed)
    page = write(Path(out), numbers, found, wall)
    yield Validation(total, total, page, tuple(evidence.claims(numbers)))


def all_numbers(found: Sequence[Found], seed: int) -> dict[str, Any]:
    """Every number of the page."""
    made = Sizes.of(one.numbers for one in found)
    drawn = Sizes.of(_drawn(number, seed) for number in range(1, DRAWN + 1))
    numbers: dict[str, Any] = {
        "mindscan": version("mindscan"),
        "seed": seed,
        "people_made": len(found),
        "people_drawn": DRAWN,
        "medians": evidence.medians(made, drawn),
        "spreads": evidence.spreads(made),
        "spreads_drawn": evidence.spreads(drawn),
        "variety": evidence.variety(found),
        "plausibility": evidence.plausibility(found),
    }
    claims = [{"claim": c.name, "found": c.found, "holds": c.holds} for c in evidence.claims(numbers)]
    return {"claims": claims, **numbers, "people": [dict(one.numbers) for one in found]}


def write(out: Path, numbers: dict[str, Any], found: Sequence[Found], wall: Sequence[Picture]) -> Path:
    """Write numbers and page into a folder, each in one step; returns the path of the page.

    Raises:
        FolderError: the folder cannot be written.
    """
    html = page_html(numbers, _points(found), wall, _worst(numbers))
    with disk_faults(out):
        out.mkdir(parents=True, exist_ok=True)
        with partial(out, "validation") as temporary:
            put(out, temporary, NUMBERS, json_bytes(numbers))
            put(out, temporary, PAGE, html.encode())
        tidy(out)
    return out / PAGE


def _drawn(number: int, seed: int) -> dict[str, Any]:
    """Somebody who is drawn and not made, as `people.measure` would say it."""
    person, anatomy = people.drawn(number, seed)
    sizes = measures.asked(anatomy)
    return {"person": person.model_dump(), "asked": sizes, "found": sizes}


def _points(found: Sequence[Found]) -> dict[str, list[Point]]:
    """What was measured, by name of the measure, as the plots want it."""
    return {
        measure.name: [
            Point(
                f"sub-{one.numbers['subject']}",
                one.numbers["person"]["sex"],
                one.numbers["person"]["age_years"],
                one.numbers["found"][measure.name],
                True,
            )
            for one in found
        ]
        for measure in MEASURES
    }


def _wall(seed: int) -> list[Recipe]:
    """People of the ages of the wall, women and men in turn."""
    ages = [age for age in WALL_AGES for _ in range(WALL_EACH)]
    return [people.of_age(age, "FM"[n % 2], _WALL_FROM + n, seed) for n, age in enumerate(ages)]


def _tile(order: tuple[int, Recipe]) -> str:
    """A person of the wall: the place on it in three digits, and the address of the picture."""
    place, recipe = order
    return f"{place:03d}{pictures.three_planes(people.made(recipe))}"


def _picture(tile: str, recipe: Recipe) -> Picture:
    return Picture(f"{recipe.person.age_years:g} years, {recipe.person.sex}", tile[3:])


def _worst(numbers: dict[str, Any]) -> list[Picture]:
    """The worst cases of the commonest offences."""
    shown = []
    for kind in OFFENCES:
        for row in numbers["plausibility"][kind]["kinds"][:WORST]:
            labels = people.made(people.wanted(int(row["worst"]), numbers["seed"]))
            text = f"{row['name']}: sub-{row['worst']}, {row['most']} ({row['people']} people)"
            shown.append(Picture(text, pictures.offence(labels, kind, row["name"])))
    return shown
