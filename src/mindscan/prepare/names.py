"""Every file of the derivative `derivatives/prepared`, by the name of the scan that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from mindscan.core.errors import SettingsError
from mindscan.prepare.register import SPACE

FOLDER = PurePosixPath("derivatives/prepared")
PAGE = PurePosixPath("quality.html")
TABLE = PurePosixPath("quality.tsv")
TABLE_WORDS = PurePosixPath("quality.json")
DESCRIPTION = PurePosixPath("dataset_description.json")
IGNORE = PurePosixPath(".bidsignore")
IGNORED = ("quality.*", "**/figures", "*_xfm.tfm")
"""Names that BIDS has no word for."""
SIDECARS = f"sub-*/**/*_space-{SPACE}_desc-prepared_*.json"
"""Pattern that finds the sidecars of all scans that are ready."""


@dataclass(frozen=True)
class Names:
    """Names of all that is made of one scan, seen from the folder of the derivative.

    Args:
        folder: of the scan, such as "sub-01/anat".
        start: its name up to the suffix, such as "sub-01_acq-fast".
        suffix: such as "T1w".

    Example:
        >>> Names.of(PurePosixPath("sub-01/anat/sub-01_acq-a_T1w.nii.gz")).mask.name
        'sub-01_acq-a_desc-T1wBrain_mask.nii.gz'
    """

    folder: PurePosixPath
    start: str
    suffix: str

    @staticmethod
    def of(scan: PurePosixPath) -> Names:
        """The names for a scan, by its path inside the data set.

        Raises:
            SettingsError: it is not named as BIDS has it.
        """
        name = scan.name.removesuffix(".gz").removesuffix(".nii")
        start, _, suffix = name.rpartition("_")
        if not start.startswith("sub-") or not suffix.isalnum():
            raise SettingsError(
                f"a scan named {scan.name}", "sub-NAME_..._SUFFIX.nii.gz", "name it as BIDS does"
            )
        return Names(scan.parent, start, suffix)

    def _named(self, ending: str) -> PurePosixPath:
        return self.folder / f"{self.start}_{ending}"

    @property
    def prepared(self) -> PurePosixPath:
        """The scan in the space of the template, even, on a common scale."""
        return self._named(f"space-{SPACE}_desc-prepared_{self.suffix}.nii.gz")

    @property
    def sidecar(self) -> PurePosixPath:
        """What was done, and how good it is; the last file to be written, so the mark of completion."""
        return self._named(f"space-{SPACE}_desc-prepared_{self.suffix}.json")

    @property
    def prepared_mask(self) -> PurePosixPath:
        """The brain in the space of the template."""
        return self._named(f"space-{SPACE}_desc-{self.suffix}Brain_mask.nii.gz")

    @property
    def mask(self) -> PurePosixPath:
        """The brain on the grid of the scan."""
        return self._named(f"desc-{self.suffix}Brain_mask.nii.gz")

    @property
    def bias(self) -> PurePosixPath:
        """The bias field, coarse."""
        return self._named(f"desc-bias_{self.suffix}.nii.gz")

    def transform(self, kind: str) -> PurePosixPath:
        """The map to the template: `kind` is "rigid" or "affine"."""
        return self._named(f"from-{self.suffix}_to-{SPACE}_mode-image_desc-{kind}_xfm.tfm")

    @property
    def defaced(self) -> PurePosixPath:
        """The scan without its face, on its own grid."""
        return self._named(f"desc-defaced_{self.suffix}.nii.gz")

    @property
    def face(self) -> PurePosixPath:
        """What was taken away."""
        return self._named(f"desc-{self.suffix}Face_mask.nii.gz")

    @property
    def picture(self) -> PurePosixPath:
        """Slices of the brain, for the page."""
        return self.folder.parent / "figures" / f"{self.start}_{self.suffix}.webp"
