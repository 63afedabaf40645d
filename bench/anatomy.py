"""Yardsticks of shape: overlap between people after affine alignment, folding and thickness of the cortex.

    python bench/anatomy.py [--people 6]        made people of 20 to 80 years
    python bench/anatomy.py MAP.nii.gz ...      label maps with FreeSurfer ids, made or real

Run with `make bench` too. Each line says what is here and what real people give by the same method.
Real hemispheres have surfaces of 830 +- 100 (white) and 865 +- 100 cm2 (outer).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import nibabel as nib
import numpy as np
import torch

from mindscan.anatomy import align, anatomy, build
from mindscan.anatomy.cerebrum import SheetPainter
from mindscan.anatomy.level import level
from mindscan.anatomy.surfaces import surfaces
from mindscan.cohort.plan import GridPlan
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.volume import Volume
from mindscan.validate import measures, outline, overlap, shape


def read(path: Path) -> Volume:
    """A label map in RAS+ order."""
    image = nib.as_closest_canonical(nib.Nifti1Image.from_filename(path))
    return Volume(torch.from_numpy(np.asarray(image.dataobj).astype(np.int16)), np.asarray(image.affine))


def made(count: int) -> Iterator[tuple[str, Volume]]:
    """Label maps of made people, ages spread from 20 to 80 years, women and men in turn."""
    for n in range(count):
        age = 20 + 60 * n / max(count - 1, 1)
        person, key = Person(age_years=age, sex="FM"[n % 2]), Key(n) / "bench"
        head = build.model(anatomy.draw(key, person), key)
        tell_of_surfaces(f"{person.sex} {age:.0f}", head)
        brain = build.painted(head, GridPlan().grid())
        yield f"{person.sex} {age:.0f}", measures.whole(brain.labels)


def tell_of_surfaces(name: str, head: build.Model) -> None:
    """Cost of the four surfaces of a head, their areas, and how many vertices lie near their level sets."""
    start = time.process_time()
    both = surfaces(head)
    seconds = time.process_time() - start
    sheet = next(painter.sheet for painter in head.inner if isinstance(painter, SheetPainter))
    to_template = torch.from_numpy(head.to_template).float()
    told = []
    for layer, share in (("white", 1.0), ("pial", 0.0)):
        areas, near = [], []
        for side, surface in zip((-1, 1), both.values(), strict=True):
            vertices = getattr(surface, layer)
            a, b, c = np.moveaxis(vertices.astype(np.float64)[surface.faces], 1, 0)
            areas.append(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 200)
            unwarped = torch.from_numpy(vertices) @ to_template[:3, :3].T + to_template[:3, 3]
            off = level(sheet, side).at(head.place(unwarped, 0.0).xyz, share).abs() * head.scale
            near += [(off < 0.3).float().mean(), (off < 0.6).float().mean()]
        told.append(
            f"{layer} {areas[0]:.0f} {areas[1]:.0f} cm2,"
            f" {50 * (near[0] + near[2]):.0f} % within 0.3 mm, {50 * (near[1] + near[3]):.0f} % within 0.6 mm"
        )
    print(f"{name:10s} surfaces {seconds:.1f} s  {'  '.join(told)}", flush=True)


def main() -> None:
    """Measure every map, then every pair."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("maps", nargs="*", type=Path)
    parser.add_argument("--people", type=int, default=6)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    found = ((path.name, read(path)) for path in asked.maps) if asked.maps else made(asked.people)
    people, outlines, folds, depths = [], [], [], []
    for name, labels in found:
        start = time.process_time()
        aligned = align.left_half(labels, align.to_template(labels))
        people.append(overlap.packed(aligned))
        outlines.append(outline.outline(aligned))
        folds.append([shape.folding_index(shape.hemisphere(labels, side)) for side in shape.SIDES])
        depths.append(shape.thickness_mm(labels))
        print(
            f"{name:24s} folding {folds[-1][0]:.2f} {folds[-1][1]:.2f}  thickness {depths[-1]:.2f} mm"
            f"  ({time.process_time() - start:.1f} s)",
            flush=True,
        )
    print(f"\n{'':28s} here            real people")
    line("folding index", np.ravel(folds), shape.REAL_FOLDING)
    gaps = [outline.apart_mm(one, other) for one, other in combinations(outlines, 2)]
    line("outlines apart, mm", np.array(gaps), outline.TEN_APART_MM)
    for name, real in overlap.REAL_DICE.items():
        pairs = overlap.pair_dice(people, name)[np.triu_indices(len(people), 1)]
        line(f"Dice {name}", pairs[np.isfinite(pairs)], real)


def line(name: str, values: np.typing.NDArray[np.floating], real: tuple[float, float]) -> None:
    """One yardstick: mean and SD here, mean and SD of real people."""
    here = f"{values.mean():.3f} ± {values.std():.3f}" if len(values) else "absent       "
    print(f"{name:32s} {here}   {real[0]:.3f} ± {real[1]:.3f}")


if __name__ == "__main__":
    main()
