import torch

from mindscan.anatomy.field import Field
from mindscan.core.key import Key


def ramp() -> Field:
    i, j, k = torch.meshgrid(*[torch.arange(n).float() for n in (5, 6, 7)], indexing="ij")
    return Field(torch.stack([2 * i + 3 * j - k, k]), (-4.0, 1.0, 0.5), 2.0)


def test_a_linear_function_is_reproduced_between_nodes() -> None:
    field = ramp()
    xyz = torch.tensor([[-3.0, 2.2, 1.0], [3.9, 10.9, 12.4], [0.1, 5.0, 7.7]])
    i, j, k = ((xyz - torch.tensor([-4.0, 1.0, 0.5])) / 2).unbind(1)
    assert torch.allclose(field.at(xyz), torch.stack([2 * i + 3 * j - k, k]), atol=1e-5)


def test_values_are_constant_beyond_the_border() -> None:
    field = ramp()
    assert torch.allclose(field.at(torch.tensor([[99.0, 99, 99]])), field.data[:, -1, -1, -1, None])


def test_nodes_give_back_the_data() -> None:
    field = ramp()
    assert torch.allclose(field.at(field.nodes()), field.data.flatten(1), atol=1e-5)


def test_near_keeps_only_points_within_the_lattice() -> None:
    xyz = torch.tensor([[0.0, 5, 5], [-4.1, 5, 5], [4.0, 11.0, 12.5], [0, 5, 12.6]])
    assert ramp().near(xyz).tolist() == [0, 2]


def test_torch_alone_gives_the_same() -> None:
    field, xyz = ramp(), torch.rand((99, 3), generator=Key(1).generator()) * 20 - 6
    assert torch.allclose(field.sampled(xyz), field.at(xyz), atol=1e-5)


def test_a_cut_keeps_all_that_is_below_and_little_else() -> None:
    whole = Field((ramp().nodes() - 5).norm(dim=1).reshape(1, 5, 6, 7), (-4.0, 1.0, 0.5), 2.0)
    cut = whole.cut(2.0)
    xyz = torch.rand((999, 3), generator=Key(2).generator()) * 20 - 6
    below = whole.at(xyz)[0] < 2
    assert bool(below.any())
    assert torch.allclose(cut.at(xyz)[0][below], whole.at(xyz)[0][below], atol=1e-5)
    assert not bool((cut.at(xyz)[0][~below] < 2 - 1e-5).any())
    assert cut.data.numel() < whole.data.numel() / 2
