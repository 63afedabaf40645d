from dataclasses import fields
from pathlib import Path

import numpy as np
import torch

from mindscan.anatomy import stored
from mindscan.anatomy.mantle import Hemisphere
from mindscan.anatomy.stored import Built


def test_what_is_written_is_read(tmp_path: Path) -> None:
    left, right = (
        Hemisphere(**{f.name: torch.full((3,), float(n + at)) for at, f in enumerate(fields(Hemisphere))})
        for n in (10, 20)
    )
    values = np.arange(8, dtype=np.float16).reshape(2, 2, 2)
    built = Built(
        {"a": (values, (1.0, -2.0, 3.0), 2.0)}, {"a": np.ones((2, 3))}, left, right, {"AC": (1, 2, 3)}
    )
    stored.write(tmp_path / "below" / "kept.npz", built)
    again = stored.read(tmp_path / "below" / "kept.npz")
    assert again.fields["a"][1:] == built.fields["a"][1:]
    assert np.array_equal(again.fields["a"][0], values)
    assert np.array_equal(again.inside["a"], built.inside["a"])
    assert again.points == built.points
    for f in fields(Hemisphere):
        assert torch.equal(getattr(again.left, f.name), getattr(left, f.name))
        assert torch.equal(getattr(again.right, f.name), getattr(right, f.name))
