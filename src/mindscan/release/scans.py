"""The scans below a folder, what they are called and where their labels are."""

from __future__ import annotations

from pathlib import Path

from mindscan.core.errors import FileError
from mindscan.dataset import layout
from mindscan.dataset.truth import truth_names

_NO_SCANS = ("_dseg", "_probseg", "_mask")


def found(root: Path) -> list[Path]:
    """The scans below a folder, in order, seen from there; radiographs are flat already and left out.

    Raises:
        FileError: there are none, or two would have the same pictures.
    """
    files = sorted(path.relative_to(root) for path in root.rglob("*.nii*")) if root.is_dir() else []
    scans = [path for path in files if _is_scan(path)]
    if not scans:
        raise FileError(f"{root} holds no scan", "a data set or a folder of NIfTI files", "check the path")
    names: dict[str, Path] = {}
    for path in scans:
        other = names.setdefault(apart(path), path)
        if other != path:
            raise FileError(f"{root}: {other} and {path}", "scans with names of their own", "rename one")
    return scans


def truth_of(root: Path, scan: Path, ending: str = "dseg.nii.gz") -> Path | None:
    """What is known of a scan: as it shows it itself, else of its subject and session; None without.

    Args:
        root: folder that the scan is seen from.
        scan: its path.
        ending: of the file that is looked for; that of label maps, or such as "landmarks.tsv".
    """
    if not stem(scan).startswith("sub-"):
        return None
    for name in truth_names(scan, ending):
        for path in sorted(root.glob(f"derivatives/*/{scan.parts[0]}/**/{name}")):
            return path
    return None


def apart(scan: Path) -> str:
    """The name of a scan, with the folders that tell it from others where the name itself does not."""
    name = stem(scan)
    return name if name.startswith("sub-") else "_".join((*scan.parts[:-1], name))


def stem(path: Path) -> str:
    """The name of a file without its ending."""
    return path.name.removesuffix(".gz").removesuffix(".nii")


def subject(scan: Path) -> str:
    """Whom a scan shows, such as "sub-01"."""
    return stem(scan).split("_")[0]


def _is_scan(path: Path) -> bool:
    hidden = any(part.startswith(".") or part == "derivatives" for part in path.parts)
    return not (hidden or stem(path).endswith(_NO_SCANS) or layout.is_projection(path))
