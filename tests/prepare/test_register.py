"""The template's landmarks are brought to where they are, in made heads, the average and real scans."""

from pathlib import Path

import numpy as np
import pytest
import torch

from heads import head, maps
from mindscan.anatomy.landmarks import AFIDS
from mindscan.core.key import Key
from mindscan.core.volume import Affine, Volume
from mindscan.dataset.nifti import read_nifti
from mindscan.learn.classes import by_id
from mindscan.learn.pose import turned
from mindscan.prepare.brain import inside
from mindscan.prepare.register import grid_of, registered, template
from mindscan.tasks.given import accepted
from mindscan.tasks.locate import middles
from mindscan.tasks.segmenter import Guided
from mindscan.tasks.trained import trained

REAL = Path(__file__).parents[3] / "shared" / "data" / "whole_head_t1"
DEEP = {10: 60, 49: 59, 11: 37, 50: 36, 12: 58, 51: 57, 17: 48, 53: 47, 4: 52, 43: 51, 14: 4, 16: 35}
"""FreeSurfer ids and codes of the MICCAI 2012 protocol of structures whose middles are landmarks."""


def brought(to_scan: Affine, points: np.ndarray) -> np.ndarray:
    """Points of the template, brought to a scan."""
    moved: np.ndarray = points @ to_scan[:3, :3].T + to_scan[:3, 3]
    return moved


def distance(to_scan: Affine, places: dict[str, tuple[float, float, float]]) -> float:
    """Mean distance in mm of brought AFIDs from where they are."""
    ours = brought(to_scan, np.array(list(AFIDS.values())))
    return float(np.linalg.norm(ours - np.array([places[name] for name in AFIDS]), axis=1).mean())


def test_landmarks_of_a_made_head_lie_within_4_mm() -> None:
    assert distance(maps().affine, dict(head()[1].landmarks)) < 4.0
    assert distance(maps().affine, dict(head()[1].landmarks)) < distance(np.eye(4), dict(head()[1].landmarks))


def test_the_rigid_map_keeps_sizes() -> None:
    turn = maps().rigid[:3, :3]
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(turn) > 0


def test_the_average_is_found_wherever_it_lies() -> None:
    t1, brain = template()
    off = turned(Key(5), 8.0, 0.06, 8.0, np.array([0.0, -19.0, 5.0]))
    scan = Volume(t1.data[::2, ::2, ::2], off @ t1.affine @ np.diag([2.0, 2.0, 2.0, 1.0]))
    mask = Volume(brain.data[::2, ::2, ::2], scan.affine)
    near = turned(Key(6), 3.0, 0.02, 3.0, np.array([0.0, -19.0, 5.0])) @ np.linalg.inv(off)
    places = dict(zip(AFIDS, map(tuple, brought(off, np.array(list(AFIDS.values())))), strict=True))
    assert distance(registered(scan, mask, near, deep=True).affine, places) < 1.0
    assert distance(np.linalg.inv(near), places) > 3.0


def test_the_grid_of_the_template_is_upright() -> None:
    for voxel_mm in (1.0, 2.0):
        affine = grid_of(voxel_mm).affine
        np.testing.assert_array_equal(affine[:3, :3], np.eye(3) * voxel_mm)
    assert grid_of(1.0).shape == (181, 217, 181)


@pytest.mark.skipif(not REAL.is_dir(), reason="real scans are not here")
def test_middles_of_structures_of_a_real_scan_lie_within_4_mm() -> None:
    path = min(path for path in REAL.glob("*.nii.gz") if "MUSE" not in path.name)
    scan = read_nifti(path)
    codes = read_nifti(path.with_name(path.name.replace(".nii.gz", "_DLMUSE.nii.gz")), torch.int16)
    network = trained("segmenter")
    assert isinstance(network, Guided)
    usual = network.usually()
    ids, chances = zip(*by_id(usual.data), strict=True)
    place = dict(zip(ids, middles(chances, usual.grid)[:, :3].numpy(), strict=True))
    real = inside(scan)
    to_scan = registered(accepted(scan), real.mask, real.pose, deep=True).affine
    errors = []
    for i, code in DEEP.items():
        where = (codes.data == code).nonzero().double().mean(0).numpy()
        errors.append(np.linalg.norm(brought(to_scan, place[i]) - brought(codes.affine, where)))
    assert real.method == "network"
    assert np.mean(errors) < 4.0
