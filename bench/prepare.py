"""What `mindscan prepare` costs and how good it is, stage by stage, on one core.

    python bench/prepare.py [COUNT] [FOLDER]

On COUNT made people at 1 mm that nothing learnt from, with three scans each: CPU seconds of every stage,
variation within white matter before and after, distance of the AFIDs from the template's after the affine
map, Dice of the brain with the truth. The average T1 that nilearn ships: distance from its published AFIDs.
Real T1 scans in FOLDER (as `bench/real.py` wants them): distance of the middles of labelled structures.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import SimpleITK
import torch

from mindscan.anatomy.landmarks import AFIDS
from mindscan.cohort import recipe as recipes
from mindscan.cohort.plan import Plan
from mindscan.core.volume import Affine, Volume
from mindscan.dataset.nifti import nifti_bytes, read_nifti
from mindscan.learn.classes import by_id, classes_of
from mindscan.prepare import bias, deface, quality
from mindscan.prepare.brain import classical, inside
from mindscan.prepare.intensity import scale
from mindscan.prepare.itk import resampled
from mindscan.prepare.picture import picture
from mindscan.prepare.register import grid_of, registered, template
from mindscan.tasks.given import accepted
from mindscan.tasks.locate import middles
from mindscan.tasks.segmenter import Guided
from mindscan.tasks.trained import trained

SEED = 78
SCANS = {"T1w, strong bias": ("T1w", 0.2), "T1w": ("T1w", 0.04), "T2w": ("T2w", 0.04)}
DEEP: dict[int, tuple[int, ...]] = {
    10: (60,), 49: (59,), 11: (37,), 50: (36,), 12: (58,), 51: (57,), 13: (56,), 52: (55,), 17: (48,),
    53: (47,), 18: (32,), 54: (31,), 4: (52,), 43: (51,), 14: (4,), 15: (11,), 16: (35,),
}  # fmt: skip
"""FreeSurfer ids whose middles are landmarks, and their codes in the MICCAI 2012 protocol."""

T = TypeVar("T")


class Clock:
    """CPU seconds by stage."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def of(self, stage: str, work: Callable[[], T]) -> T:
        """What the work gives, its time noted."""
        begin = time.process_time()
        given = work()
        self.spent[stage] = time.process_time() - begin
        return given


def distances(to_scan: Affine, places: dict[str, tuple[float, float, float]]) -> float:
    """Mean distance in mm of the template's AFIDs, brought to a scan, from where they are."""
    names = [name for name in AFIDS if name in places]
    brought = np.array([AFIDS[name] for name in names]) @ to_scan[:3, :3].T + to_scan[:3, 3]
    return float(np.linalg.norm(brought - np.array([places[name] for name in names]), axis=1).mean())


