import torch

from mindscan.anatomy.canvas import Canvas
from mindscan.anatomy.structure import Layer
from mindscan.core.labels import TISSUES


def layer(tissue: str, owners: list[int], cover: list[float], index: list[int] | None = None) -> Layer:
    where = None if index is None else torch.tensor(index)
    return Layer(tissue, torch.tensor(owners, dtype=torch.int16), torch.tensor(cover), where)


def painted() -> Canvas:
    canvas = Canvas.blank(torch.zeros(4, 3))
    canvas.add(layer("GM", [10, 10], [1.0, 0.25], [0, 1]), torch.tensor([0, 1]))
    canvas.add(layer("GM", [3, 3, 3, 42], [1.0, 0.5, 0.5, 0.0]), None)
    canvas.add(layer("WM", [2, 2, 41, 41], [1.0, 1.0, 0.5, 0.25]), None)
    return canvas


def test_layers_in_front_hide_the_ones_behind() -> None:
    canvas = painted()
    grey, white = canvas.share[TISSUES.index("GM")], canvas.share[TISSUES.index("WM")]
    assert grey.tolist() == [1.0, 0.25 + 0.75 * 0.5, 0.5, 0.0]
    assert white.tolist() == [0.0, 0.375, 0.25, 0.25]
    assert torch.allclose(grey + white + canvas.free, torch.ones(4))


def test_a_tissue_belongs_to_its_largest_layer() -> None:
    assert painted().owner[TISSUES.index("GM")].tolist() == [10, 3, 3, 0]


def test_totals_count_every_layer_before_owners_are_settled() -> None:
    totals = painted().totals
    assert float(totals[10]) == 1.25
    assert float(totals[3]) == 0.375 + 0.5
    assert float(totals[41]) == 0.5


def test_the_winner_owns_the_largest_share() -> None:
    canvas = painted()
    canvas.share[0] += canvas.free
    assert canvas.winner().tolist() == [10, 3, 3, 0]


def test_averaging_joins_parts_and_lets_the_largest_owner_win() -> None:
    canvas = Canvas.blank(torch.zeros(4, 3))
    canvas.add(layer("GM", [10, 3, 3, 3], [0.9, 0.6, 0.6, 0.0]), None)
    joined = canvas.averaged(4)
    row = TISSUES.index("GM")
    assert torch.allclose(joined.share[row], torch.tensor([0.525]))
    assert joined.owner[row].tolist() == [3]
    assert torch.allclose(joined.totals[3], torch.tensor(0.3, dtype=torch.float64))
