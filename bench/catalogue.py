"""How fast data sets are asked and cut: SQL over a million rows beside pandas and SQLite, slices and memory.

    python bench/catalogue.py [VOLUMES]

A query over 1,000,000 rows should take less than 0.1 s, slices should come at 150 a second and core, and the
memory should not depend on the number of volumes (by default 8 and 32 links to two made heads of 1 mm).
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd
import torch

import mindscan
from mindscan.catalogue.index import PARQUET, place, refresh
from mindscan.catalogue.query import ask, opened
from mindscan.release.look import Look
from mindscan.release.slices import export

ROWS, REPEATS = 1_000_000, 7
LIMIT_QUERY_S, LIMIT_SLICES = 0.1, 150
STRUCTURES, SUBJECTS = 100, ROWS // 100

QUERY = (
    "SELECT diagnosis, structure, avg(volume_ml), count(*) FROM volumes JOIN subjects USING (participant_id) "
    "WHERE age_years > 60 AND structure IN ('S17', 'S53') GROUP BY diagnosis, structure ORDER BY 1, 2"
)
GROUPED = "SELECT structure, avg(volume_ml), max(volume_ml) FROM volumes GROUP BY structure ORDER BY 1"


def million(root: Path) -> None:
    """A data set of 10,000 subjects whose table of volumes has a million rows, as an index would leave it."""
    subject = root / "sub-00000" / "anat"
    subject.mkdir(parents=True)
    (subject / "sub-00000_note.json").write_text("{}")
    list(refresh(root))
    with duckdb.connect() as database:
        who = "format('sub-{:05d}', i)"
        people = (
            f"{who} AS participant_id, 20 + i % 70 AS age_years, ['AD', 'CN', 'MCI'][1 + i % 3] AS diagnosis"
        )
        subjects = f"SELECT {people}, 1 AS scans, 0 AS sessions, '' AS stamp FROM range({SUBJECTS}) r(i)"
        size = "hash(i * 1000 + s) % 100000 / 1000.0"
        volumes = (
            f"SELECT {who} AS participant_id, NULL::VARCHAR AS session, 'made' AS source, 'T1w' AS scan, "
            f"{who} || '_volumes.tsv' AS file, s AS label_id, 'S' || s AS structure, {size} AS volume_ml "
            f"FROM range({SUBJECTS}) r(i), range({STRUCTURES}) q(s) ORDER BY i, s"
        )
        for table, rows in (("subjects", subjects), ("volumes", volumes)):
            database.execute(f"COPY ({rows}) TO '{place(root, table)}' ({PARQUET})")


def median_s(run: Callable[[], object]) -> float:
    """Median of several runs, in seconds."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def queries(root: Path) -> None:
    """Print what a join and a grouping of a million rows take."""
    subjects, volumes = (pd.DataFrame(_rows(root, name)) for name in ("subjects", "volumes"))
    lite = sqlite3.connect(":memory:")
    for name, frame in (("subjects", subjects), ("volumes", volumes)):
        lite.execute(f"CREATE TABLE {name} ({', '.join(frame.columns)})")
        marks = ", ".join("?" * len(frame.columns))
        lite.executemany(f"INSERT INTO {name} VALUES ({marks})", frame.itertuples(index=False))
    print(f"  opening the tables takes {median_s(lambda: _open(root)) * 1e3:.0f} ms")
    with opened(root) as database:
        for what, sql in (("join and group", QUERY), ("group all", GROUPED)):
            mine = median_s(partial(ask, database, sql))
            frames = median_s(partial(_pandas, subjects, volumes, sql))
            sqlite = median_s(partial(_sqlite, lite, sql))
            verdict = "holds" if mine < LIMIT_QUERY_S else "FAILS"
            peers = f"pandas {frames * 1e3:6.0f} ms   SQLite {sqlite * 1e3:6.0f} ms, both in memory"
            print(f"  {what:14} mindscan {mine * 1e3:6.0f} ms (limit 100 ms: {verdict})   {peers}")


