"""The MRI scanner: settings, how they are drawn, and how they make an image."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Prior, Rounded, truncated_normal
from mindscan.core.record import Record
from mindscan.core.scan import Scan
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.blur import point_spread
from mindscan.imaging.compose import Levels, check_grid, compose
from mindscan.imaging.contrast import RandomContrast
from mindscan.imaging.fields import draw_field
from mindscan.imaging.noise import add_rician
from mindscan.imaging.sequences import PRESETS, Sequence, preset
from mindscan.imaging.tissues import FIELDS_TESLA, MADE_OF, SUBSTANCES, relaxation

BRIGHT = 1000.0
"""Image units of the brighter of cerebral grey and white matter, before bias and noise."""

_JITTER = Prior(uniform=(0.95, 1.05))
# Times that stretch together, so that a train of readouts always fits between its inversions.
_PACED = dict.fromkeys(("tr_ms", "ti_ms", "echo_spacing_ms"), "pace")
_FIELD = Prior(choice=FIELDS_TESLA)
_DRAWN = {
    "bias_sd": Prior(uniform=(0.02, 0.08)),
    "bias_mm": Prior(uniform=(50, 90)),
    "psf_fwhm_mm": Prior(uniform=(1.0, 1.4)),
    "texture_sd": Prior(uniform=(0.035, 0.055)),
    "texture_mm": Prior(uniform=(2.6, 3.4)),
    "snr": Prior(uniform=(25, 60)),
}


def _known_field(tesla: float) -> float:
    if tesla not in FIELDS_TESLA:
        raise ValueError("1.5 or 3")
    return tesla


def _known_substances(deviations: dict[str, Any]) -> dict[str, Any]:
    if unknown := sorted(set(deviations) - set(SUBSTANCES)):
        raise ValueError(f"only {', '.join(SUBSTANCES)}, not {', '.join(unknown)}")
    return deviations


_Deviation = Annotated[Rounded, Field(ge=-5, le=5)]
Deviations = dict[str, tuple[_Deviation, _Deviation, _Deviation]]


class MRI(Record):
    """One MRI scan in physical units.

    Args:
        suffix: the BIDS suffix, or "random"; letters and digits.
        field_tesla: field strength, 1.5 or 3.
        age_years: age of the head, which sets the iron in its deep nuclei.
        sequence: what is played.
        deviations: by substance, how many standard deviations between people T1, T2 and proton
            density lie above the typical value.
        bias_sd: standard deviation of the logarithm of the bias field, 0 to 1.
        bias_mm: distance over which the bias field changes, at least 10 mm.
        psf_fwhm_mm: full width at half maximum of the point spread.
        texture_sd: variation within brain tissue, relative to its signal, 0 to 1 (random contrast
            brings its own).
        texture_mm: distance at which the correlation of the texture is one half, at least 1 mm.
        snr: signal of the brighter of cerebral grey and white matter over the noise of one channel.

    Raises:
        SettingsError: (through `MRI.parse`) a value that is unknown or impossible.
    """

    suffixes: ClassVar[tuple[str, ...]] = (*PRESETS, "random")

    scanner: Literal["mri"] = "mri"
    suffix: Annotated[str, Field(pattern="^[A-Za-z0-9]+$")]
    field_tesla: Annotated[Rounded, AfterValidator(_known_field)]
    age_years: Annotated[Rounded, Field(ge=0, le=120)] = 40.0
    sequence: Sequence
    deviations: Annotated[Deviations, AfterValidator(_known_substances)] = Field(default_factory=dict)
    bias_sd: Annotated[Rounded, Field(ge=0, le=1)]
    bias_mm: Annotated[Rounded, Field(ge=10)]
    psf_fwhm_mm: Annotated[Rounded, Field(ge=0, le=20)]
    texture_sd: Annotated[Rounded, Field(ge=0, le=1)]
    texture_mm: Annotated[Rounded, Field(ge=1)]
    snr: Annotated[Rounded, Field(gt=0)]

    @classmethod
    def draw(
        cls, suffix: str, key: Key, person: Person, run: int = 1, field_tesla: float | None = None
    ) -> MRI:
        """Settings of one scan; see `mindscan.imaging.scanner.draw`."""
        own = key / suffix / run
        field_tesla = float(_FIELD.draw(key / "field_tesla")) if field_tesla is None else field_tesla
        sequence: dict[str, Any]
        if suffix == "random":
            sequence, deviations = RandomContrast.draw(own / "levels").model_dump(), {}
        else:
            sequence = preset(suffix, field_tesla).model_dump()
            for name, value in sequence.items():
                if isinstance(value, float):
                    sequence[name] = value * float(_JITTER.draw(own / _PACED.get(name, name)))
            deviations = _draw_deviations(key / "tissue")
        drawn = {name: prior.draw(own / name) for name, prior in _DRAWN.items()}
        fixed = {"suffix": suffix, "field_tesla": field_tesla, "age_years": person.age_years}
        return cls.parse({**fixed, "sequence": sequence, "deviations": deviations, **drawn})

    def levels(self) -> Levels:
        """By structure, mean and within-structure standard deviation of the signal in image units.

        Means are signed: a tissue that is still inverted at the echo has a negative one.
        """
        levels = self._raw_levels()
        gain = BRIGHT / max(abs(levels[name][0]) for name in ("Cerebral-White-Matter", "Cerebral-Cortex"))
        return {name: (mean * gain, sd * gain) for name, (mean, sd) in levels.items()}

    def _raw_levels(self) -> Levels:
        if isinstance(self.sequence, RandomContrast):
            return self.sequence.levels
        tissue = relaxation(self.field_tesla, self.age_years, self.deviations)
        signal = dict(zip(SUBSTANCES, self.sequence.signal(tissue).tolist(), strict=True))
        levels = {}
        for structure, shares in MADE_OF.items():
            mean = sum(share * signal[name] for name, share in shares.items())
            texture = sum(share * SUBSTANCES[name].texture for name, share in shares.items())
            levels[structure] = (mean, abs(mean) * self.texture_sd * texture)
        return levels

    def grid(self, usual: Grid) -> Grid:
        """The grid that the head is painted on: the usual one."""
        return usual

    def scan(self, brain: Brain, key: Key) -> Scan:
        """The image of one head; see `mindscan.imaging.scanner.scan`."""
        grid, device = brain.labels.grid, brain.labels.data.device
        check_grid(grid)
        bias = draw_field(grid, self.bias_sd, self.bias_mm, key / "bias", device, centred=True)
        texture = draw_field(grid, 1.0, self.texture_mm, key / "texture", device)
        image = compose(brain, self.levels(), texture, bias)
        image = point_spread(image, self.psf_fwhm_mm, grid.voxel_mm)
        add_rician(image, BRIGHT / self.snr, key / "noise")
        return Scan(Volume(image, brain.labels.affine), self.suffix, self.metadata())

    def metadata(self) -> dict[str, Any]:
        """What the sidecar JSON says: BIDS names and units, and all settings."""
        return {
            "Modality": "MR",
            "Manufacturer": "mindscan",
            "ManufacturersModelName": "simulated scanner",
            "NonlinearGradientCorrection": False,
            "MagneticFieldStrength": self.field_tesla,
            "MRAcquisitionType": "3D",
            **self.sequence.bids(),
            "Synthetic": True,
            "MindscanSettings": self.model_dump(mode="json"),
        }


def _draw_deviations(key: Key) -> dict[str, tuple[float, ...]]:
    """Deviations of T1, T2 and PD of all substances; within one brain they go together (r = 0.64)."""
    common = _normals(key / "brain")
    drawn = {}
    for name in SUBSTANCES:
        own = _normals(key / name)
        if name not in ("fat", "muscle", "bone"):
            own = [0.8 * shared + 0.6 * z for shared, z in zip(common, own, strict=True)]
        drawn[name] = tuple(round(z, 2) for z in own)
    return drawn


def _normals(key: Key) -> list[float]:
    rng = key.rng()
    return [truncated_normal(rng, 0.0, 1.0) for _ in range(3)]