def dice(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    """Overlap of two masks."""
    return float(2 * (ours & theirs).sum() / (ours.sum() + theirs.sum()))


def made(number: int, name: str) -> tuple[Volume, Volume, dict[str, tuple[float, float, float]]]:
    """A scan, its labels and its landmarks."""
    preset, strength = SCANS[name]
    scans = [{"preset": preset, "settings": {"bias_sd": strength}}]
    drawn = recipes.draw(Plan.parse({"scans": scans}), SEED, recipes.subject_id(number))
    subject = recipes.make(drawn, dense=False)
    assert subject.brain is not None
    return subject.scans[0].volume, subject.brain.labels, dict(subject.brain.landmarks)


def stages(scan: Volume, clock: Clock) -> tuple[Volume, Affine, Volume]:
    """The brain, the affine map and the even scan, every stage of `prepare` timed."""
    packed = nifti_bytes(scan, "scan")
    path = Path(tempfile.mkdtemp()) / "sub-1_T1w.nii.gz"
    path.write_bytes(packed)
    scan = clock.of("read", lambda: read_nifti(path))
    given = accepted(scan)
    found = clock.of("brain", lambda: inside(scan))
    field = clock.of("N4", lambda: bias.field_of(given, found.mask))
    gain = bias.spread(field, scan)
    even = Volume(given.data / gain, scan.affine)
    maps = clock.of("register", lambda: registered(even, found.mask, found.pose, deep=True))
    grey = clock.of("scale", lambda: scale(even, found.mask, found.white, "zscore"))
    ready = clock.of("resample", lambda: resampled(grey.of(even), grid_of(1.0), maps.affine))
    mask = resampled(found.mask, grid_of(1.0), maps.affine, nearest=True)
    clock.of("quality", lambda: quality.measured(given, even, gain, found, maps.affine))
    clock.of("picture", lambda: picture(ready, mask))
    clock.of("write", lambda: (nifti_bytes(ready, "scan"), nifti_bytes(mask, "labels")))
    taken = clock.of("face", lambda: deface.face(scan.grid, np.linalg.inv(maps.affine), found.mask))
    clock.of("defaced", lambda: deface.defaced_bytes(path, taken))
    shutil.rmtree(path.parent)
    return found.mask, maps.affine, even


def tell_made(count: int) -> None:
    """A line for every made scan, and one for the time of the stages."""
    for name in SCANS:
        for number in range(1, count + 1):
            scan, labels, places = made(number, name)
            clock = Clock()
            mask, to_scan, even = stages(scan, clock)
            truth = classes_of(labels.data) > 0
            white = torch.isin(labels.data, torch.tensor([2, 41]))
            before, after = (float(one.data[white].std() / one.data[white].mean()) for one in (scan, even))
            other = classical(accepted(scan))
            print(
                f"{name:18s} {number}: {sum(clock.spent.values()):5.1f} s CPU; variation in white matter "
                f"{before:.3f} to {after:.3f}; AFIDs {distances(to_scan, places):.2f} mm; Dice "
                f"{dice(mask.data, truth):.4f}, classical {dice(other.mask.data, truth):.4f}",
                flush=True,
            )
    print("last: " + ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in clock.spent.items()))


def tell_average() -> None:
    """The average T1, against its published AFIDs."""
    scan = template()[0]
    found = inside(scan)
    maps = registered(scan, found.mask, found.pose, deep=True)
    rigid, affine = (distances(one, dict(AFIDS)) for one in (maps.rigid, maps.affine))
    print(f"the average T1: AFIDs {affine:.2f} mm (rigid {rigid:.2f})")


def tell_real(folder: Path) -> None:
    """Real scans, by the middles of their labelled structures."""
    network = trained("segmenter")
    assert isinstance(network, Guided)
    usual = network.usually()
    ids, chances = zip(*by_id(usual.data), strict=True)
    place = dict(zip(ids, middles(chances, usual.grid)[:, :3].numpy(), strict=True))
    pairs = [
        (p, p.with_name(p.name.replace("_T1_brain", "_labels")))
        for p in folder.glob("t1_manual_labels/*_T1_brain.nii.gz")
    ]
    whole = [p for p in folder.glob("whole_head_t1/*.nii.gz") if "MUSE" not in p.name]
    pairs += [(p, p.with_name(p.name.replace(".nii.gz", "_DLMUSE.nii.gz"))) for p in whole]
    for path, named in sorted(pairs):
        scan, codes = read_nifti(path), read_nifti(named, torch.int16)
        found = inside(scan)
        field = bias.field_of(accepted(scan), found.mask)
        even = Volume(accepted(scan).data / bias.spread(field, scan), scan.affine)
        to_scan = registered(even, found.mask, found.pose, deep=True).affine
        errors = []
        for i, code in DEEP.items():
            where = torch.isin(codes.data, torch.tensor(code)).nonzero().double().mean(0).numpy()
            world = codes.affine[:3, :3] @ where + codes.affine[:3, 3]
            errors.append(float(np.linalg.norm(to_scan[:3, :3] @ place[i] + to_scan[:3, 3] - world)))
        print(
            f"real {path.parent.name}: {len(errors)} structures {np.mean(errors):.2f} mm, worst "
            f"{max(errors):.2f}; brain by the {found.method}",
            flush=True,
        )


if __name__ == "__main__":
    torch.set_num_threads(1)
    SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    torch.set_grad_enabled(False)
    tell_average()
    if len(sys.argv) > 2:
        tell_real(Path(sys.argv[2]))
    tell_made(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
