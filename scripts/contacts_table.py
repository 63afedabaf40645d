"""Count which structures touch in label maps of real people (development only).

    python scripts/contacts_table.py contacts.csv MAP.nii.gz ...

The maps are those that SynthSeg trains on (FreeSurfer ids; from 500 on, what lies outside the brain; 25 and
57 lesions of the white matter; 136, 137, 163 and 164 parts of the choroid plexus). The output holds, for
every pair of structures, faces of voxels in all maps together, most faces in one map, and in how many maps.
Structures of which the maps hold next to nothing are left out.
"""

from __future__ import annotations

import csv
import itertools
import sys
from collections import Counter
from pathlib import Path

import nibabel as nib
import numpy as np
import torch

from mindscan.core.volume import Volume
from mindscan.validate.contacts import contacts

MEANT = {25: 2, 57: 41, 136: 31, 137: 31, 163: 63, 164: 63}
TOO_SMALL = ("5th-Ventricle", "vessel")


def read(path: Path) -> Volume:
    """A label map in the ids of the label table."""
    image = nib.Nifti1Image.from_filename(path)
    data = np.asarray(image.dataobj).astype(np.int16)
    for found, meant in MEANT.items():
        data[data == found] = meant
    data[data >= 500] = 0
    return Volume(torch.from_numpy(data), np.asarray(image.affine))


def main() -> None:
    """Count, and write the table."""
    counted = [contacts(read(Path(name))) for name in sys.argv[2:]]
    total, most, maps = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for one in counted:
        total.update(one)
        maps.update(one.keys())
        most |= Counter(one)
    names = sorted({name for pair in total for name in pair} - set(TOO_SMALL))
    with Path(sys.argv[1]).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["one", "other", "faces", "most", "maps"])
        for pair in itertools.combinations(names, 2):
            writer.writerow([*pair, total[pair], most[pair], maps[pair]])


if __name__ == "__main__":
    main()
