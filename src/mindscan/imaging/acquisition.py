"""How a signal is acquired, as one record: geometry, sampling, coils, and everything that can go wrong."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from mindscan.core.prior import Rounded
from mindscan.core.record import Record
from mindscan.imaging.chemical_shift import ChemicalShift
from mindscan.imaging.coils import Coils
from mindscan.imaging.field_of_view import FieldOfView
from mindscan.imaging.ghosting import Ghosting
from mindscan.imaging.lines import Axis
from mindscan.imaging.masking import Masking
from mindscan.imaging.motion import Motion
from mindscan.imaging.off_resonance import OffResonance
from mindscan.imaging.quantisation import Quantisation
from mindscan.imaging.sampling import Sampling
from mindscan.imaging.saturation import Saturation
from mindscan.imaging.slices import SLICE_AXIS, Slices
from mindscan.imaging.spikes import Spikes
from mindscan.imaging.wrap import Wrap
from mindscan.imaging.zipper import Zipper

_USUAL = {"sagittal": ("k", "j"), "coronal": ("k", "i"), "axial": ("j", "i")}
# Readout and phase encoding by the slices' orientation; a 3D scan is played as a sagittal one.


class Encoding(NamedTuple):
    """Axes of an acquisition, 0 to 2."""

    readout: int
    phase: int
    slice: int


class Acquisition(Record):
    """How a signal is acquired; what is None does not happen.

    Args:
        readout, phase: index axes of the readout and of phase encoding; the usual ones when None.
        bandwidth_hz: of one voxel along the readout.
        off_resonance: distortion, and signal lost by gradient echoes, near air and bone. Labels and
            landmarks of the scan are distorted alike.
        chemical_shift: displacement of fat.
        field_of_view: part of the head that is imaged.
        slices: stack of slices; a 3D scan when None.
        wrap: folding along the phase-encoding axis.
        sampling: acquired matrix, with Gibbs ringing; zero filling; partial Fourier.
        motion, ghosting, spikes, zipper, saturation: faults of k-space.
        coils: several channels and parallel imaging; a single channel when None.
        quantisation: steps of the stored numbers.
        masking: face or skull taken away.

    Example:
        >>> Acquisition.parse({"motion": {"translation_mm": 3}}).motion.moves
        4
    """

    readout: Axis | None = None
    phase: Axis | None = None
    bandwidth_hz: Annotated[Rounded, Field(gt=0, le=1e6)] = 200.0
    off_resonance: OffResonance | None = None
    chemical_shift: ChemicalShift | None = None
    field_of_view: FieldOfView | None = None
    slices: Slices | None = None
    wrap: Wrap | None = None
    sampling: Sampling | None = None
    motion: Motion | None = None
    ghosting: Ghosting | None = None
    spikes: Spikes | None = None
    zipper: Zipper | None = None
    saturation: Saturation | None = None
    coils: Coils | None = None
    quantisation: Quantisation | None = None
    masking: Masking | None = None

    @model_validator(mode="after")
    def _axes_differ(self) -> Acquisition:
        encoding = self.encoding()
        if len(set(encoding)) < 3:
            raise ValueError("readout, phase and slices along different axes")
        if self.slices is not None and self.sampling is not None and self.sampling.slice_mm is not None:
            raise ValueError("sampling.slice_mm for a 3D scan only; slices have their thickness_mm")
        return self

    @model_serializer(mode="wrap")
    def _what_happens(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        usual = {name: field.default for name, field in type(self).model_fields.items()}
        return {name: value for name, value in handler(self).items() if value != usual[name]}

    @property
    def slice_axis(self) -> int | None:
        """Axis that slices are counted along; None for a 3D scan."""
        return None if self.slices is None else SLICE_AXIS[self.slices.orientation]

    def encoding(self) -> Encoding:
        """Axes of readout, phase encoding and slices (the second phase encoding of a 3D scan)."""
        usual: tuple[str, str] = _USUAL["sagittal" if self.slices is None else self.slices.orientation]
        readout: str = self.readout or next(axis for axis in usual if axis != self.phase)
        phase: str = self.phase or next(axis for axis in reversed(usual) if axis != readout)
        one, two = "ijk".index(readout), "ijk".index(phase)
        return Encoding(one, two, 3 - one - two if self.slice_axis is None else self.slice_axis)

    def bids(self) -> dict[str, Any]:
        """What the sidecar says of it, in BIDS names; distances in mm."""
        said: dict[str, Any] = {}
        if self.slices is not None:
            said["MRAcquisitionType"] = "2D"
            said["SliceThickness"] = self.slices.thickness_mm
            said["SpacingBetweenSlices"] = round(self.slices.thickness_mm + self.slices.gap_mm, 6)
        if self.sampling is not None and self.sampling.partial_fourier < 1:
            said["PartialFourier"] = self.sampling.partial_fourier
        if self.coils is not None and self.coils.acceleration > 1:
            said["ParallelReductionFactorInPlane"] = self.coils.acceleration
            said["ParallelAcquisitionTechnique"] = "SENSE" if self.coils.combine == "sense" else "GRAPPA"
        if self.off_resonance is not None or self.chemical_shift is not None:
            said["PixelBandwidth"] = self.bandwidth_hz
        return said
