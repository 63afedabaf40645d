"""The slot for scanners: what each must do, which there are, and the two verbs that use them.

A new scanner is one file with a settings record that fits `Scanner`, and one entry in `SCANNERS`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Protocol, Self

from pydantic import Field

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.scan import Scan
from mindscan.core.volume import Grid
from mindscan.imaging.ct import CT
from mindscan.imaging.magnet import MRI
from mindscan.imaging.presets import Preset, find
from mindscan.imaging.xray import XRay

__all__ = ["CT", "MRI", "PRESETS", "SCANNERS", "AnySettings", "Scanner", "Settings", "XRay", "draw", "scan"]


class Scanner(Protocol):
    """A kind of scanner, seen as the record of its settings."""

    presets: ClassVar[tuple[Preset, ...]]
    """What can be asked of it by name; no two scanners share a name."""

    @property
    def preset(self) -> str:
        """The name that these settings were drawn for."""

    @classmethod
    def draw(
        cls, preset: str, key: Key, person: Person, run: int = 1, field_tesla: float | None = None
    ) -> Self:
        """Settings of one scan of one person."""

    def grid(self, usual: Grid) -> Grid:
        """The grid that the head must be painted on for this scan; `usual` is the one of the labels."""

    def scan(self, brain: Brain, key: Key) -> Scan:
        """The image that these settings make of a head."""


AnySettings = MRI | CT | XRay
Settings = Annotated[AnySettings, Field(discriminator="scanner")]
"""The settings of any scanner; `scanner` says of which."""

SCANNERS: tuple[type[AnySettings], ...] = (MRI, CT, XRay)
"""All scanners."""

PRESETS: tuple[Preset, ...] = tuple(preset for scanner in SCANNERS for preset in scanner.presets)
"""Everything that can be asked for by name."""


def draw(
    preset: str, key: Key, person: Person, run: int = 1, field_tesla: float | None = None
) -> AnySettings:
    """Settings of one scan.

    Args:
        preset: a name in `PRESETS`: "T1w", "T2w", "PDw", "FLAIR" for the usual scan of a kind, "random" for a
            contrast without physics, "CT", "XR-AP", "XR-lateral" or "XR-oblique" for X-rays, or an exact
            protocol such as "T1w-MPRAGE-3T".
        key: stream of the person. Scans drawn from one key share tissue constants, and the usual ones the
            field strength, as scans of one session do; they differ in the rest by preset and run.
        person: who is scanned; age changes the iron in the deep nuclei and the myelin of white matter.
        run: number among the scans of this preset, from 1.
        field_tesla: field strength of a magnet to draw for; that of the preset, or else drawn as well, when
            None.

    Raises:
        SettingsError: no such preset.

    Example:
        >>> settings = draw("T1w", Key(1) / "scans", Person(age_years=40, sex="F"))
        >>> settings.preset
        'T1w'
    """
    find(preset, PRESETS)
    scanner = next(s for s in SCANNERS if preset in [row.name for row in s.presets])
    return scanner.draw(preset, key, person, run, field_tesla)


def scan(brain: Brain, settings: Scanner, key: Key) -> Scan:
    """One image of one head.

    Args:
        brain: the head; on a GPU, the image is made there.
        settings: of the scanner, as drawn or as written by hand.
        key: stream of this image; bias field, texture and noise are the streams "bias", "texture"
            and "noise" below it.

    Returns:
        The scan; `volume.data` is float32. A contrast of MRI is at least 0, with the brighter of cerebral
        grey and white matter at about 1000, and air holds nothing but noise. A phase is in radians, a map in
        its unit. CT is in Hounsfield units; a radiograph is optical depth times 1000, on the plane of its
        detector.

    Raises:
        SettingsError: the brain holds unknown label ids, or its voxels have no size.

    Example:
        >>> import torch
        >>> from mindscan.core.volume import Grid, Volume
        >>> grid = Grid.centred((16, 16, 16), (1.0, 1.0, 1.0))
        >>> labels = Volume(torch.full(grid.shape, 2, dtype=torch.int16), grid.affine)
        >>> settings = draw("T1w", Key(1), Person(age_years=40, sex="F"))
        >>> image = scan(Brain.from_labels(labels), settings, Key(1) / "T1w")
        >>> image.metadata["PulseSequenceType"]
        'MPRAGE'
    """
    return settings.scan(brain, key)
