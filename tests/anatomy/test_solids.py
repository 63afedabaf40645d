import numpy as np
import pytest

from mindscan.anatomy import solids

# Middle of the right-hand solid (x, y, z in mm), read off label maps of ten real heads on the template.
MIDDLES = {
    "maxillary": (28, 38, -76),
    "sphenoid": (8, 14, -50),
    "mastoid": (52, -32, -58),
}


@pytest.fixture(scope="module")
def lattice() -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    axes = [
        low + np.arange(0, 2 * n, 4, dtype=np.float32)
        for low, n in zip(solids.ORIGIN_MM, solids.NODES, strict=True)
    ]
    points = np.meshgrid(*axes, indexing="ij")
    return points, solids.outer(points)


@pytest.mark.parametrize("name", MIDDLES)
def test_solids_lie_where_they_lie_in_real_heads(lattice, name: str) -> None:
    points, found = lattice
    inside = found[name] < 0
    assert np.linalg.norm([p[inside].mean() - m for p, m in zip(points, MIDDLES[name], strict=True)]) < 5


def test_every_channel_is_a_finite_distance(lattice) -> None:
    _, found = lattice
    assert tuple(found) == (*solids.OUTER, *solids.CAVITIES)
    for name, distance in found.items():
        assert np.isfinite(distance).all(), name
        assert (distance < 0).any() or name == "ethmoid", name


def test_bones_and_muscles_lie_under_the_skin(lattice) -> None:
    points, found = lattice
    face = (points[2] < -70) & (points[2] > -150)
    for name, share in (("bone", 0.995), ("muscle", 0.9)):
        assert (found["skin"][face & (found[name] < 0)] < 0).mean() > share, name
