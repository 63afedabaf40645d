"""Constants of brain and fluid as others have published them, and what images they give.

The numbers stand in `published.csv`: mean and standard deviation between people by table, most of them not
the tables that `mindscan.imaging.tissues` is made of. Those that are the same are marked `ours` there; what
rests on them tests the way from constant to image, not the constant. Images come of them by the Bloch
equations, integrated step by step, and so by nothing that makes the images of the package.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import torch

from mindscan.imaging.mri import Relaxation
from mindscan.imaging.sequences import ParameterMap, PhysicalSequence
from mindscan.validate.bloch import Array
from mindscan.validate.equations import integrated

TABLES: dict[str, str] = {
    "oreilly": "O'Reilly and Webb 2021, doi:10.1002/mrm.29009, at 0.05 T",
    "rooney": "Rooney 2007, doi:10.1002/mrm.21122",
    "campbell": "PMID 20593370 at 1.5 T, and 26 % longer at 0.55 T: Campbell-Washburn 2019,"
    " doi:10.1148/radiol.2019190452",
    "gesse": "PMID 20593370 (cortex: mean of frontal and occipital)",
    "boecker": "Boecker 2012, Functional Neuroimaging in Exercise and Sport Sciences, table 11.1",
    "marques": "Marques 2010, doi:10.1016/j.neuroimage.2009.10.002",
    "wansapura": "Wansapura 1999, doi:10.1002/(SICI)1522-2586(199904)9:4<531::AID-JMRI4>3.0.CO;2-L",
    "mrzero": "values gathered for the simulator MRzero",
    "horns": "PMC10696635 (frontal horns)",
    "gelman": "Gelman 1999, PMID 10207479",
    "clarke": "Clarke 2021, doi:10.1002/mrm.28630",
    "peters": "Peters 2007, doi:10.1016/j.mri.2007.02.014",
    "brainweb": "BrainWeb, doi:10.1109/TMI.2006.883453",
    "content": "doi:10.3389/fneur.2019.01333",
    "helenius": "Helenius 2002, PMID 11847041",
    "ventricles": "AJNR 21:1078 (2000), figure 2",
    "mills": "free water of 37 degrees, Mills 1973, doi:10.1021/j100624a025",
}
"""Short name to table.

