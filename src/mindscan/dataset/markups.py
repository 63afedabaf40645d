"""Landmarks as files that 3D Slicer and the tools of the AFIDs protocol read.

Formats: https://slicer.readthedocs.io/en/latest/developer_guide/modules/markups.html; labels are the numbers
of the protocol and descriptions its names, as in the protocol's own templates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mindscan.dataset.tables import json_bytes

_SCHEMA = (
    "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/"
    "markups-schema-v1.0.3.json#"
)
_FCSV = (
    "# Markups fiducial file version = 4.11",
    "# CoordinateSystem = LPS",
    "# columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID",
)


def fcsv_bytes(marks: Mapping[str, Sequence[float]]) -> bytes:
    """A fiducial list of Slicer (.fcsv), mm, LPS; it has no room for the uncertainty.

    Args:
        marks: name to x, y and z in mm, RAS+; more numbers are passed over.

    Example:
        >>> fcsv_bytes({"AC": (1.0, 2.0, 3.0)}).decode().splitlines()[-1]
        'vtkMRMLMarkupsFiducialNode_1,-1.000,-2.000,3.000,0,0,0,1,1,1,0,1,AC,'
    """
    rows = [
        f"vtkMRMLMarkupsFiducialNode_{n},{-x:.3f},{-y:.3f},{z:.3f},0,0,0,1,1,1,0,{n},{name},"
        for n, (name, (x, y, z, *_)) in enumerate(marks.items(), 1)
    ]
    return ("\n".join([*_FCSV, *rows]) + "\n").encode()


def mrk_bytes(marks: Mapping[str, Sequence[float]]) -> bytes:
    """A point list of Slicer (.mrk.json), mm, LPS; `uncertaintyMm` is ours, Slicer passes over it.

    Args:
        marks: name to x, y and z in mm, RAS+, and the uncertainty in mm where it is known.
    """
    points = [
        {
            "id": str(n),
            "label": str(n),
            "description": name,
            "associatedNodeID": "",
            "position": [round(-x, 3), round(-y, 3), round(z, 3)],
            "orientation": [-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0],
            "selected": True,
            "locked": False,
            "visibility": True,
            "positionStatus": "defined",
            **({"uncertaintyMm": round(rest[0], 3)} if rest else {}),
        }
        for n, (name, (x, y, z, *rest)) in enumerate(marks.items(), 1)
    ]
    listed = {"type": "Fiducial", "coordinateSystem": "LPS", "coordinateUnits": "mm", "locked": False}
    return json_bytes({"@schema": _SCHEMA, "markups": [listed | {"controlPoints": points}]})
