"""How well real scans are segmented, next to what one would otherwise take.

    python bench/real.py                 the average T1 that nilearn ships, against its own tissue maps
    python bench/real.py FOLDER          and real scans with labels of the MICCAI 2012 protocol in FOLDER

FOLDER holds `t1_manual_labels/NNNN_T1_brain.nii.gz` with `NNNN_labels.nii.gz`, and
`whole_head_t1/NAME.nii.gz` with `NAME_DLMUSE.nii.gz`. Nothing is trained, chosen or tuned on them.

Where there are several, the manual labels of each scan are also carried onto the one before it by deformable
registration: what a user with one labelled scan would otherwise do.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import nilearn
import numpy as np
import numpy.typing as npt
import SimpleITK
import torch
from sklearn.mixture import GaussianMixture

from mindscan.core.labels import both_sides
from mindscan.core.volume import Volume
from mindscan.dataset.nifti import read_nifti
from mindscan.learn.pose import moved, places, seen
from mindscan.tasks.segment import segment
from mindscan.tasks.tissues import tissue_maps

Array = npt.NDArray[np.generic]

STRUCTURES: dict[str, tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]] = {
    "lateral ventricle": (((52,), (4,)), ((51,), (43,))),
    "third ventricle": (((4,), (14,)),),
    "fourth ventricle": (((11,), (15,)),),
    "thalamus": (((60,), (10,)), ((59,), (49,))),
    "caudate": (((37,), (11,)), ((36,), (50,))),
    "putamen": (((58,), (12,)), ((57,), (51,))),
    "pallidum": (((56,), (13,)), ((55,), (52,))),
    "hippocampus": (((48,), (17,)), ((47,), (53,))),
    "amygdala": (((32,), (18,)), ((31,), (54,))),
    "accumbens": (((30,), (26,)), ((23,), (58,))),
    "ventral DC": (((62,), (28,)), ((61,), (60,))),
    "brainstem": (((35,), (16,)),),
    "cerebral WM": (((45, 82, 84, 86, 88, 90, 92, 94), (2,)), ((44, 81, 83, 85, 87, 89, 91, 93), (41,))),
    "cerebral cortex": ((tuple(range(101, 208, 2)), (3,)), (tuple(range(100, 208, 2)), (42,))),
    "cerebellar WM": (((41,), (7,)), ((40,), (46,))),
    "cerebellar cortex": (((39, 38, 71, 72, 73), both_sides("Cerebellum-Cortex")),),
}
"""MICCAI codes and FreeSurfer ids of every structure, side by side (the vermis has no side). 81 to 94 are
parts of the white matter in maps of 145 regions, whose corpus callosum (95) has no side and is left out."""


def dice(ours: Array, theirs: Array) -> float:
    """Overlap of two masks."""
    return float(2 * (ours & theirs).sum() / max(ours.sum() + theirs.sum(), 1))


def structures(ids: Array, codes: Array, protocol: bool = False) -> dict[str, float]:
    """Mean Dice of the sides of every structure; `protocol` where both are codes of the protocol."""
    scores = {}
    for name, sides in STRUCTURES.items():
        pairs = [(theirs if protocol else ours, theirs) for theirs, ours in sides]
        scores[name] = float(np.mean([dice(np.isin(ids, i), np.isin(codes, c)) for i, c in pairs]))
    return scores


def mixture(scan: Array) -> tuple[Array, Array]:
    """Grey and white matter by a Gaussian mixture of three classes, as a skull-stripped T1 has them."""
    inside = scan > 0
    values = scan[inside].reshape(-1, 1).astype(np.float64)
    model = GaussianMixture(3, random_state=0, init_params="kmeans").fit(values[::37])
    order, found = np.argsort(model.means_[:, 0]), np.zeros(scan.shape, int)
    found[inside] = 1 + np.argsort(order)[model.predict(values)]
    return found == 2, found == 3


def average() -> None:
    """The T1 that nilearn ships, against its own maps at 0.5."""
    folder = Path(nilearn.__file__).parent / "datasets" / "data"
    scan, grey, white = (
        read_nifti(folder / f"mni_icbm152_{kind}_tal_nlin_sym_09a_converted.nii.gz")
        for kind in ("t1", "gm", "wm")
    )
    began = time.perf_counter()
    maps = tissue_maps(scan, segment(scan))
    print(f"\nAverage T1 (MNI152), {time.perf_counter() - began:.0f} s: Dice with its own maps at 0.5")
    ours = seen(maps.data, moved(places(scan.grid), np.linalg.inv(maps.affine)))[:2].numpy() > 0.5
    truths = [volume.numpy() / volume.numpy().max() > 0.5 for volume in (grey, white)]
    for name, found in (("mindscan", ours), ("Gaussian mixture", mixture(scan.numpy()))):
        print(f"  {name:20s} GM {dice(found[0], truths[0]):.3f}  WM {dice(found[1], truths[1]):.3f}")


def affine(fixed: SimpleITK.Image, moving: SimpleITK.Image) -> SimpleITK.Transform:
    """The affine map from one scan to another, by mutual information."""
    method = SimpleITK.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(64)
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(0.05, 1)
    method.SetInterpolator(SimpleITK.sitkLinear)
    method.SetOptimizerAsGradientDescent(1.0, 100, 1e-6, 10)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 2])
    method.SetSmoothingSigmasPerLevel([2, 1])
    middles = SimpleITK.CenteredTransformInitializerFilter.MOMENTS
    begin = SimpleITK.CenteredTransformInitializer(fixed, moving, SimpleITK.AffineTransform(3), middles)
    method.SetInitialTransform(begin, True)
    return method.Execute(fixed, moving)


def carried(onto: Path, path: Path) -> Array:
    """Labels of one scan on another, by symmetric demons (Vercauteren 2009,
    doi:10.1016/j.neuroimage.2008.10.040) at 4, 2 and 1 mm."""
    fixed, moving = (SimpleITK.ReadImage(str(p), SimpleITK.sitkFloat32) for p in (onto, path))
    pose = affine(fixed, moving)
    near = SimpleITK.Resample(moving, fixed, pose, SimpleITK.sitkLinear)
    near = SimpleITK.HistogramMatching(near, fixed, 256, 15, True)
    demons = SimpleITK.FastSymmetricForcesDemonsRegistrationFilter()
    demons.SetStandardDeviations(1.5)
    demons.SetSmoothUpdateField(True)
    field = None
    for factor, rounds in ((4, 80), (2, 60), (1, 20)):
        one, other = (
            SimpleITK.Shrink(SimpleITK.DiscreteGaussian(x, (factor / 2) ** 2), [factor] * 3)
            if factor > 1
            else x
            for x in (fixed, near)
        )
        demons.SetNumberOfIterations(rounds)
        begin = [SimpleITK.Resample(field, one, SimpleITK.Transform())] if field is not None else []
        field = demons.Execute(one, other, *begin)
    bend = SimpleITK.DisplacementFieldTransform(SimpleITK.Cast(field, SimpleITK.sitkVectorFloat64))
    way = SimpleITK.CompositeTransform([pose, bend])
    labels = SimpleITK.ReadImage(str(labels_of(path)))
    ids = SimpleITK.Resample(labels, fixed, way, SimpleITK.sitkNearestNeighbor)
    return np.asarray(SimpleITK.GetArrayFromImage(ids).T)


def labels_of(path: Path) -> Path:
    """The manual labels of a scan."""
    return path.with_name(path.name[:4] + "_labels.nii.gz")


def manual(folder: Path) -> None:
    """Skull-stripped T1 with manual labels."""
    rows, theirs = [], []
    print("\nSkull-stripped T1 with manual labels: Dice")
    paths = sorted(folder.glob("[0-9]*_T1_brain.nii.gz"))
    for path, other in zip(paths, [*paths[1:], *paths[:1]], strict=True):
        scan = read_nifti(path)
        codes = read_nifti(labels_of(path), torch.int16).numpy()
        began = time.perf_counter()
        rows.append(structures(segment(scan).labels.numpy(), codes))
        seconds = time.perf_counter() - began
        if other != path:
            theirs.append(structures(carried(path, other), codes, protocol=True))
        g, w = mixture(scan.numpy())
        cortex, white = (np.isin(codes, [c for t, _ in STRUCTURES[n] for c in t]) for n in _TISSUE_NAMES)
        print(
            f"  {path.name[:4]}  mean {np.mean(list(rows[-1].values())):.3f}  {seconds:.0f} s;"
            f"  mixture: cortex {dice(g, cortex):.3f}, cerebral WM {dice(w, white):.3f}"
        )
    _tell(rows)
    if theirs:
        print("the same by deformable registration of one labelled scan, the next one")
        _tell(theirs)


_TISSUE_NAMES = ("cerebral cortex", "cerebral WM")


def whole(folder: Path) -> None:
    """Whole heads with automatic labels; then with a bright marker beside the head."""
    rows = []
    print(
        "\nWhole heads, automatic labels: Dice of the inside of the skull, and with a bright marker beside it"
    )
    for path in sorted(p for p in folder.glob("*.nii.gz") if "DLMUSE" not in p.name):
        scan = read_nifti(path)
        codes = read_nifti(path.with_name(path.name.replace(".nii", "_DLMUSE.nii")), torch.int16).numpy()
        found, marked = segment(scan), segment(with_marker(scan))
        rows.append(structures(found.labels.numpy(), codes))
        inside = [dice(one.brain.numpy(), codes > 0) for one in (found, marked)]
        mean = np.mean(list(rows[-1].values()))
        print(f"  {path.name[:6]}  mean {mean:.3f}  strip {inside[0]:.3f}, with marker {inside[1]:.3f}")
    _tell(rows)


def with_marker(scan: Volume) -> Volume:
    """A ball of 8 mm, three times as bright as anything, at the edge of the field of view."""
    corner = scan.affine[:3, :3] @ (np.array(scan.data.shape) * (0.06, 0.5, 0.6)) + scan.affine[:3, 3]
    away = (places(scan.grid) - torch.from_numpy(corner).float()).norm(dim=-1)
    return Volume(torch.where(away < 8, 3 * scan.data.max(), scan.data), scan.affine)


def _tell(rows: list[dict[str, float]]) -> None:
    for name in STRUCTURES:
        print(f"  {name:20s} " + " ".join(f"{row[name]:.3f}" for row in rows))
    means = [np.mean([row[name] for row in rows]) for name in STRUCTURES]
    print(f"  {'mean of 16':20s} {np.mean(means):.3f}, least {np.min(means):.3f}")


if __name__ == "__main__":
    average()
    if len(sys.argv) > 1:
        manual(Path(sys.argv[1]) / "t1_manual_labels")
        whole(Path(sys.argv[1]) / "whole_head_t1")
