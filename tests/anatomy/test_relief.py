import pytest
import torch

from mindscan.anatomy import relief, sphere
from mindscan.anatomy.crossing import crossing_faces


def ball(side: int) -> tuple[relief.Mesh, torch.Tensor]:
    points = torch.from_numpy(sphere.icosphere(sphere.FINE)[0]).float()
    points[:, 0] *= side
    return relief.mesh(sphere.FINE, side), 40 * points


@pytest.mark.parametrize("side", [-1, 1])
def test_normals_point_outwards_on_both_sides(side: int) -> None:
    mesh, vertices = ball(side)
    assert float((mesh.normals(vertices) * vertices / 40).sum(1).min()) > 0.99


def test_a_spike_through_the_mesh_is_smoothed_away() -> None:
    mesh, vertices = ball(1)
    pulled = vertices.clone()
    pulled[100] *= -1.1
    assert len(crossing_faces(pulled.numpy(), mesh.faces.numpy()))
    mended = relief.untangled(mesh, pulled)
    assert len(crossing_faces(mended.numpy(), mesh.faces.numpy())) == 0
    assert float((mended - vertices).norm(dim=1).quantile(0.99)) < 0.1


def test_sliding_along_stays_on_a_sphere_and_evens_it() -> None:
    mesh, vertices = ball(1)
    shaken = vertices + torch.linspace(-0.3, 0.3, len(vertices) * 3).reshape(-1, 3).flip(0).sin()
    normals = mesh.normals(shaken)
    slid = mesh.slid(shaken, normals, 0.8, 0.0)
    assert float(((slid - shaken) * normals).sum(1).abs().max()) < 1e-4
    assert float((mesh.mean(slid) - slid).norm(dim=1).mean()) < float(
        (mesh.mean(shaken) - shaken).norm(dim=1).mean()
    )
