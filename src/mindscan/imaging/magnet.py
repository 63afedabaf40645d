"""The MRI scanner: settings, how they are drawn, and how they make an image."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator
from torch import Tensor

from mindscan.core.brain import Brain
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.person import HEALTHY, Person
from mindscan.core.prior import Prior, Rounded, truncated_normal
from mindscan.core.record import Record
from mindscan.core.scan import Scan
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.acquire import Physics, View, acquire, check_fit
from mindscan.imaging.acquisition import Acquisition
from mindscan.imaging.agent import enhanced
from mindscan.imaging.compose import Levels, check_grid, compose
from mindscan.imaging.contrast import RandomContrast
from mindscan.imaging.fields import draw_field
from mindscan.imaging.mri import Relaxation
from mindscan.imaging.parameters import parameter_map
from mindscan.imaging.presets import MRI_PRESETS, Preset, find, usual
from mindscan.imaging.sequences import (
    GradientEcho,
    Mprage,
    ParameterMap,
    PhysicalSequence,
    Sequence,
)
from mindscan.imaging.susceptibility import ComplexEcho, part_of
from mindscan.imaging.tissues import (
    MADE_OF,
    SUBSTANCES,
    known_field,
    relaxation,
    structures,
    susceptibility_ppm,
)

BRIGHT = 1000.0
"""Image units of the brighter of cerebral grey and white matter, before bias and noise."""

_JITTER = Prior(uniform=(0.95, 1.05))
# Times that stretch together, so that a train of readouts always fits between its inversions.
_PACED = dict.fromkeys(("tr_ms", "ti_ms", "echo_spacing_ms"), "pace")
_DEPHASING = (GradientEcho, Mprage)
# Sequences whose echoes nothing refocuses, so that signal is lost where the field changes.
_FIELD = Prior(choice=(1.5, 3.0))
_DRAWN = {
    "bias_sd": Prior(uniform=(0.02, 0.06)),
    "bias_mm": Prior(uniform=(50, 90)),
    "psf_fwhm_mm": Prior(uniform=(1.7, 2.1)),
    "texture_sd": Prior(uniform=(0.03, 0.05)),
    "texture_mm": Prior(uniform=(4.4, 5.4)),
    "snr": Prior(uniform=(17.5, 41.5)),
}


_TOGETHER = (0.64, 0.90, 0.64)
# How T1, T2 and PD of two tissues of one brain correlate between people: own choice. The less for T2, the
# more people have a cortex that is darker than white matter in FLAIR.


def _known_field(tesla: float) -> float:
    try:
        return known_field(tesla)
    except SettingsError as error:
        raise ValueError(error.expected) from None


def _known_substances(deviations: dict[str, Any]) -> dict[str, Any]:
    if unknown := sorted(set(deviations) - set(SUBSTANCES)):
        raise ValueError(f"only {', '.join(SUBSTANCES)}, not {', '.join(unknown)}")
    return deviations


_Deviation = Annotated[Rounded, Field(ge=-5, le=5)]
Deviations = dict[str, tuple[_Deviation, _Deviation, _Deviation]]
_Edge = Annotated[Rounded, Field(ge=0.3, le=20)]


class MRI(Record):
    """One MRI scan in physical units.

    Args:
        preset: what it was drawn as; see `mindscan.imaging.presets`.
        suffix: the BIDS suffix, or "random"; letters and digits.
        acq: the BIDS label `acq-`; "" where there is none.
        part: of a gradient echo, "mag" or "phase" of the complex signal; "" for a plain magnitude.
        voxel_mm: edges of the image's own voxels, 0.3 to 20 mm each; those of the head's grid when None.
        field_tesla: field strength, 0.064, 0.55, 1.5, 3 or 7.
        age_years: age of the head, which sets the iron in its deep nuclei and the myelin of its white matter.
        sequence: what is played.
        deviations: by substance, how many standard deviations between people T1, T2 and proton
            density lie above the typical value.
        agent_mm: contrast agent (gadobutrol) in blood plasma in mmol/L; 0 for none.
        bias_sd: standard deviation of the logarithm of the bias field, 0 to 1.
        bias_mm: distance over which the bias field changes, at least 10 mm.
        psf_fwhm_mm: full width at half maximum of the point spread.
        texture_sd: variation within brain tissue, relative to its signal, 0 to 1 (random contrast
            brings its own).
        texture_mm: distance at which the correlation of the texture is one half, at least 1 mm.
        snr: signal of the brighter of cerebral grey and white matter over the noise of one channel.
        acquisition: geometry, sampling and coils, and the artefacts that are turned on.

    Raises:
        SettingsError: (through `MRI.parse`) a value that is unknown or impossible.
    """

    presets: ClassVar[tuple[Preset, ...]] = MRI_PRESETS

    scanner: Literal["mri"] = "mri"
    preset: str
    suffix: Annotated[str, Field(pattern="^[A-Za-z0-9]+$")]
    acq: Annotated[str, Field(pattern="^[A-Za-z0-9]*$")] = ""
    part: Literal["", "mag", "phase"] = ""
    voxel_mm: tuple[_Edge, _Edge, _Edge] | None = None
    field_tesla: Annotated[Rounded, AfterValidator(_known_field)]
    age_years: Annotated[Rounded, Field(ge=0, le=120)] = 40.0
    sequence: Sequence
    deviations: Annotated[Deviations, AfterValidator(_known_substances)] = Field(default_factory=dict)
    agent_mm: Annotated[Rounded, Field(ge=0, le=20)] = 0.0
    bias_sd: Annotated[Rounded, Field(ge=0, le=1)]
    bias_mm: Annotated[Rounded, Field(ge=10)]
    psf_fwhm_mm: Annotated[Rounded, Field(ge=0, le=20)]
    texture_sd: Annotated[Rounded, Field(ge=0, le=1)]
    texture_mm: Annotated[Rounded, Field(ge=1)]
    snr: Annotated[Rounded, Field(gt=0)]
    acquisition: Acquisition = Acquisition()

    @model_validator(mode="after")
    def _what_goes_together(self) -> MRI:
        if self.part and not isinstance(self.sequence, GradientEcho):
            raise ValueError("a part of the complex signal of gradient echoes only")
        if (self.part or isinstance(self.sequence, ParameterMap)) and self.acquisition != Acquisition():
            raise ValueError(
                "an acquisition of magnitudes only, not of a map or a part of the complex signal"
            )
        return self

    @classmethod
    def draw(
        cls, preset: str, key: Key, person: Person, run: int = 1, field_tesla: float | None = None
    ) -> MRI:
        """Settings of one scan; see `mindscan.imaging.scanner.draw`."""
        row = find(preset, cls.presets)
        own = key / preset / run
        if field_tesla is None:
            field_tesla = row.field_tesla or float(_FIELD.draw(key / "field_tesla"))
        if preset == "random":
            sequence, deviations = (
                RandomContrast.draw(own / "levels", person.diagnosis != HEALTHY).model_dump(),
                {},
            )
        else:
            deviations = _draw_deviations(key / "tissue")
            exact = row.settings.get("sequence")
            sequence = _varied(usual(preset, field_tesla), own) if exact is None else exact.model_dump()
        priors = {
            **_DRAWN,
            **{name: Prior.parse(row.settings[name]) for name in _DRAWN if name in row.settings},
        }
        drawn = {name: prior.draw(own / name) for name, prior in priors.items()}
        said = {name: value for name, value in row.settings.items() if name in ("part", "agent_mm")}
        fixed = {"preset": preset, "suffix": row.suffix, "acq": row.acq, "voxel_mm": row.voxel_mm, **said}
        of_person = {"field_tesla": field_tesla, "age_years": person.age_years, "deviations": deviations}
        return cls.parse({**fixed, **of_person, "sequence": sequence, **drawn})

    def levels(self) -> Levels:
        """By structure, mean and within-structure standard deviation of the signal in image units.

        A map has the units of its quantity, and no deviation.
        Means are signed: a tissue that is still inverted at the echo has a negative one.
        """
        levels = self._raw_levels()
        if isinstance(self.sequence, ParameterMap):
            return levels
        gain = BRIGHT / max(abs(levels[name][0]) for name in ("Cerebral-White-Matter", "Cerebral-Cortex"))
        return {name: (mean * gain, sd * gain) for name, (mean, sd) in levels.items()}

    def _fat_levels(self) -> Levels:
        """The part of `levels` that is of fat; by share alone for a contrast without physics."""
        shares = {structure: made_of.get("fat", 0.0) for structure, made_of in MADE_OF.items()}
        if not isinstance(self.sequence, RandomContrast):
            signal = dict(zip(SUBSTANCES, self.sequence.signal(self.tissue()).tolist(), strict=True))
            raw = self._raw_levels()
            shares = {name: part and part * signal["fat"] / raw[name][0] for name, part in shares.items()}
        return {name: (mean * shares[name], sd * shares[name]) for name, (mean, sd) in self.levels().items()}

    def _raw_levels(self) -> Levels:
        if isinstance(self.sequence, RandomContrast):
            return self.sequence.all_levels()
        means = structures(self.sequence.signal(self.tissue()))
        if isinstance(self.sequence, ParameterMap):
            return {structure: (mean, 0.0) for structure, mean in means.items()}
        levels = {}
        for structure, shares in MADE_OF.items():
            texture = sum(share * SUBSTANCES[name].texture for name, share in shares.items())
            levels[structure] = (means[structure], abs(means[structure]) * self.texture_sd * texture)
        return levels

    def tissue(self) -> Relaxation:
        """Constants of all substances of this person on this scanner, contrast agent included."""
        tissue = relaxation(self.field_tesla, self.age_years, self.deviations)
        return enhanced(tissue, self.field_tesla, self.agent_mm) if self.agent_mm else tissue

    def grid(self, usual: Grid) -> Grid:
        """The grid that the head is painted on: the usual one, or that of the scan's own voxels.

        Raises:
            SettingsError: the acquisition does not fit it.
        """
        grid = usual if self.voxel_mm is None else usual.with_voxels(self.voxel_mm)
        check_fit(self.acquisition, grid)
        return grid

    def scan(self, brain: Brain, key: Key) -> Scan:
        """The image of one head; see `mindscan.imaging.scanner.scan`."""
        grid, device = brain.labels.grid, brain.labels.data.device
        check_grid(grid)
        if isinstance(self.sequence, ParameterMap):
            truth = parameter_map(brain, self.sequence.signal(self.tissue()), self.tissue().pd)
            return self._scan(truth, brain)
        bias = draw_field(grid, self.bias_sd, self.bias_mm, key / "bias", device, centred=True)
        texture = draw_field(grid, 1.0, self.texture_mm, key / "texture", device)
        image = compose(brain, self.levels(), texture, bias)
        if self.part and isinstance(self.sequence, GradientEcho):
            echo = ComplexEcho(self.field_tesla, self.sequence.te_ms, self.psf_fwhm_mm, BRIGHT / self.snr)
            chi_ppm = susceptibility_ppm(self.age_years)
            return self._scan(part_of(self.part, image, brain, chi_ppm, echo, key), brain)
        shifts = self.acquisition.chemical_shift is not None
        fat = compose(brain, self._fat_levels(), texture, bias) if shifts else None
        seen = acquire(self.acquisition, View(image, brain), fat, self._physics(), key)
        return self._scan(seen.signal, seen.brain, seen.brain is not brain)

    def _physics(self) -> Physics:
        echo_ms = self.sequence.te_ms if isinstance(self.sequence, _DEPHASING) else 0.0
        noise_sd, chi_ppm = BRIGHT / self.snr, susceptibility_ppm(self.age_years)
        return Physics(self.field_tesla, echo_ms, self.psf_fwhm_mm, noise_sd, BRIGHT, chi_ppm)

    def _scan(self, image: Tensor, brain: Brain, elsewhere: bool = False) -> Scan:
        volume = Volume(image, brain.labels.affine)
        shown = brain if elsewhere or self.voxel_mm is not None else None
        return Scan(volume, self.suffix, self.metadata(), shown, self.acq, self.part)

    def _slices(self) -> dict[str, Any]:
        """Thick voxels of its own are slices, all else is a volume."""
        if self.voxel_mm is None:
            return {"MRAcquisitionType": "3D"}
        return {"MRAcquisitionType": "2D", "SliceThickness": self.voxel_mm[2]}

    def metadata(self) -> dict[str, Any]:
        """What the sidecar JSON says: BIDS names and units, and all settings."""
        return {
            "Modality": "MR",
            "Manufacturer": "mindscan",
            "ManufacturersModelName": "simulated scanner",
            "NonlinearGradientCorrection": False,
            "MagneticFieldStrength": self.field_tesla,
            **self._slices(),
            **self.acquisition.bids(),
            **self.sequence.bids(),
            **({"Units": "rad"} if self.part == "phase" else {}),
            **({"ContrastBolusIngredient": "GADOLINIUM"} if self.agent_mm else {}),
            "Synthetic": True,
            "MindscanSettings": self.model_dump(mode="json"),
        }


def _varied(sequence: PhysicalSequence, key: Key) -> dict[str, Any]:
    """A sequence as another hospital plays it: every time and angle some per cent off."""
    told: dict[str, Any] = sequence.model_dump()
    for name, value in told.items():
        if isinstance(value, float):
            told[name] = value * float(_JITTER.draw(key / _PACED.get(name, name)))
    return told


def _draw_deviations(key: Key) -> dict[str, tuple[float, ...]]:
    """Deviations of T1, T2 and PD of all substances; within one brain they go together."""
    common = _normals(key / "brain")
    drawn = {}
    for name in (row.name for row in SUBSTANCES.values() if not row.sick):
        own = _normals(key / name)
        if name not in ("fat", "muscle", "bone"):
            own = [
                math.sqrt(r) * shared + math.sqrt(1 - r) * z
                for r, shared, z in zip(_TOGETHER, common, own, strict=True)
            ]
        drawn[name] = tuple(round(z, 2) for z in own)
    return drawn


def _normals(key: Key) -> list[float]:
    rng = key.rng()
    return [truncated_normal(rng, 0.0, 1.0) for _ in range(3)]
