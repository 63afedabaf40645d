"""From the signal of a head to the image that is stored: all that happens in the scanner.

The order is that of the physics: the field bends the image along the readout, fat lies beside its place,
the point spread blurs, slices are cut, k-space is sampled, noise is received, the image is reconstructed,
and its numbers are stored. A step that is not asked for leaves everything as it is, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from mindscan.core.brain import Brain, Landmarks
from mindscan.core.key import Key
from mindscan.core.volume import Affine, Grid, Volume
from mindscan.imaging.acquisition import Acquisition
from mindscan.imaging.blur import point_spread
from mindscan.imaging.chemical_shift import shift_voxels, shifted
from mindscan.imaging.coils import Coils, add_channels, g_factor
from mindscan.imaging.field_of_view import box
from mindscan.imaging.ghosting import errors
from mindscan.imaging.lines import along, decode, encode, lines
from mindscan.imaging.masking import kept_mask
from mindscan.imaging.motion import posed, trajectory
from mindscan.imaging.noise import add_rician
from mindscan.imaging.off_resonance import dephasing, displaced, displaced_labels, field_ppm
from mindscan.imaging.quantisation import quantise
from mindscan.imaging.resample import overlaps, resampled_labels, sampled
from mindscan.imaging.sampling import Sampling, acquired, weights
from mindscan.imaging.saturation import clip
from mindscan.imaging.slices import slice_weights, tilted
from mindscan.imaging.spikes import add_spikes
from mindscan.imaging.tissues import GAMMA_MHZ
from mindscan.imaging.wrap import fold, kept
from mindscan.imaging.zipper import add_zipper


class Physics(NamedTuple):
    """What the acquisition needs to know of the scanner and the sequence.

    Args:
        field_tesla: field strength.
        echo_ms: time in which a gradient echo dephases; 0 for spin echoes.
        psf_fwhm_mm: point spread.
        noise_sd: of either part of one channel.
        bright: value of the brighter of cerebral grey and white matter.
        chi_ppm: susceptibility of every substance relative to muscle.
    """

    field_tesla: float
    echo_ms: float
    psf_fwhm_mm: float
    noise_sd: float
    bright: float
    chi_ppm: Mapping[str, float]


@dataclass(frozen=True)
class View:
    """A signal, and what lies in each of its voxels.

    Args:
        signal: shape (i, j, k), real and signed or complex.
        brain: labels, shares where they are known, and landmarks, on the same grid.
    """

    signal: Tensor
    brain: Brain


def check_fit(asked: Acquisition, grid: Grid) -> None:
    """Refuse a geometry that a head on this grid does not fill, before the head is made.

    Raises:
        SettingsError: an empty field of view, or less than a slice.
    """
    counts = list(grid.shape)
    if asked.field_of_view is not None:
        counts = [part.stop - part.start for part in box(asked.field_of_view, grid)]
    if asked.slices is not None and asked.slice_axis is not None:
        slice_weights(asked.slices, counts[asked.slice_axis], grid.voxel_mm[asked.slice_axis])


def acquire(asked: Acquisition, view: View, fat: Tensor | None, physics: Physics, key: Key) -> View:
    """The image of a signal, and the truth on its grid.

    Args:
        asked: the settings.
        view: float32 signal of a head and the head.
        fat: the part of the signal that is of fat; used by the chemical shift alone.
        physics: of the scanner.
        key: stream of the scan; "motion", "spikes", "zipper", "noise" and "channels" are below it.

    Returns:
        Magnitudes, float32, at least 0. `brain` is the very head that was given, unless grid or geometry
        differ from it.

    Raises:
        SettingsError: settings that do not fit the head's grid.
    """
    view = _bent(asked, view, fat, physics)
    voxel_mm = view.brain.labels.grid.voxel_mm
    view = View(point_spread(view.signal, physics.psf_fwhm_mm, voxel_mm), view.brain)
    view = _folded(asked, _sliced(asked, _cut(asked, _tilted(asked, view))))
    view = _reconstructed(asked, _recorded(asked, view, physics, key), physics, key)
    image = view.signal
    if asked.quantisation is not None:
        image = quantise(image, asked.quantisation, physics.bright)
    if asked.masking is not None:
        image = image * kept_mask(asked.masking, view.brain)
    return View(image, view.brain)


def _bent(asked: Acquisition, view: View, fat: Tensor | None, physics: Physics) -> View:
    """What the field does: signal lost, everything displaced along the readout, and fat more than water."""
    signal, brain, axis = view.signal, view.brain, asked.encoding().readout
    if asked.chemical_shift is not None and asked.chemical_shift.ppm and fat is not None:
        voxels = shift_voxels(asked.chemical_shift, physics.field_tesla, asked.bandwidth_hz)
        signal = signal - fat + shifted(fat, voxels, axis)
    if asked.off_resonance is None or asked.off_resonance.strength == 0:
        return View(signal, brain)
    field_hz = field_ppm(brain, asked.off_resonance, physics.chi_ppm).mul_(GAMMA_MHZ * physics.field_tesla)
    if physics.echo_ms:
        extents = [1.0, 1.0, 1.0]
        if asked.slices is not None and asked.slice_axis is not None:
            n = asked.slice_axis
            extents[n] = asked.slices.thickness_mm / brain.labels.grid.voxel_mm[n]
        signal = signal * dephasing(field_hz, physics.echo_ms, extents)
    voxels_off = field_hz / asked.bandwidth_hz
    labels = displaced_labels(brain.labels.data, voxels_off, axis)
    marks = _displaced_landmarks(brain.landmarks, voxels_off, brain.labels.affine, axis)
    bent = Brain.from_labels(Volume(labels, brain.labels.affine), marks)
    return View(displaced(signal, voxels_off, axis), bent)


def _displaced_landmarks(marks: Landmarks, voxels: Tensor, affine: Affine, axis: int) -> Landmarks:
    """Points where the image shows them; those outside the grid go with its border."""
    shown = {}
    for name, point in marks.items():
        place = np.linalg.solve(affine, [*point, 1.0])[:3]
        at = np.eye(4)
        at[:3, 3] = np.clip(place, 0, np.array(voxels.shape) - 1)
        step = float(sampled(voxels, at, (1, 1, 1)))
        x, y, z = np.array(point) + step * affine[:3, axis]
        shown[name] = (float(x), float(y), float(z))
    return shown


def _tilted(asked: Acquisition, view: View) -> View:
    """An oblique stack: signal between voxels, labels of the nearest."""
    if asked.slices is None or asked.slices.tilt_deg == 0:
        return view
    labels = view.brain.labels
    affine = tilted(labels.affine, labels.grid.shape, asked.slices)
    source = np.linalg.inv(labels.affine) @ affine
    seen = sampled(labels.data.float(), source, labels.grid.shape, nearest=True)
    brain = Brain.from_labels(Volume(seen, affine), view.brain.landmarks)
    return View(sampled(view.signal, source, labels.grid.shape), brain)


def _cut(asked: Acquisition, view: View) -> View:
    if asked.field_of_view is None:
        return view
    inside = box(asked.field_of_view, view.brain.labels.grid)
    return _boxed(view, inside, view.signal[inside].contiguous())


def _boxed(view: View, inside: tuple[slice, slice, slice], signal: Tensor) -> View:
    """The truth inside a box of voxels, with a signal of that size."""
    brain, first = view.brain, [part.start for part in inside]
    affine = brain.labels.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ first
    every = (slice(None), *inside)
    shares = brain.fractions[every] if brain.fractions is not None else None
    owners = brain.owners[every] if brain.owners is not None else None
    cut = Brain(Volume(brain.labels.data[inside].contiguous(), affine), shares, owners, brain.landmarks)
    return View(signal, cut)


def _sliced(asked: Acquisition, view: View) -> View:
    """Slices of some thickness, each the weighted mean of what it holds."""
    axis = asked.slice_axis
    if asked.slices is None or axis is None:
        return view
    count, device = view.signal.shape[axis], view.signal.device
    voxel = view.brain.labels.grid.voxel_mm[axis]
    matrix = slice_weights(asked.slices, count, voxel).to(device)
    spacing = (asked.slices.thickness_mm + asked.slices.gap_mm) / voxel
    first = (count - 1) / 2 - (len(matrix) - 1) / 2 * spacing
    brain = _regridded(view.brain, axis, matrix.clamp(min=0), spacing, first)
    return View(along(view.signal, matrix, axis), brain)


def _regridded(brain: Brain, axis: int, matrix: Tensor, spacing: float, first: float) -> Brain:
    """Labels of voxels that are sums along an axis; voxel 0 lies at `first`, the next `spacing` further."""
    labels = brain.labels
    affine = labels.affine.copy()
    affine[:3, 3] += affine[:3, axis] * first
    affine[:3, axis] *= spacing
    return Brain.from_labels(Volume(resampled_labels(brain, {axis: matrix}), affine), brain.landmarks)


def _folded(asked: Acquisition, view: View) -> View:
    axis = asked.encoding().phase
    if asked.wrap is None or asked.wrap.phase_share == 1:
        return view
    inside = [slice(0, n) for n in view.signal.shape]
    inside[axis] = kept(asked.wrap, view.signal.shape[axis])
    return _boxed(view, (inside[0], inside[1], inside[2]), fold(view.signal, inside[axis], axis))


def _matrix(asked: Acquisition, view: View) -> tuple[int, int, int]:
    """Acquired lines along each axis of the image."""
    shape, voxel_mm = view.brain.labels.grid.shape, view.brain.labels.grid.voxel_mm
    if asked.sampling is None:
        return shape
    wanted = asked.sampling
    edges: list[float | None] = [None, None, None]
    edges[asked.encoding().readout], edges[asked.encoding().phase] = wanted.readout_mm, wanted.phase_mm
    if asked.slices is None:
        edges[asked.encoding().slice] = wanted.slice_mm
    i, j, k = (acquired(n, v, e) for n, v, e in zip(shape, voxel_mm, edges, strict=True))
    return i, j, k


def _recorded(asked: Acquisition, view: View, physics: Physics, key: Key) -> View:
    """The signal on the acquired matrix, with every fault of k-space but noise."""
    signal, counts, axes = view.signal, _matrix(asked, view), asked.encoding()
    signal = _phase_encoded(asked, signal, counts[axes.phase], view.brain.labels.grid.voxel_mm, key)
    for axis in (axes.readout, axes.slice):
        if counts[axis] < signal.shape[axis]:
            numbers = lines(counts[axis], signal.device)
            passed = decode(numbers, counts[axis]) @ encode(numbers, signal.shape[axis])
            signal = along(signal, passed, axis)
    if asked.spikes is not None and asked.spikes.count and asked.spikes.share:
        signal = add_spikes(signal, asked.spikes, asked.slice_axis, key / "spikes")
    if asked.zipper is not None and asked.zipper.strength:
        signal = add_zipper(
            signal,
            asked.zipper,
            asked.zipper.strength * physics.bright,
            axes.readout,
            asked.bandwidth_hz,
            key / "zipper",
        )
    if asked.saturation is not None and asked.saturation.clipped_db:
        signal = clip(signal, asked.saturation)
    return View(signal, view.brain)


def _phase_encoded(
    asked: Acquisition, signal: Tensor, count: int, voxel_mm: tuple[float, float, float], key: Key
) -> Tensor:
    """What the lines of phase encoding see: a head that moves, phases that swing, a smaller matrix."""
    axis, given = asked.encoding().phase, signal.shape[asked.encoding().phase]
    moves = asked.motion is not None and not asked.motion.nothing
    swings = asked.ghosting is not None and asked.ghosting.phase_deg != 0
    if not (moves or swings or count < given):
        return signal
    numbers = lines(count, signal.device)
    back = decode(numbers, count)
    if asked.ghosting is not None:
        back = back * errors(asked.ghosting, count, signal.device)
    if asked.motion is None or not moves:
        return along(signal, back @ encode(numbers, given), axis)
    seen = torch.zeros((), dtype=torch.complex64, device=signal.device)
    for inside, pose in trajectory(asked.motion, count, key / "motion"):
        passed = back[:, inside] @ encode(numbers[inside], given)
        seen = seen + along(posed(signal, pose, voxel_mm), passed, axis)
    return seen


def _reconstructed(asked: Acquisition, view: View, physics: Physics, key: Key) -> View:
    """Magnitudes with noise, interpolated as the settings say, and the truth on their grid."""
    sampling = asked.sampling or Sampling()
    phase = asked.encoding().phase
    signal, device = view.signal, view.signal.device
    shape = view.brain.labels.grid.shape
    out = shape if sampling.zero_fill else tuple(signal.shape)
    brain = view.brain
    recover: list[tuple[int, Tensor]] = []
    for axis, (count, wanted) in enumerate(zip(signal.shape, out, strict=True)):
        if count > 1:
            passed = weights(
                count, sampling.apodisation, sampling.partial_fourier if axis == phase else 1.0, device
            )
            if asked.slice_axis == axis:
                passed = torch.ones_like(passed)
            if count != wanted or bool((passed != 1).any()):
                numbers = lines(count, device)
                recover.append((axis, (decode(numbers, wanted) * passed) @ encode(numbers, count)))
        if count != shape[axis] and not sampling.zero_fill:
            scale = shape[axis] / count
            brain = _regridded(brain, axis, overlaps(count, shape[axis], device), scale, (scale - 1) / 2)
    sd = _noise_sd(asked.coils, View(signal, brain), phase, physics.noise_sd)
    channels = 1 if asked.coils is None else asked.coils.chi
    if recover:
        return View(_summed(signal, sd, channels, recover, key), brain)
    image = signal.abs() if signal.is_complex() else signal
    image = add_rician(image, sd, key / "noise")
    return View(add_channels(image, sd, channels - 1, key / "channels"), brain)


def _noise_sd(coils: Coils | None, view: View, phase: int, sd: float) -> float | Tensor:
    """Noise of a channel after unfolding: more by g and by the root of the acceleration."""
    if coils is None or coils.acceleration == 1:
        return sd
    grid = view.brain.labels.grid
    i, j, k = (n * voxel for n, voxel in zip(grid.shape, grid.voxel_mm, strict=True))
    head = view.signal.abs() > 0.02 * float(view.signal.abs().max())
    return g_factor(coils, (i, j, k), head, phase) * (sd * math.sqrt(coils.acceleration))


def _summed(
    signal: Tensor, sd: float | Tensor, channels: int, recover: list[tuple[int, Tensor]], key: Key
) -> Tensor:
    """Root sum of squares of channels that are each interpolated with their noise."""
    power = torch.zeros((), device=signal.device)
    for n in range(channels):
        stream = key / "noise" if n == 0 else key / "channels" / n
        generator = stream.generator(signal.device)
        real, imaginary = torch.randn((2, *signal.shape), generator=generator, device=signal.device)
        channel = torch.complex(real, imaginary) * sd
        if n == 0:
            channel = channel + signal
        for axis, matrix in recover:
            channel = along(channel, matrix, axis)
        power = power + channel.real.square() + channel.imag.square()
    return power.sqrt()
