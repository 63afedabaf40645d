"""From people measured to claims: norms, variety and plausibility, each with its bar and its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mindscan.core.errors import SettingsError
from mindscan.report.norms import Sex, expected
from mindscan.validate import overlap, shape
from mindscan.validate.claims import Claim, Row
from mindscan.validate.measures import MEASURES, Measure
from mindscan.validate.people import Found

Array = npt.NDArray[np.float64]

SPREAD_BAR = 0.15
"""How far the ends of the middle 95 % of people may lie from the norm, as a share of it."""

TAILS = (2.5, 97.5)
SEXES: tuple[Sex, ...] = ("F", "M")
FEWEST = 3
OFFENCES = {
    "contacts": "No impossible contact",
    "pieces": "Every structure in one piece a side",
    "astray": "Left never on the right",
}
"""Kinds of offence against plausibility, each with the claim that there is none."""


@dataclass(frozen=True)
class Sizes:
    """One size of many people.

    Args:
        ages: years, shape (n,).
        sexes: "F" or "M".
        asked: what their anatomies ask for, by name of the measure, shape (n,) each.
        found: what was measured; the same as `asked` for people who were only drawn.
    """

    ages: Array
    sexes: npt.NDArray[np.str_]
    asked: Mapping[str, Array]
    found: Mapping[str, Array]

    @staticmethod
    def of(people: Iterable[Mapping[str, Any]]) -> Sizes:
        """Columns from the numbers of people, as `people.measure` finds them."""
        rows = list(people)
        if not rows:
            raise SettingsError("nobody was measured", "at least one person", "ask for more --subjects")
        columns = {
            kind: {m.name: np.array([row[kind][m.name] for row in rows]) for m in MEASURES}
            for kind in ("asked", "found")
        }
        ages = np.array([row["person"]["age_years"] for row in rows], np.float64)
        return Sizes(ages, np.array([row["person"]["sex"] for row in rows]), **columns)


def medians(made: Sizes, drawn: Sizes) -> list[Row]:
    """Medians by measure, sex and decade against the norm, which is taken at each person's age.

    A median over few people scatters. What the making adds to the drawing hardly does: so the verdict
    rests on the median of the people drawn, times the median of found over asked of the people made.
    """
    rows = []
    for measure in MEASURES:
        for sex in SEXES:
            for low in range(0, 100, 10):
                mine, theirs = (_cell(sizes, measure, sex, low) for sizes in (made, drawn))
                if len(mine["ratio"]) >= FEWEST:
                    rows.append(
                        {"measure": measure.name, "sex": sex, "age_from": low, **_median(mine, theirs)}
                    )
    for row in rows:
        bar = next(measure.bar for measure in MEASURES if measure.name == row["measure"])
        known = row["expected_over_norm"]
        row |= {"bar": bar, "holds": None if known is None else bool(abs(known - 1) <= bar)}
    return rows


def _cell(sizes: Sizes, measure: Measure, sex: Sex, low: int) -> dict[str, Array]:
    """Sizes of one sex and decade, and the same relative to the norm and to what was asked for."""
    who = (sizes.sexes == sex) & (sizes.ages >= low) & (sizes.ages < low + 10)
    found, asked = sizes.found[measure.name][who], sizes.asked[measure.name][who]
    norm = expected(measure.norm, sex, sizes.ages[who])[0] * measure.sides
    return {"found": found, "norm": norm, "ratio": found / norm, "over_asked": found / asked}


def _median(made: Mapping[str, Array], drawn: Mapping[str, Array]) -> Row:
    ratio, drawn_ratio = (one["ratio"][np.isfinite(one["ratio"])] for one in (made, drawn))
    known = len(ratio) >= FEWEST and len(drawn_ratio) >= FEWEST
    over_asked = float(np.median(made["over_asked"]))
    return {
        "people": len(made["ratio"]),
        "median": float(np.median(made["found"])),
        "norm": float(np.nanmedian(made["norm"])) if known else None,
        "found_over_norm": float(np.median(ratio)) if known else None,
        "found_over_asked": over_asked,
        "drawn_over_norm": float(np.median(drawn_ratio)) if known else None,
        "expected_over_norm": float(np.median(drawn_ratio)) * over_asked if known else None,
    }


def spreads(sizes: Sizes) -> list[Row]:
    """Ends of the middle 95 % relative to the median, by measure and sex, against the norm."""
    rows = []
    for measure in MEASURES:
        for sex in SEXES:
            who = sizes.sexes == sex
            middle, low, high = expected(measure.norm, sex, sizes.ages[who])
            ratio = sizes.found[measure.name][who] / (middle * measure.sides)
            known = np.isfinite(ratio)
            if known.sum() < 10 * FEWEST:
                continue
            ends = np.percentile(ratio[known], TAILS) / np.median(ratio[known])
            norm = [float(np.median((end / middle)[known])) for end in (low, high)]
            off = max(abs(float(end) / want - 1) for end, want in zip(ends, norm, strict=True))
            rows.append(
                {
                    "measure": measure.name,
                    "sex": sex,
                    "people": int(known.sum()),
                    "low": float(ends[0]),
                    "high": float(ends[1]),
                    "norm_low": norm[0],
                    "norm_high": norm[1],
                    "off": off,
                    "holds": off <= SPREAD_BAR,
                }
            )
    return rows


def variety(people: Sequence[Found]) -> dict[str, Any]:
    """Overlap of all pairs, folding of all hemispheres, and the two people most alike."""
    dice = {name: overlap.pair_dice([one.bits for one in people], name) for name in overlap.REAL_DICE}
    rows = []
    for name, (mean, sd) in overlap.REAL_DICE.items():
        pairs = dice[name][np.triu_indices(len(people), 1)]
        pairs = pairs[np.isfinite(pairs)]
        rows.append(_band(name, pairs, (mean, sd), overlap.TEN_DICE[name]))
    cortex = np.nan_to_num(dice["Left-Cerebral-Cortex"], nan=-1)
    first, second = np.unravel_index(cortex.argmax(), cortex.shape)
    folding = np.array([side for one in people for side in one.numbers["folding"]])
    return {
        "overlap": rows,
        "folding": _band("Folding index", folding, shape.REAL_FOLDING, shape.TEN_FOLDING),
        "nearest": {
            "dice": float(cortex.max()),
            "subjects": [str(people[int(n)].numbers["subject"]) for n in (first, second)],
            "each": [float(one) for one in cortex.max(1)],
            "most_alike_real": overlap.MOST_ALIKE,
        },
    }


def _band(name: str, values: Array, real: tuple[float, float], ten: tuple[float, float]) -> Row:
    mean = float(values.mean()) if len(values) else None
    return {
        "name": name,
        "count": len(values),
        "mean": mean,
        "sd": float(values.std()) if len(values) else None,
        "real_mean": real[0],
        "real_sd": real[1],
        "ten_mean": ten[0],
        "ten_sd": ten[1],
        "holds": mean is not None and abs(mean - real[0]) <= real[1],
    }


def plausibility(people: Sequence[Found]) -> dict[str, Any]:
    """How many people have impossible contacts, broken structures or voxels on the wrong side."""
    numbers = [one.numbers for one in people]
    return {
        "people": len(people),
        "contacts": _offences({n["subject"]: n["impossible"] for n in numbers}),
        "pieces": _offences(
            {n["subject"]: {name: lost for name, (_, lost) in n["pieces"].items()} for n in numbers}
        ),
        "astray": _offences({n["subject"]: {"astray": n["astray"]} if n["astray"] else {} for n in numbers}),
    }


def _offences(by_subject: Mapping[str, Mapping[str, int]]) -> Row:
    """Each offence with how many people have it, its total, and the person who has most of it."""
    having = Counter(name for found in by_subject.values() for name in found)
    rows = []
    for name, count in having.most_common():
        amounts = {subject: found[name] for subject, found in by_subject.items() if name in found}
        worst = max(amounts, key=lambda subject: amounts[subject])
        rows.append(
            {
                "name": name,
                "people": count,
                "total": sum(amounts.values()),
                "worst": worst,
                "most": amounts[worst],
            }
        )
    return {"people_with_any": sum(bool(found) for found in by_subject.values()), "kinds": rows}


def claims(numbers: Mapping[str, Any]) -> list[Claim]:
    """What must be true, from all numbers of the page."""
    variety, plausibility = numbers["variety"], numbers["plausibility"]
    nearest, folding = variety["nearest"], variety["folding"]
    found = [
        _share("Medians within 5 % of the norm, ventricles 10 %", numbers["medians"]),
        _share("Spread of the people made within 15 %", numbers["spreads"]),
        _share("Spread of the people drawn within 15 %", numbers["spreads_drawn"]),
        _share("Overlap between people as in real people", variety["overlap"]),
        Claim(
            "Folding index as in real people",
            "{mean:.2f} ± {sd:.2f}; real {real_mean} ± {real_sd}".format(**folding),
            bool(folding["holds"]),
        ),
        Claim(
            "No two nearer to each other than two real people",
            f"largest Dice of the cortex {nearest['dice']:.2f}; real {nearest['most_alike_real']}",
            nearest["dice"] <= nearest["most_alike_real"],
        ),
    ]
    for kind, name in OFFENCES.items():
        count = plausibility[kind]["people_with_any"]
        found.append(Claim(name, f"{count} of {plausibility['people']} people offend", count == 0))
    return found


def _share(name: str, rows: Sequence[Row]) -> Claim:
    known = [bool(row["holds"]) for row in rows if row["holds"] is not None]
    return Claim(name, f"{sum(known)} of {len(known)}", bool(known) and all(known))
