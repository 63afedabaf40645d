"""How long `mindscan ingest` takes, beside dcm2niix and beside writing the same files again.

    python bench/ingest.py [VOLUMES] [EDGE]

As many made heads of EDGE^3 voxels of 1 mm (200 and 176 when left out), half of them as DICOM series, half as
`.nii.gz`; one process each. Four are made, the others are the same under other names. The ratio
should be at most 1.5: of DICOM against dcm2niix as it is, of NIfTI against nibabel reading and writing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import dcm2niix
import nibabel as nib
import numpy as np
import torch

import mindscan
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.scan import Origin, Scan, Subject
from mindscan.core.volume import Volume
from mindscan.dataset.folder import open_job
from mindscan.dataset.index import write_index
from mindscan.dataset.store import write_subject
from mindscan.ingest.header import read_shot

BAR = 1.5
MADE = 4
"""Heads that differ."""


def head(edge: int, number: int) -> Volume:
    """A ball with folds and noise: as hard to pack as a head."""
    axes = np.meshgrid(*[np.linspace(-1, 1, edge, dtype=np.float32)] * 3, indexing="ij", sparse=True)
    radius = np.sqrt(sum(axis**2 for axis in axes))
    signal = np.where(radius < 0.8, 600 + 150 * np.sin(30 * radius), 0)
    noise = (Key(7) / number).rng().normal(0, 15, (edge, edge, edge)).astype(np.float32)
    affine = np.diag((1.0, 1.0, 1.0, 1.0))
    affine[:3, 3] = -edge / 2
    return Volume(torch.from_numpy(np.abs(signal + noise).astype(np.float32)), affine)


def written(root: Path, count: int, edge: int) -> tuple[Path, Path]:
    """A folder of DICOM series and one of NIfTI files, each of that many heads."""
    dataset = root / "dataset"
    open_job(dataset, {"bench": count})
    for number in range(1, min(count, MADE) + 1):
        said = {"EchoTime": 0.003, "RepetitionTime": 2.3, "InversionTime": 0.9}
        origin = Origin("recipe", *_document(number))
        scans = (Scan(head(edge, number), "T1w", said),)
        write_subject(dataset, Subject(f"{number:04d}", Person(age_years=50, sex="F"), scans, None, origin))
    write_index(dataset)
    mindscan.to_dicom(dataset, root / "dicom")
    (root / "nifti").mkdir()
    scans, series = sorted(dataset.glob("sub-*/anat/*.nii.gz")), sorted((root / "dicom").iterdir())
    for number in range(count):
        shutil.copy(scans[number % MADE], root / "nifti" / f"sub-{number + 1:04d}_T1w.nii.gz")
        if number >= MADE:
            renamed(series[number % MADE], root / "dicom" / f"sub-{number + 1:04d}", number)
    return root / "dicom", root / "nifti"


def renamed(series: Path, target: Path, number: int) -> None:
    """The same series of another person: identifiers get other digits, nothing else changes."""
    for path in (path for path in series.rglob("*") if path.is_file()):
        content, shot = path.read_bytes(), read_shot(path)
        assert shot is not None
        for old in (shot[name] for name in ("patient", "study", "series", "instance")):
            content = content.replace(old.encode(), f"{old[:-3]}{number:03d}".encode())
        copy = target / path.relative_to(series)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)


def _document(number: int) -> tuple[str, str]:
    text = f'{{"subject": "{number}"}}\n'
    return hashlib.sha256(text.encode()).hexdigest(), text


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of something, its children among them: what else the machine does, they do not count."""
    began = os.times()
    work()
    return sum(os.times()[:4]) - sum(began[:4])


def plain(source: Path, out: Path) -> None:
    """What dcm2niix does of itself."""
    out.mkdir()
    command = [dcm2niix.bin, "-g", "i", "-z", "y", "-d", "9", "-f", "%j", "-o", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True)


def again(source: Path, out: Path) -> None:
    """Reading and writing by nibabel."""
    out.mkdir()
    for path in sorted(source.iterdir()):
        image = nib.load(path)
        nib.save(nib.Nifti1Image(np.asarray(image.dataobj.get_unscaled()), image.affine), out / path.name)


def main() -> None:
    """Print how long each takes, and the ratios."""
    count, edge = (int(word) for word in (*sys.argv[1:], *("200", "176")[len(sys.argv) - 1 :]))
    root = Path(tempfile.mkdtemp())
    try:
        dicom, nifti = written(root, max(1, count // 2), edge)
        for name, source, usual in (("DICOM, dcm2niix", dicom, plain), ("NIfTI, nibabel", nifti, again)):
            other = seconds(lambda: usual(source, root / f"plain-{source.name}"))  # noqa: B023
            own = seconds(lambda: mindscan.take_in(source, root / f"own-{source.name}", workers=1))  # noqa: B023
            verdict = "holds" if own <= BAR * other else "FAILS"
            told = f"{own:.1f} s of CPU for {count // 2} heads of {edge}^3, alone {other:.1f} s"
            print(f"{verdict}  {name}: {told}, ratio {own / other:.2f}", flush=True)
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
