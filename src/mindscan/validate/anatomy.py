"""`mindscan validate anatomy`: many people made and measured, and a page that says what is true of them."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mindscan.cohort.estimate import check_memory, default_workers
from mindscan.cohort.recipe import Recipe
from mindscan.core.errors import SettingsError
from mindscan.core.worker import do_all
from mindscan.report.plots import Point
from mindscan.validate import evidence, measures, people, pictures
from mindscan.validate.anatomy_page import anatomy_page
from mindscan.validate.claims import Validation
from mindscan.validate.evidence import OFFENCES, Sizes
from mindscan.validate.measures import MEASURES
from mindscan.validate.page import Picture, write
from mindscan.validate.people import Found

DRAWN = 10_000
"""People who are drawn only, to see medians and spreads with little noise."""

WALL_AGES, WALL_EACH = (8, 30, 60, 90), 4
WORST = 3
"""Pictures of each kind of offence."""

_WALL_FROM = 900_000


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
    page = anatomy_page(numbers, _points(found), wall, _worst(numbers))
    yield Validation(total, total, write(Path(out), page, numbers), tuple(page.claims))


def all_numbers(found: Sequence[Found], seed: int) -> dict[str, Any]:
    """Every number of the page."""
    made = Sizes.of(one.numbers for one in found)
    drawn = Sizes.of(_drawn(number, seed) for number in range(1, DRAWN + 1))
    return {
        "mindscan": version("mindscan"),
        "seed": seed,
        "people_made": len(found),
        "people_drawn": DRAWN,
        "medians": evidence.medians(made, drawn),
        "spreads": evidence.spreads(made),
        "spreads_drawn": evidence.spreads(drawn),
        "variety": evidence.variety(found),
        "plausibility": evidence.plausibility(found),
        "people": [dict(one.numbers) for one in found],
    }


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