def _open(root: Path) -> None:
    with opened(root):
        pass


def _sqlite(lite: sqlite3.Connection, sql: str) -> object:
    return lite.execute(sql).fetchall()


def _rows(root: Path, name: str) -> dict[str, list[object]]:
    with opened(root) as database:
        answer = ask(database, f"FROM {name}")
    return {
        column: list(cells)
        for column, cells in zip(answer.columns, zip(*answer.rows, strict=True), strict=True)
    }


def _pandas(subjects: pd.DataFrame, volumes: pd.DataFrame, sql: str) -> object:
    """The same in pandas, frames in memory already."""
    if sql == GROUPED:
        return volumes.groupby("structure")["volume_ml"].agg(["mean", "max"])
    chosen = volumes[volumes.structure.isin(["S17", "S53"])]
    both = chosen.merge(subjects[subjects.age_years > 60], on="participant_id")
    return both.groupby(["diagnosis", "structure"])["volume_ml"].agg(["mean", "count"])


def linked(heads: Path, root: Path, count: int) -> Path:
    """A data set of so many subjects whose images are links to those of two heads."""
    for number in range(count):
        for below, ending in (("", "T1w"), ("derivatives/mindscan", "dseg")):
            old = f"sub-{1 + number % 2:04d}"
            new = root / below / f"sub-x{number:04d}" / "anat"
            new.mkdir(parents=True)
            (new / f"sub-x{number:04d}_{ending}.nii.gz").symlink_to(
                heads / below / old / "anat" / f"{old}_{ending}.nii.gz"
            )
    return root


def one_export(root: str, form: str, every_mm: str) -> dict[str, float]:
    """Slices, CPU seconds and peak memory of an export, alone in its process."""
    torch.set_num_threads(1)
    look = Look(every_mm=float(every_mm), format=form)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as out:
        start = time.process_time()
        count = sum(done.slices for done in export(root, Path(out) / "out", look))
        seconds = time.process_time() - start
    return {"slices": count, "s": seconds, "mib": _peak_mib()}


def _peak_mib() -> float:
    """Peak memory of this process alone; `getrusage` would count that of its parent before it began."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 2**10


def slices(folder: Path, volumes: int) -> None:
    """Print slices per second of one core, and the memory of few and of many volumes."""
    plan = mindscan.Plan.parse({"scans": [{"preset": "T1w"}]})
    mindscan.make(folder / "heads", 2, 5, plan, 1, lambda _: None)
    for form, every in (("png", 1), ("png", 3), ("webdataset", 1), ("webdataset", 3)):
        found = {}
        for count in (volumes, 4 * volumes):
            root = folder / f"{form}{every}x{count}"
            words = [
                sys.executable,
                __file__,
                "--one",
                str(linked(folder / "heads", root, count)),
                form,
                str(every),
            ]
            found[count] = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
        rate = found[4 * volumes]["slices"] / found[4 * volumes]["s"]
        verdict = "holds" if rate >= LIMIT_SLICES else "FAILS"
        memory = "   ".join(f"{count} volumes {one['mib']:5.0f} MiB" for count, one in found.items())
        print(
            f"  {form:10} every {every} mm {rate:6.0f} slices/s (limit {LIMIT_SLICES}: {verdict})   {memory}"
        )


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as place_:
        folder = Path(place_)
        million(folder / "million")
        print(f"{ROWS:,} rows of volumes, median of {REPEATS}:")
        queries(folder / "million")
        print("slices of 256 x 256 with masks, heads of 1 mm, one core:")
        slices(folder, int(sys.argv[1]) if len(sys.argv) > 1 else 8)


if __name__ == "__main__":
    if "--one" in sys.argv:
        print(json.dumps(one_export(*sys.argv[2:])))
    else:
        main()
