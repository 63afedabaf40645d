import torch

from mindscan.anatomy import relief, sphere
from mindscan.anatomy.crossing import crossing_faces


def test_a_spike_through_the_mesh_is_smoothed_away() -> None:
    points, triangles = sphere.icosphere(sphere.FINE)
    vertices, faces = 40 * torch.from_numpy(points).float(), torch.from_numpy(triangles)
    pulled = vertices.clone()
    pulled[100] *= -1.1
    assert len(crossing_faces(pulled.numpy(), triangles))
    mended = relief.untangled(pulled, faces)
    assert len(crossing_faces(mended.numpy(), triangles)) == 0
    assert float((mended - vertices).norm(dim=1).quantile(0.99)) < 0.1
