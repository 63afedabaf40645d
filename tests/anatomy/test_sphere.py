import numpy as np
import pytest

from mindscan.anatomy import sphere


@pytest.mark.parametrize("order", [0, 1, 4])
def test_icosphere_is_a_closed_surface_of_genus_0_facing_outwards(order: int) -> None:
    vertices, faces = sphere.icosphere(order)
    directed = {(int(a), int(b)) for a, b, c in faces for a, b in ((a, b), (b, c), (c, a))}
    assert len(directed) == 3 * len(faces)
    assert all((b, a) in directed for a, b in directed)
    assert len(vertices) - len(directed) // 2 + len(faces) == 2
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    assert (np.einsum("fi,fi->f", np.cross(b - a, c - a), a + b + c) > 0).all()


def test_coarse_vertices_come_first() -> None:
    assert np.array_equal(sphere.icosphere(3)[0], sphere.icosphere(4)[0][: len(sphere.icosphere(3)[0])])


def test_neighbours_are_those_of_the_edges() -> None:
    vertices, faces = sphere.icosphere(3)
    around = sphere.neighbours(3)
    edges = {
        frozenset((int(a), int(b))) for f in faces for a, b in ((f[0], f[1]), (f[1], f[2]), (f[2], f[0]))
    }
    assert {frozenset((i, int(j))) for i, row in enumerate(around) for j in row} == edges
    assert sum(len(set(row)) == 5 for row in around.tolist()) == 12
    assert len(around) == len(vertices)
