"""What an image is, guessed from what is said of it, with the reason in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mindscan.ingest.picture import UnfitError
from mindscan.ingest.words import said_in

_SUFFIXES = """
T1w T2w PDw T2starw FLAIR inplaneT1 inplaneT2 PDT2 angio T1rho T1map T2map T2starmap R1map R2map R2starmap
PDmap MTsat MTRmap UNIT1 MP2RAGE MEGRE ADC trace ct xr
"""
SUFFIXES = frozenset(_SUFFIXES.split())
"""Suffixes of single pictures; all but the last two are those of BIDS."""

LABEL_SUFFIXES = frozenset(("dseg", "mask"))
"""Suffixes of label maps: of structures, and of one thing."""
LABEL_WORDS = frozenset(
    ("seg", "dseg", "aseg", "aparc", "wmparc", "label", "labels", "mask", "masks", "segmentation")
)
"""Words that say that a file is a label map, and so not whose."""
_NAMED: tuple[tuple[str, frozenset[str]], ...] = (
    ("", frozenset(["localizer", "localiser", "scout", "survey", "calibration"])),
    ("FLAIR", frozenset(["flair"])),
    ("angio", frozenset(["tof", "angio", "mra", "venogram", "mrv"])),
    ("T2starw", frozenset(["t2starw", "t2star", "swi", "swan"])),
    ("T1map", frozenset(["t1map"])),
    ("T2map", frozenset(["t2map"])),
    ("PDmap", frozenset(["pdmap"])),
    ("ADC", frozenset(["adc"])),
    ("trace", frozenset(["trace"])),
    (
        "T1w",
        frozenset(
            ["t1w", "t1", "mprage", "memprage", "mpr", "tfl", "tfe", "fspgr", "spgr", "bravo", "mpnrage"]
        ),
    ),
    ("T2w", frozenset(["t2w", "t2", "haste", "fiesta", "ciss"])),
    ("PDw", frozenset(["pdw", "pd"])),
    ("ct", frozenset(["ct"])),
)
"""What words tell, the first that fits; "" for planning pictures."""

TELLING = frozenset(word for _, words in _NAMED for word in words)
"""Words that say what an image is, and so not whose."""

_MEND = "name it under [scans] of the columns file"


@dataclass(frozen=True)
class Guess:
    """A BIDS suffix, whether a contrast agent was given, and why: words that name nobody."""

    suffix: str
    agent: bool
    reason: str


def guess(words: str, said: Mapping[str, Any], modality: str = "", bids: str = "") -> Guess:
    """What an image is.

    Args:
        words: descriptions and names, as they stand; only known words of them are looked at.
        said: parameters in BIDS names and units.
        modality: that of DICOM, such as "MR"; "" where nothing says it.
        bids: suffix of a BIDS name.

    Raises:
        UnfitError: a planning picture, a label map, or nothing tells.

    Example:
        >>> guess("t1_mprage_sag", {}, "MR")
        Guess(suffix='T1w', agent=False, reason="'mprage', 't1' in its description or name")
    """
    if bids:
        return _told_by_bids(bids)
    known = said_in(words)
    agent = bool(known & {"gad", "gd", "gadolinium", "ce"}) or "ContrastBolusIngredient" in said
    if modality in ("CT", "DX", "CR", "RF", "XA"):
        return Guess("ct" if modality == "CT" else "xr", agent, f"its modality is {modality}")
    if known & LABEL_WORDS:
        raise UnfitError("is a label map by its description")
    for suffix, tell in _NAMED:
        if found := sorted(known & tell):
            if not suffix:
                raise UnfitError(f"is for planning: '{found[0]}' in its description or name")
            shown = ", ".join(f"'{word}'" for word in found)
            return Guess(suffix, agent, f"{shown} in its description or name")
    return _by_times(said, agent)


def labels_of(name: str, bids: str = "") -> str:
    """The suffix of a label map, "dseg" or "mask", as its name says it; "" where it says no such thing.

    Args:
        name: without its ending, or that of its folder.
        bids: suffix of a BIDS name; nothing else counts where there is one.

    Example:
        >>> labels_of("aparc+aseg"), labels_of("lesionMask"), labels_of("sub-1_T1w", "T1w")
        ('dseg', 'mask', '')
    """
    if bids:
        return bids if bids in LABEL_SUFFIXES else ""
    spread = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold()
    found = LABEL_WORDS & set(re.split(r"[^a-z]+", spread))
    return "" if not found else "mask" if found <= {"mask", "masks"} else "dseg"


def _told_by_bids(bids: str) -> Guess:
    if bids not in SUFFIXES:
        raise UnfitError("is no picture of anatomy by its BIDS name")
    return Guess(bids, False, "its BIDS name says so")


def _by_times(said: Mapping[str, Any], agent: bool) -> Guess:
    """Weighting by echo, repetition and inversion time in milliseconds; the limits are a choice.

    Long inversions with long echoes null fluid; long echoes weigh T2, short repetitions T1, neither proton
    density. With three-dimensional inversion-prepared gradient echoes the inversion decides.
    """
    te, tr, ti = (_ms(said, name) for name in ("EchoTime", "RepetitionTime", "InversionTime"))
    if te is None or tr is None:
        raise UnfitError(f"neither its header nor its name says what it is: {_MEND}")
    why = f"echo {te:g} ms, repetition {tr:g} ms" + (f", inversion {ti:g} ms" if ti else "")
    if ti and ti > 1500 and te > 60:
        return Guess("FLAIR", agent, why)
    if te > 60:
        return Guess("T2w", agent, why)
    if te < 30 and (tr < 1000 or (ti and 300 <= ti <= 1500)):
        gradient = "GR" in str(said.get("ScanningSequence", ""))
        return Guess("T2starw" if gradient and te > 14 else "T1w", agent, why)
    if tr > 1800 and te <= 45:
        return Guess("PDw", agent, why)
    raise UnfitError(f"its times tell nothing ({why}): {_MEND}")


def _ms(said: Mapping[str, Any], name: str) -> float | None:
    value = said.get(name)
    return round(value * 1000, 3) if isinstance(value, int | float) and 0 < value < 1e3 else None
