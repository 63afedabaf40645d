"""From a scan to labels: on made heads whose truth is known, and on the average T1 that nilearn ships."""

import functools
from pathlib import Path

import nilearn
import numpy as np
import torch

from mindscan.anatomy.landmarks import AFIDS
from mindscan.cohort import recipe as recipes
from mindscan.cohort.plan import Plan
from mindscan.core.brain import label_tissue
from mindscan.core.errors import SettingsError
from mindscan.core.labels import TABLE_SIZE, TISSUES
from mindscan.core.scan import Subject
from mindscan.core.volume import Grid, Volume
from mindscan.dataset.nifti import read_nifti
from mindscan.learn.classes import IDS, classes_of, sides_of
from mindscan.learn.pose import moved, places, seen
from mindscan.tasks.landmarks import marked
from mindscan.tasks.segment import Segmentation, segment
from mindscan.tasks.tissues import tissue_maps

SHIPPED = Path(nilearn.__file__).parent / "datasets" / "data"
AVERAGE = SHIPPED / "mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz"
PLAN = Plan.parse({"people": {"age_years": 35}, "grid": {"voxel_mm": 2}, "scans": [{"preset": "T1w"}]})


@functools.cache
def somebody() -> Subject:
    """A made person of a seed that no network learnt from."""
    return recipes.make(recipes.draw(PLAN, 77, "0001"), dense=False)


@functools.cache
def found() -> Segmentation:
    """What the networks say of a T1w scan of somebody."""
    return segment(somebody().scans[0].volume)


@functools.cache
def average() -> Segmentation:
    """What the networks say of the average T1."""
    return segment(AVERAGE)


def dice(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    """Overlap of two masks."""
    return float(2 * (ours & theirs).sum() / (ours.sum() + theirs.sum()).clamp(min=1))


def tissue(labels: torch.Tensor, name: str) -> torch.Tensor:
    """Where labels are of a tissue."""
    wanted = [str(t) for t in TISSUES].index(name)
    return torch.tensor([label_tissue(i) == wanted for i in range(TABLE_SIZE)])[labels.int()]


def test_labels_lie_on_the_scan_and_at_1_mm() -> None:
    scan = somebody().scans[0].volume
    assert found().labels.data.shape == scan.data.shape
    assert found().fine.grid.voxel_mm == (1.0, 1.0, 1.0)
    assert set(found().labels.data.unique().tolist()) <= {0, *IDS}
    middles = [places(one.grid)[one.data > 0].mean(0) for one in (found().labels, found().fine)]
    assert float((middles[0] - middles[1]).norm()) < 0.2
    assert list(found().volumes_ml) == list(found().quality)
    assert sorted(found().quality) == list(IDS)
    assert all(0 <= quality <= 1 for quality in found().quality.values())


def test_sides_are_where_they_are_in_the_head() -> None:
    brain = somebody().brain
    assert brain is not None
    truth, ours = brain.labels.data, found().labels.data
    both = (sides_of(truth) >= 0) & (sides_of(ours) >= 0) & (classes_of(truth) > 0)
    assert float((sides_of(truth)[both] == sides_of(ours)[both]).float().mean()) > 0.97


def test_volumes_are_what_the_labels_show() -> None:
    fine = found().fine
    for i in (2, 41, 16):
        counted = float((fine.data == i).sum()) * fine.grid.voxel_ml
        assert abs(found().volumes_ml[i] / counted - 1) < 0.25
    assert found().icv_ml == sum(found().volumes_ml.values())


def test_the_storage_order_of_voxels_does_not_matter() -> None:
    scan = somebody().scans[0].volume
    i, _, k = scan.data.shape
    turned = scan.data.flip(0).flip(2).permute(0, 2, 1).contiguous()
    flip = np.array([[-1, 0, 0, i - 1], [0, 0, 1, 0], [0, -1, 0, k - 1], [0, 0, 0, 1.0]])
    again = segment(Volume(turned, scan.affine @ flip)).labels.data
    assert float((again.permute(0, 2, 1).flip(2).flip(0) == found().labels.data).float().mean()) > 0.995


def test_a_ball_is_no_brain() -> None:
    grid = Grid.centred((90, 90, 90), (2.0, 2.0, 2.0))
    ball = Volume((places(grid).norm(dim=-1) < 70).float() * 100, grid.affine)
    try:
        quality = segment(ball).quality
    except SettingsError:
        return
    poor, good = (float(np.median(list(one.values()))) for one in (quality, found().quality))
    assert poor < good


def test_tissues_of_the_average_are_where_its_own_maps_have_them() -> None:
    grey, white = (
        read_nifti(SHIPPED / f"mni_icbm152_{name}_tal_nlin_sym_09a_converted.nii.gz").data
        for name in ("gm", "wm")
    )
    labels = average().labels.data
    assert dice(tissue(labels, "GM"), grey > 0.5 * grey.max()) > 0.88
    assert dice(tissue(labels, "WM"), white > 0.5 * white.max()) > 0.88
    scan = read_nifti(AVERAGE)
    maps = tissue_maps(scan, average())
    ours = seen(maps.data, moved(places(scan.grid), np.linalg.inv(maps.affine))) > 0.5
    assert dice(ours[0], grey > 0.5 * grey.max()) > 0.90
    assert dice(ours[1], white > 0.5 * white.max()) > 0.94


def test_landmarks_of_the_average_are_near() -> None:
    marks = marked(average())
    away = [np.linalg.norm(np.subtract(marks[name][:3], place)) for name, place in AFIDS.items()]
    assert float(np.mean(away)) < 2.5
