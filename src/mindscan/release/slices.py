"""Scans as flat pictures, for those who train in 2-D: upright slices, their masks and one table."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath

from mindscan.core.errors import MindscanError, SettingsError
from mindscan.core.key import Key
from mindscan.core.labels import LABELS
from mindscan.dataset import layout
from mindscan.dataset.folder import disk_faults, move, open_job, partial, put, tidy
from mindscan.dataset.tables import Cell, hexadecimal, read_tsv, row_bytes, tsv_bytes
from mindscan.release.look import Look, Seen, Slice, see
from mindscan.release.scans import apart, found, stem, subject
from mindscan.release.shards import Add, shard

COLUMNS = (
    "file", "mask", "participant_id", "session", "scan", "suffix",
    "plane", "position_mm", "pixel_mm", "black", "white",
)  # fmt: skip
"""Columns of `slices.tsv`; the part of the split follows where there is one, then those of the table of
participants, named `participant_...` where one of these has their name."""
TABLE, LEGEND, IMAGES, MASKS, SHARDS = "slices.tsv", "labels.tsv", "images", "masks", "shards"

People = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Done:
    """One scan that is over: how many slices there are of it, and what to say of it; "" for nothing."""

    scan: Path
    slices: int
    note: str = ""


def export(
    root: str | Path, out: str | Path, look: Look | None = None, split: Mapping[str, str] | None = None
) -> Iterator[Done]:
    """Cut all scans of a data set, one after the other; scans whose slices are there are skipped.

    Args:
        root: a BIDS data set, or any folder with NIfTI files; labels are looked for in `derivatives`.
        out: folder; new, empty, or of the same export, which then goes on.
        look: how they are cut.
        split: subject to the part that they are in, such as "train"; scans of others are left out.

    Yields:
        Every scan when it is over; one that cannot be read does not stop the others. In the end `slices.tsv`
        has a row for every slice, and `labels.tsv` says which label each grey of a mask is.

    Raises:
        FileError: no scans there, or two of one name.
        SettingsError: the table of participants has no such column, or nobody is in the split.
        FolderError: the folder holds other things, or the disk refuses.
    """
    root, out, look, split = Path(root), Path(out), look or Look(), split or {}
    scans = wanted(root, split)
    people = _people(root, look.labels)
    where = hashlib.sha256(json.dumps(sorted(split.items())).encode()).hexdigest() if split else ""
    open_job(out, {"slices": {**asdict(look), "split": where, "of": str(root.resolve())}})
    job = _Job(root, out, look, split, people)
    with disk_faults(out):
        yield from job.shards(scans) if look.format == "webdataset" else map(job.folder, scans)
        with partial(out, "table") as temporary:
            put(out, temporary, PurePath(LEGEND), _legend())
            _write_table(out, temporary / TABLE, people, split)
            move(out, temporary / TABLE, PurePath(TABLE))
    tidy(out)


def wanted(root: Path, split: Mapping[str, str]) -> list[Path]:
    """The scans below a folder; those of people in the split alone where there is one.

    Raises:
        FileError: there are none, or two would have the same pictures.
        SettingsError: nobody is in the split.
    """
    scans = found(root)
    chosen = [scan for scan in scans if subject(scan) in split] if split else scans
    if not chosen:
        raise SettingsError(f"{root}: nobody is in the split", "a split of these people", "give another")
    return chosen


@dataclass(frozen=True)
class _Job:
    root: Path
    out: Path
    look: Look
    split: Mapping[str, str]
    people: People

    def folder(self, scan: Path) -> Done:
        """A scan as a folder of pictures and one of masks."""
        out, group = self.out, PurePath(*self._group(scan), apart(scan))
        if (out / IMAGES / group).exists():
            return Done(scan, len(_rows(out / IMAGES / group / TABLE)), "already there")
        try:
            seen = see(self.root, scan, self.look)
        except MindscanError as error:
            return Done(scan, 0, str(error))
        rows = []
        with partial(out, stem(scan)) as temporary:
            pictures, masks = temporary / IMAGES, temporary / MASKS
            pictures.mkdir()
            masks.mkdir()
            for one in seen.slices:
                file, mask = f"{one.name}.{self.look.format}", f"{one.name}.png"
                (pictures / file).write_bytes(one.picture)
                if one.mask is not None:
                    (masks / mask).write_bytes(one.mask)
                where = f"{IMAGES}/{group.as_posix()}/{file}", f"{MASKS}/{group.as_posix()}/{mask}"
                rows.append(_row(where, scan, one, seen))
            (pictures / TABLE).write_bytes(tsv_bytes(COLUMNS, rows))
            if seen.masked and not (out / MASKS / group).exists():
                move(out, masks, PurePath(MASKS) / group)
            move(out, pictures, PurePath(IMAGES) / group)
        return Done(scan, len(rows), seen.note)

    def shards(self, scans: Sequence[Path]) -> Iterator[Done]:
        """Scans as tar files for each part of the split, in an order that mixes subjects."""
        parts: dict[str, list[Path]] = {}
        for scan in scans:
            parts.setdefault(self.split.get(subject(scan), "all"), []).append(scan)
        for part, members in sorted(parts.items()):
            members.sort(key=lambda scan: (Key(0) / "shards" / apart(scan)).digest)
            for start in range(0, len(members), self.look.per_shard):
                name = f"{_word(part)}-{start // self.look.per_shard:06d}"
                yield from self._shard(name, members[start : start + self.look.per_shard])

    def _shard(self, name: str, scans: Sequence[Path]) -> Iterator[Done]:
        tar, table = f"{name}.tar", f"{name}.tsv"
        if (self.out / SHARDS / table).exists():
            there = [row["scan"] for row in _rows(self.out / SHARDS / table)]
            for scan in scans:
                count = there.count(stem(scan))
                yield Done(scan, count, "already there" if count else "could not be cut before")
            return
        rows: list[list[Cell]] = []
        done: list[Done] = []
        with partial(self.out, name) as temporary:
            with shard(temporary / tar) as add:
                for scan in scans:
                    done.append(self._into(add, scan, tar, rows))
            (temporary / table).write_bytes(tsv_bytes(COLUMNS, rows))
            move(self.out, temporary / tar, PurePath(SHARDS) / tar)
            move(self.out, temporary / table, PurePath(SHARDS) / table)
        yield from done

    def _into(self, add: Add, scan: Path, tar: str, rows: list[list[Cell]]) -> Done:
        try:
            seen = see(self.root, scan, self.look)
        except MindscanError as error:
            return Done(scan, 0, str(error))
        before, person = len(rows), self.people.get(subject(scan), {})
        for one in seen.slices:
            key = _word(f"{apart(scan)}_{one.name}").replace(".", "-")
            parts = {"png": one.picture} | ({} if one.mask is None else {"mask.png": one.mask})
            where = f"{SHARDS}/{tar}/{key}.png", f"{SHARDS}/{tar}/{key}.mask.png"
            row = _row(where, scan, one, seen)
            about: dict[str, object] = dict(zip(COLUMNS[2:], row[2:], strict=True))
            about |= {"split": self.split.get(subject(scan)), "participant": dict(person)}
            if self.look.labels:
                about["label"] = person.get(self.look.labels)
            add(key, {**parts, "json": json.dumps(about, ensure_ascii=False).encode()})
            rows.append(row)
        return Done(scan, len(rows) - before, seen.note)

    def _group(self, scan: Path) -> tuple[str, ...]:
        """Folders by part and by value of the column of labels."""
        part = self.split.get(subject(scan))
        label = self.people.get(subject(scan), {}).get(self.look.labels, "unknown")
        return (*([_word(part)] if part else []), _word(label) if self.look.labels else "all")


def _row(where: tuple[str, str], scan: Path, one: Slice, seen: Seen) -> list[Cell]:
    name = stem(scan)
    names: list[Cell] = [subject(scan), layout.entity(scan, "ses"), name, name.rpartition("_")[2]]
    at: list[Cell] = [one.plane.view, round(one.plane.at_mm, 3), round(one.plane.pixel_mm, 5)]
    files: list[Cell] = [where[0], where[1] if one.mask is not None else None]
    return [*files, *names, *at, round(seen.black, 5), round(seen.white, 5)]


def _people(root: Path, column: str) -> dict[str, dict[str, str]]:
    """Rows of the table of participants by id; none where there is no table."""
    path = root / "participants.tsv"
    if not path.exists() and not column:
        return {}
    rows = read_tsv(path, ("participant_id",))
    if column and rows and column not in rows[0]:
        raise SettingsError(f"labels {column!r}", f"a column of {path}: {', '.join(rows[0])}", "choose one")
    return {row["participant_id"]: row for row in rows}


def _write_table(out: Path, file: Path, people: People, split: Mapping[str, str]) -> None:
    """All rows, scan after scan, so that a million of them take no room."""
    more = [name for name in next(iter(people.values()), {}) if name != "participant_id"]
    own = (*COLUMNS, "split") if split else COLUMNS
    names = [f"participant_{name}" if name in own else name for name in more]
    tables = sorted((out / SHARDS).glob("*.tsv")) or sorted((out / IMAGES).rglob(TABLE))
    with file.open("wb") as whole:
        whole.write(tsv_bytes((*own, *names), ()))
        for table in tables:
            for row in _rows(table):
                who = row["participant_id"]
                part: list[Cell] = [split.get(who)] if split else []
                cells = [*row.values(), *part, *(people.get(who, {}).get(name) for name in more)]
                whole.write(row_bytes(cells))


def _rows(path: Path) -> list[dict[str, str]]:
    return read_tsv(path, COLUMNS)


def _legend() -> bytes:
    rows = [(str(row), str(one.id), one.name, hexadecimal(one.colour)) for row, one in enumerate(LABELS)]
    return tsv_bytes(("grey", "index", "name", "color"), rows)


def _word(text: str) -> str:
    return re.sub(r"[^\w.-]+", "-", text).strip(".-") or "unknown"
