"""Measure how the places of deep structures differ between people (development only).

    python scripts/places_table.py FOLDER_OF_LABEL_MAPS

The folder holds whole-brain label maps (NIfTI, FreeSurfer ids) of at least five people, such as the training
maps of SynthSeg. Each is carried to MNI152 space by the affine map that brings its grey and white matter
nearest to the average's; then the centroids and long axes of the deep structures are compared. What is
printed, summary statistics only, stands in `mindscan.anatomy.places`.

For every structure: standard deviation (lateral, forward, up in mm; pitch in degrees) of what both sides
share and of half their difference, after the mean movement of all structures of a person is taken out.

Reference:
    Billot et al. 2023, SynthSeg, doi:10.1016/j.media.2023.102789.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import nibabel as nib
import nilearn
import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch import Tensor
from torch.nn import functional

from mindscan.core.labels import both_sides

Array = npt.NDArray[np.float64]

STRUCTURES = (
    "Thalamus", "Caudate", "Putamen", "Pallidum", "Hippocampus", "Amygdala", "Accumbens-area", "VentralDC",
)  # fmt: skip
GREY = (3, 42, 8, 47, *(label for name in STRUCTURES[:-1] for label in both_sides(name)))
WHITE = (2, 41, 7, 46, 16, 28, 60, 85)
TEMPLATE = Path(nilearn.__file__).parent / "datasets" / "data"
SMOOTH_MM, STEP_MM, ROUNDS = 3.0, 5.0, 40
BOX_MM = ((-75, 76), (-110, 81), (-70, 86))
MIDDLE_MM, TEMPLATE_ML = (0.0, -18.0, 8.0), 1678.0


def tissue(labels: npt.NDArray[np.int64]) -> Tensor:
    """Smoothed grey and white matter, shape (2, i, j, k)."""
    maps = [np.isin(labels, ids).astype(np.float32) for ids in (GREY, WHITE)]
    return torch.from_numpy(np.stack([ndimage.gaussian_filter(m, SMOOTH_MM) for m in maps]))


def sample(maps: Tensor, voxels: Tensor) -> Tensor:
    """Values at voxel coordinates, shape (n, 3)."""
    size = torch.tensor(maps.shape[1:], dtype=torch.float32)
    where = (2 * voxels / (size - 1) - 1).flip(-1)
    return functional.grid_sample(maps[None], where[None, None, None], align_corners=True)[0, :, 0, 0]


def target(points: Tensor) -> Tensor:
    """The average's grey and white matter at points in mm."""
    images = [
        nib.Nifti1Image.from_filename(TEMPLATE / f"mni_icbm152_{kind}_tal_nlin_sym_09a_converted.nii.gz")
        for kind in ("gm", "wm")
    ]
    maps = [ndimage.gaussian_filter(np.asarray(i.dataobj, np.float32) / 255, SMOOTH_MM) for i in images]
    origin = torch.from_numpy(np.asarray(images[0].affine)[:3, 3]).float()
    return sample(torch.from_numpy(np.stack(maps)), points - origin)


def fit(labels: npt.NDArray[np.int64], affine: Array, points: Tensor, wanted: Tensor) -> Array:
    """The 4 x 4 from MNI mm to the person's mm that brings the tissues nearest."""
    maps, inverse = tissue(labels), torch.from_numpy(np.linalg.inv(affine)).float()
    brain = np.isin(labels, (*GREY, *WHITE))
    middle = torch.from_numpy(affine[:3, :3] @ np.argwhere(brain).mean(0) + affine[:3, 3]).float()
    base = torch.eye(3) * (brain.sum() * abs(np.linalg.det(affine)) / 1000 / TEMPLATE_ML) ** (1 / 3)
    start = torch.cat([base, (middle - base @ torch.tensor(MIDDLE_MM))[:, None]], 1)
    change = torch.zeros((3, 4), requires_grad=True)
    unit = torch.tensor([0.01, 0.01, 0.01, 1.0])
    search = torch.optim.LBFGS([change], max_iter=ROUNDS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        search.zero_grad()
        matrix = start + change * unit
        world = points @ matrix[:, :3].T + matrix[:, 3]
        gap = sample(maps, world @ inverse[:3, :3].T + inverse[:3, 3]) - wanted
        value = 1000 * gap.square().mean()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    search.step(loss)  # type: ignore[no-untyped-call]
    return np.vstack([(start + change * unit).detach().double().numpy(), [0, 0, 0, 1]])


def places(labels: npt.NDArray[np.int64], to_mni: Array) -> Array:
    """Centroid (lateral, forward, up) and pitch of each structure, shape (structures, 2 sides, 4)."""
    rows = []
    for name in STRUCTURES:
        for sign, label in zip((-1, 1), both_sides(name), strict=True):
            points = np.argwhere(labels == label) @ to_mni[:3, :3].T + to_mni[:3, 3]
            axis = np.linalg.eigh(np.cov(points.T))[1][:, 2]
            pitch = np.degrees(np.arctan2(axis[2] * np.sign(axis[1]), abs(axis[1])))
            rows.append([sign * points[:, 0].mean(), points[:, 1].mean(), points[:, 2].mean(), pitch])
    return np.reshape(rows, (len(STRUCTURES), 2, 4))


def main() -> None:
    """Measure every map and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    axes = [torch.arange(low, high, STEP_MM) for low, high in BOX_MM]
    points = torch.stack([a.flatten() for a in torch.meshgrid(*axes, indexing="ij")], 1)
    wanted = target(points)
    found = []
    for path in sorted(parser.parse_args().folder.glob("*.nii.gz")):
        image = nib.as_closest_canonical(nib.Nifti1Image.from_filename(path))  # type: ignore[no-untyped-call]
        labels, affine = np.asarray(image.dataobj).astype(np.int64), np.asarray(image.affine, np.float64)
        found.append(places(labels, np.linalg.inv(fit(labels, affine, points, wanted)) @ affine))
    table = np.array(found)
    table[..., :3] -= (table - table.mean(0))[..., :3].mean((1, 2), keepdims=True)
    both, apart = table.mean(2), (table[:, :, 1] - table[:, :, 0]) / 2
    for index, name in enumerate(STRUCTURES):
        shared, own = (part[:, index].std(0, ddof=1).round(2) for part in (both, apart))
        print(f"{name:16s} both {shared}  apart {own}")


if __name__ == "__main__":
    main()