Where a table gives no deviation between people, that of Choi 2022 is taken, 3.5 % of T1 and 7.3 % of T2 and
T2* of brain (40 people, doi:10.1093/cercor/bhac292), and of fluid 6.3 % and 7 % (MRzero, own choice). T2 of
fluid in MRzero is told as 1650 to 2100 ms, read here as 2 SD on either side. T1 of brain at 0.05 T is carried
to 0.064 T by the exponents of Rooney 2007. Own choices besides: free water and water in ventricles deviate
as MRzero says, and T2* at 0.55 T, where the echo is short, is that of 1.5 T.
"""

BY_TABLES = "tables +- 2 SD, by the Bloch equations"
OURS = "from our own source: tests the pipeline, not the constant"
"""How sources of ranges begin, and what is said of constants of our own source."""

TISSUES = ("white", "grey", "csf")
QUANTITIES = {"t1_ms": "T1", "t2_ms": "T2", "t2star_ms": "T2*", "pd": "water content", "adc": "ADC"}
"""What is tabled, in the order of `Relaxation`, and its name."""


class Known(NamedTuple):
    """A constant by all tables of it, each counting the same.

    Args:
        mean, sd: over people of all tables.
        tables: their short names.
        ours: whether one of them is the table that the package's own value is from.
    """

    mean: float
    sd: float
    tables: tuple[str, ...]
    ours: bool


class Seen(NamedTuple):
    """What a sequence shows of people as published.

    Args:
        mean: signal of `TISSUES` with mean constants, signed, shape (3,).
        off: how far it moves with 2 SD of its constants, added as independent errors are; shape (3,).
        rests_on: by tissue, the constants that move its signal.
    """

    mean: Array
    off: Array
    rests_on: Mapping[str, Mapping[str, Known]]

    def ratio(self, over: str, under: str) -> tuple[float, float]:
        """Range of the magnitude of one signal over another, within 2 SD of it.

        Example:
            >>> Seen(np.array([2.0, 1.0, 0.0]), np.array([0.0, 0.2, 0.4]), {}).ratio("csf", "white")
            (0.0, 0.2)
        """
        a, b = TISSUES.index(over), TISSUES.index(under)
        middle = self.mean[a] / self.mean[b]
        off = np.hypot(self.off[a], middle * self.off[b]) / abs(self.mean[b])
        ends = sorted((abs(middle - off), abs(middle + off)))
        return (0.0 if abs(middle) <= off else float(ends[0])), float(ends[1])

    def source(self, *tissues: str) -> str:
        """The tables that the signals of some tissues rest on, and which of them are our own."""
        parts, shared = [], []
        for quantity, word in QUANTITIES.items():
            tabled = [self.rests_on[name][quantity] for name in tissues if quantity in self.rests_on[name]]
            names = dict.fromkeys(name for one in tabled for name in one.tables)
            if names:
                parts.append(f"{word} of {', '.join(TABLES[name] for name in names)}")
                shared += [word] if any(one.ours for one in tabled) else []
        same = f". {', '.join(shared)} (in part) {OURS}" if shared else ""
        return f"{BY_TABLES}: {'; '.join(parts)}{same}"


def known(substance: str, quantity: str, field_tesla: float) -> Known | None:
    """A constant of a substance, or None if there is no table of it.

    Args:
        substance: one of `TISSUES`.
        quantity: "t1_ms", "t2_ms", "t2star_ms", "pd" or "adc".
        field_tesla: field strength; water and diffusion do not depend on it.

    Example:
        >>> known("grey", "adc", 3.0)
        Known(mean=0.89, sd=0.04, tables=('helenius',), ours=False)
    """
    rows = [row for at in (f"{field_tesla:g}", "any") for row in _rows().get((substance, quantity, at), [])]
    if not rows:
        return None
    means, sds = (np.array([float(row[name]) for row in rows]) for name in ("mean", "sd"))
    tables, ours = tuple(row["source"] for row in rows), any(row["ours"] for row in rows)
    return Known(float(means.mean()), float(np.sqrt((sds**2).mean() + means.var())), tables, ours)


@cache
def _rows() -> dict[tuple[str, str, str], list[dict[str, str]]]:
    text = files("mindscan.validate").joinpath("published.csv").read_text(encoding="utf-8")
    found: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault((row["substance"], row["quantity"], row["field_tesla"]), []).append(row)
    return found


def seen(sequence: PhysicalSequence, field_tesla: float) -> Seen:
    """What a sequence shows of white matter, grey matter and fluid as published.

    Args:
        sequence: one that plays on constants of which there are tables.
        field_tesla: field strength.
    """
    found = {q: [known(name, q, field_tesla) for name in TISSUES] for q in QUANTITIES}
    # Shape (tissues, constants); what is not tabled is NaN, so that nothing can rest on it.
    middle = np.array([[one.mean if one else np.nan for one in found[q]] for q in QUANTITIES]).T
    moves = 2 * np.array([[one.sd if one else 0.0 for one in found[q]] for q in QUANTITIES]).T
    # All constants at their means, then each in turn 2 SD above, and 2 SD below.
    steps = np.eye(len(QUANTITIES))[:, None] * moves
    states = np.concatenate([middle[None], middle + steps, middle - steps])
    signal = _signal(sequence, states.reshape(-1, len(QUANTITIES))).reshape(-1, len(TISSUES))
    above, below = signal[1:].reshape(2, len(QUANTITIES), len(TISSUES))
    each = (above - below) / 2
    rests_on = {
        name: {q: one for q, off in zip(QUANTITIES, each[:, n], strict=True) if off and (one := found[q][n])}
        for n, name in enumerate(TISSUES)
    }
    return Seen(signal[0], np.sqrt((each**2).sum(0)), rests_on)


def _signal(sequence: PhysicalSequence, constants: Array) -> Array:
    if isinstance(sequence, ParameterMap):
        quantity = next(q for q in QUANTITIES if q.removesuffix("_ms") == sequence.quantity)
        return constants[:, list(QUANTITIES).index(quantity)]
    t1, t2, t2star, pd, adc = torch.from_numpy(constants.T.copy())
    return integrated(sequence, Relaxation(t1, t2, t2star, pd, adc, torch.zeros_like(t1)))
