"""Signal of grey matter and fluid relative to white matter, by preset, next to cited ranges."""

from __future__ import annotations

from mindscan.imaging.presets import MRI_PRESETS, find
from mindscan.imaging.tissues import SUBSTANCES, relaxation
from mindscan.validate.claims import Row, row

Range = tuple[float, float]

AGE_YEARS = 40.0
_OASIS = "OASIS-1, doi:10.1162/jocn.2007.19.9.1498"
_T1 = "T1 of doi:10.1002/mrm.20605 and doi:10.1007/s10334-008-0104-8"
_T2 = "T2 of doi:10.1109/42.816072 and doi:10.1002/mrm.20605"
_WATER = "water content, doi:10.3389/fneur.2019.01333"
EXPECTED: dict[str, tuple[Range, Range, str]] = {
    "T1w-MPRAGE-1.5T": ((0.60, 0.71), (0.10, 0.42), _OASIS),
    "T1w-MPRAGE-3T": ((0.60, 0.71), (0.10, 0.42), _OASIS),
    "T1w-MPRAGE-7T": ((0.60, 0.71), (0.10, 0.42), _OASIS),
    "T1w-SE-1.5T": ((0.75, 1.05), (0.25, 0.5), _T1),
    "T1w-SPGR-3T": ((0.65, 0.85), (0.25, 0.5), _T1),
    "T2w-TSE-1.5T": ((1.15, 1.75), (2.5, 4.5), _T2),
    "T2w-TSE-3T": ((1.15, 1.75), (2.5, 4.5), _T2),
    "PDw-TSE-3T": ((1.0, 1.25), (0.7, 1.3), _WATER),
}
"""Ranges of grey over white matter and of fluid over white matter, and what they are taken from."""


def rows() -> list[Row]:
    """Ratios of every preset with a range: name, measured, low, high, source, holds."""
    found = []
    for name, (grey, fluid, source) in EXPECTED.items():
        preset = find(name, MRI_PRESETS)
        assert preset.field_tesla is not None
        signal = preset.settings["sequence"].signal(relaxation(preset.field_tesla, AGE_YEARS, {}))
        seen = dict(zip(SUBSTANCES, signal.tolist(), strict=True))
        for what, substance, (low, high) in (("grey", "grey", grey), ("fluid", "csf", fluid)):
            ratio = seen[substance] / seen["white"]
            found.append(row(f"{name}: {what} over white matter", ratio, low, high, source))
    return found
