"""Keeping label maps as base anatomies: add one, list them, remove one."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from mindscan.anatomy import assets, base, bases, carry, template
from mindscan.assets.given import read
from mindscan.core.errors import FileError, FolderError, SettingsError
from mindscan.core.labels import BY_ID
from mindscan.core.prior import Rounded
from mindscan.core.record import Record
from mindscan.core.volume import Volume
from mindscan.dataset.nifti import nifti_bytes
from mindscan.report.montage import Look, label_sheet

_ALIKE = 0.8
"""Dice overlap of a brain with the average's once it is aligned; people reach 0.9."""
_MOST_NAMED = 8


class Asset(Record):
    """A label map that has been added.

    Args:
        name: as plans say it.
        content: SHA-256 of its label ids in template space.
        source: name of the file that it was read from.
        labels: scheme of that file's ids.
        voxel_mm: edges of that file's voxels.
        volumes_ml: structure to volume in that file, mL.
        from_average: structures that the map lacks; the average's stand for them.
        ignored: ids of the file that have no meaning here.
    """

    name: assets.BaseName
    content: str
    source: str
    labels: str
    voxel_mm: tuple[Rounded, Rounded, Rounded]
    volumes_ml: dict[str, float]
    from_average: tuple[str, ...]
    ignored: tuple[int, ...]

    @property
    def picture(self) -> Path:
        """The montage to check it by."""
        return assets.folder() / self.name / assets.PICTURE_FILE

    def summary(self) -> str:
        """One line: what was read, found, missing and ignored, and how large it is."""
        sizes = {
            word: sum(ml for name, ml in self.volumes_ml.items() if name.endswith(end))
            for word, end in (("cortex", "Cerebral-Cortex"), ("white matter", "Cerebral-White-Matter"),
                              ("ventricles", "Lateral-Ventricle"), ("hippocampi", "Hippocampus"))
        }  # fmt: skip
        edges = " x ".join(f"{edge:.3g}" for edge in self.voxel_mm)
        parts = [
            f"{self.name}: {self.source} ({self.labels} ids, {edges} mm), {len(self.volumes_ml)} structures",
            ", ".join(f"{word} {ml:.0f} mL" for word, ml in sizes.items()),
            f"from the average: {_some(self.from_average)}",
            f"ignored ids: {_some(self.ignored)}",
        ]
        return "; ".join(parts)


def add(path: str | Path, labels: str = "freesurfer", name: str | None = None) -> Asset:
    """Turn a segmentation into one more base anatomy, kept in the user's data folder.

    The map is fitted to the template (12 parameters; the skull then gets the template's volume, the midline
    is straightened), its fields are built once and cached, and plans may say `[anatomy] base = "NAME"`.

    Args:
        path: 3-D `.nii` or `.nii.gz` label map of a whole brain, any affine, voxels of 0.3 to 2 mm.
        labels: scheme of its ids: "freesurfer" (aseg, aparc+aseg, wmparc).
        name: 1 to 40 letters, digits, - or _; made from the file's name when None.

    Raises:
        FileError: the file is not such a map.
        SettingsError: the name is taken or impossible, or the scheme is unknown.
        FolderError: the data folder cannot be written.
    """
    path = Path(path)
    name = _free_name(name if name is not None else _name_of(path))
    given = read(path, labels)
    ids = carry.to_template(given.labels, template.load())
    _refuse_unlike(path, ids)
    asset = Asset(
        name=name,
        content=assets.digest_of(ids),
        source=path.name,
        labels=labels,
        voxel_mm=given.labels.grid.voxel_mm,
        volumes_ml={BY_ID[one].name: round(ml, 2) for one, ml in given.volumes_ml.items()},
        from_average=tuple(base.lacking(ids)),
        ignored=given.ignored,
    )
    bases.built(ids)
    _store(asset, ids)
    bases.load.cache_clear()
    return asset


def listed() -> list[Asset]:
    """Every map that has been added, by name."""
    return [Asset.read(assets.place(name) / assets.NOTE_FILE) for name in assets.names()]


def remove(name: str) -> None:
    """Remove a map that was added.

    Raises:
        SettingsError: there is none of this name.
        FolderError: the data folder cannot be written.
    """
    place = assets.place(name)
    with _disk_faults(place):
        hidden = Path(tempfile.mkdtemp(prefix=".removed-", dir=place.parent))
        os.replace(place, hidden / name)
        shutil.rmtree(hidden)
    bases.load.cache_clear()


def _name_of(path: Path) -> str:
    stem = re.sub(r"\.nii(\.gz)?$", "", path.name, flags=re.IGNORECASE)
    return re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-")[:40] or "map"


def _free_name(name: str) -> str:
    if not re.match(assets.NAME, name):
        raise SettingsError(f'name "{name}"', "1 to 40 letters, digits, - or _", "give another --name")
    taken = [assets.AVERAGE, *assets.names()]
    if name in taken:
        mend = f"give another --name, or first `mindscan assets remove {name}`"
        raise SettingsError(f'name "{name}" is taken', f"none of {', '.join(taken)}", mend)
    return name


def _refuse_unlike(path: Path, ids: base.Ids) -> None:
    """Refuse a map that no affine map brings onto the template."""
    average = template.load().fields["pial"].data[0].numpy() < 0
    own = (ids > 0) & (ids != 24)
    alike = 2 * np.count_nonzero(own & average) / (np.count_nonzero(own) + np.count_nonzero(average))
    if alike < _ALIKE:
        raise FileError(
            f"{path} overlaps the template's brain by {alike:.2f} once it is aligned",
            f"a whole upright brain (Dice of at least {_ALIKE:g})",
            "reorient the map, or mend the affine of its header",
        )


def _store(asset: Asset, ids: base.Ids) -> None:
    """All files of an asset in one step."""
    affine = np.eye(4)
    affine[:3, 3] = base.ORIGIN_MM
    volume = Volume(torch.from_numpy(ids), affine)
    place = assets.folder() / asset.name
    with _disk_faults(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".adding-", dir=place.parent) as temporary:
            written = Path(temporary) / asset.name
            written.mkdir()
            (written / assets.LABELS_FILE).write_bytes(nifti_bytes(volume, "labels"))
            label_sheet(volume, look=Look(title=f"{asset.name} on the template")).save(
                written / assets.PICTURE_FILE
            )
            (written / assets.NOTE_FILE).write_text(asset.json_text(), encoding="utf-8")
            os.rename(written, place)


@contextmanager
def _disk_faults(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FolderError(
            f"{place}: {error.strerror or error}",
            "a folder that can be written",
            "set $MINDSCAN_ASSETS to another",
        ) from None


def _some(values: tuple[object, ...]) -> str:
    """The first few of a list, as words."""
    named = ", ".join(str(value) for value in values[:_MOST_NAMED])
    return f"{named} and {len(values) - _MOST_NAMED} more" if len(values) > _MOST_NAMED else named or "none"
