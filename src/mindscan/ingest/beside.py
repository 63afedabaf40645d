"""Label maps and the scans that they were drawn on, told by person, folder, name and grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import nibabel as nib
import numpy as np

from mindscan.core.volume import Affine
from mindscan.ingest.convert import loose_pictures
from mindscan.ingest.item import Item
from mindscan.ingest.journal import Note
from mindscan.ingest.loose import normal, stem_of
from mindscan.ingest.naming import Named
from mindscan.ingest.picture import UnfitError, sound, whole_numbers

_SAME_MM = 0.01
"""How far affines may be apart that count as the same; a choice."""

_ALONE = "is a label map on the grid of no scan of its person or folder"


class Scan(NamedTuple):
    """A picture of the data set, and what it came from."""

    picture: str
    item: Item


def drawn_on(
    maps: Sequence[Item], things: Sequence[Named], notes: Mapping[str, Note], root: Path
) -> list[Item]:
    """Label maps with the scan that each was drawn on; those of no scan are unfit, and say why.

    A map belongs to a scan of its person that has its grid, whichever way the axes run; else to one of its
    folder, if its name begins alike or all of them are of one person. Segmentations may stay without a scan.

    Args:
        maps: items that are label maps.
        things: scans with their names.
        notes: of what has been taken in by now.
        root: the data set.
    """
    scans = [
        Scan(picture, one.item)
        for one in things
        if not one.unfit and not one.item.labels and one.key in notes
        for picture in notes[one.key]["pictures"]
    ]
    return [_drawn(item, scans, root) for item in maps]


def _drawn(item: Item, scans: Sequence[Scan], root: Path) -> Item:
    if item.unfit:
        return item
    try:
        picture = whole_numbers(sound(loose_pictures(item)[0]))
        scan = _scan_of(item, scans, upright(picture.data.shape, picture.affine), root)
    except UnfitError as error:
        return replace(item, unfit=str(error))
    except MemoryError:
        return replace(item, unfit=f"does not fit into memory: {item.size} bytes of files")
    except Exception as error:  # damaged files fail in more ways than can be listed
        return replace(item, unfit=f"cannot be read ({type(error).__name__})")
    if scan is None:
        return item if item.kind == "segmentation" else replace(item, unfit=_ALONE)
    whose = {name: getattr(scan.item, name) for name in ("person", "session", "date", "facts", "mark")}
    return replace(item, beside=scan.picture, **whose)


def _scan_of(item: Item, scans: Sequence[Scan], grid: tuple[Any, Affine], root: Path) -> Scan | None:
    """The scan that a map was drawn on; None where it cannot be told."""
    here = PurePosixPath(item.names[0])
    own = [scan for scan in scans if _is_own(item, scan.item)]
    near = [scan for scan in scans if PurePosixPath(scan.item.names[0]).parent == here.parent]
    alike = [scan for scan in near if stem_of(here).startswith(stem_of(PurePosixPath(scan.item.names[0])))]
    for group in (own, alike, near):
        fit = [scan for scan in group if _has(root / scan.picture, grid)]
        if fit and len({normal(scan.item.person) for scan in fit}) == 1:
            return max(fit, key=lambda scan: (_nearness(here, scan), scan.picture))
    return None


def _is_own(item: Item, scan: Item) -> bool:
    same_visit = not item.session or item.session == scan.session
    return normal(item.person) == normal(scan.person) and same_visit


def _nearness(here: PurePosixPath, scan: Scan) -> tuple[bool, int, bool]:
    """How much the name of a scan looks like that of a map; T1w comes first where all is the same."""
    there = PurePosixPath(scan.item.names[0])
    pairs = zip(here.name.casefold(), there.name.casefold(), strict=False)
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return here.parent == there.parent, alike, "_T1w." in scan.picture


def _has(path: Path, grid: tuple[Any, Affine]) -> bool:
    """Whether a picture of the data set has a grid."""
    image: Any = nib.load(path)
    shape, affine = upright(image.shape, image.affine)
    return bool(shape == grid[0] and np.allclose(affine, grid[1], atol=_SAME_MM))


def upright(shape: Sequence[int], affine: Affine) -> tuple[tuple[int, ...], Affine]:
    """The same grid with its axes in the order and direction of RAS+."""
    turns = nib.io_orientation(affine)
    turned = affine @ nib.orientations.inv_ornt_aff(turns, shape[:3])
    return tuple(int(shape[axis]) for axis in np.argsort(turns[:, 0])), turned
