"""Files for 3D Slicer: LPS, named and numbered as the AFIDs protocol has it."""

import json

from mindscan.dataset.markups import fcsv_bytes, mrk_bytes
from mindscan.tasks.landmarker import NAMES
from mindscan.tasks.landmarks import Landmark

MARKS = {name: Landmark(n + 0.5, -2.0 * n, 3.0, 1.25) for n, name in enumerate(NAMES)}


def test_a_fiducial_list_can_be_read_as_slicer_does() -> None:
    lines = fcsv_bytes(MARKS).decode().splitlines()
    assert lines[1] == "# CoordinateSystem = LPS"
    columns = lines[2].removeprefix("# columns = ").split(",")
    rows = [dict(zip(columns, line.split(","), strict=True)) for line in lines[3:]]
    assert [row["desc"] for row in rows] == list(NAMES)
    assert [row["label"] for row in rows] == [str(n) for n in range(1, 33)]
    for row, mark in zip(rows, MARKS.values(), strict=True):
        assert (-float(row["x"]), -float(row["y"]), float(row["z"])) == mark[:3]


def test_a_point_list_holds_the_same() -> None:
    (listed,) = json.loads(mrk_bytes(MARKS))["markups"]
    assert (listed["type"], listed["coordinateSystem"], listed["coordinateUnits"]) == (
        "Fiducial",
        "LPS",
        "mm",
    )
    assert len(listed["controlPoints"]) == 32
    for point, (name, mark) in zip(listed["controlPoints"], MARKS.items(), strict=True):
        x, y, z = point["position"]
        assert (point["description"], point["positionStatus"]) == (name, "defined")
        assert (-x, -y, z, point["uncertaintyMm"]) == tuple(mark)
