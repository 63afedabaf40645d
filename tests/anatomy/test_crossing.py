import numpy as np
import pytest

from mindscan.anatomy import sphere
from mindscan.anatomy.crossing import crossing_faces
from mindscan.core.key import Key


def test_a_sphere_does_not_cross_itself() -> None:
    vertices, faces = sphere.icosphere(4)
    assert len(crossing_faces(vertices, faces)) == 0


def test_a_vertex_drawn_through_the_far_side_is_found() -> None:
    vertices, faces = sphere.icosphere(3)
    pulled = vertices.copy()
    pulled[7] *= -1.2
    found = crossing_faces(pulled, faces)
    assert np.isin(np.flatnonzero((faces == 7).any(1)), found).all()
    assert 6 < len(found) < 40
    assert (crossing_faces(pulled, faces, np.array([7])) == found).all()
    elsewhere = np.flatnonzero(np.linalg.norm(vertices - [0, 0, 1], axis=1) < 0.1)
    assert len(crossing_faces(pulled, faces, elsewhere)) < len(found)


@pytest.mark.parametrize("gap", [0.05, 0.2, 1.9, 2.1])
def test_two_spheres_cross_exactly_where_their_surfaces_meet(gap: float) -> None:
    vertices, faces = sphere.icosphere(3)
    both = np.concatenate([vertices, vertices + np.array([gap, 0, 0])])
    found = crossing_faces(both, np.concatenate([faces, faces + len(vertices)]))
    if gap > 2:
        assert len(found) == 0
        return
    middle = both[np.concatenate([faces, faces + len(vertices)])[found]].mean(1)
    assert len(found) > 10
    assert np.abs(middle[:, 0] - gap / 2).max() < 0.25


def test_a_tilted_pair_is_judged_as_every_pair_of_edge_and_triangle_is() -> None:
    rng = Key(5).rng()
    corners = rng.normal(size=(60, 3))
    faces = np.arange(60).reshape(20, 3)
    crossed = set()
    for i in range(20):
        for j in range(20):
            a, b, c = corners[faces[j]]
            for p, q in zip(corners[faces[i]], np.roll(corners[faces[i]], -1, axis=0), strict=True):
                u, v, t = np.linalg.solve(np.stack([b - a, c - a, p - q], 1), p - a) if i != j else (9, 9, 9)
                if u >= 0 and v >= 0 and u + v <= 1 and 0 <= t <= 1:
                    crossed |= {i, j}
    assert crossing_faces(corners, faces).tolist() == sorted(crossed)
