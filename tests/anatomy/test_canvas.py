from collections.abc import Iterator

import torch

from mindscan.anatomy.canvas import Canvas, coats
from mindscan.anatomy.structure import Layer, Painter, Place
from mindscan.core.labels import TISSUES


def layer(tissue: str, owners: list[int], cover: list[float], index: list[int] | None = None) -> Layer:
    where = None if index is None else torch.tensor(index)
    return Layer(tissue, torch.tensor(owners, dtype=torch.int16), torch.tensor(cover), where)


def filled(*layers: Layer) -> Canvas:
    place = Place(torch.zeros(4, 3), 1.0, 0.0)
    canvas = Canvas.blank(place.xyz)
    painter: Painter = lambda _: iter(layers)  # noqa: E731
    for coat in coats([painter], place, torch.arange(4), canvas.free):
        canvas.add(coat)
    return canvas


def painted() -> Canvas:
    return filled(
        layer("GM", [10, 10], [1.0, 0.25], [0, 1]),
        layer("GM", [3, 3, 3, 42], [1.0, 0.5, 0.5, 0.0]),
        layer("WM", [2, 2, 41, 41], [1.0, 1.0, 0.5, 0.25]),
    )


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
    canvas = filled(layer("GM", [10, 3, 3, 3], [0.9, 0.6, 0.6, 0.0]))
    joined = canvas.averaged(4)
    row = TISSUES.index("GM")
    assert torch.allclose(joined.share[row], torch.tensor([0.525]))
    assert joined.owner[row].tolist() == [3]
    assert torch.allclose(joined.totals[3], torch.tensor(0.3, dtype=torch.float64))


def test_a_coat_holds_what_was_taken_and_nothing_else() -> None:
    place, free = Place(torch.zeros(4, 3), 1.0, 0.0), torch.tensor([1.0, 0.5, 0.0, 1.0])
    painter: Painter = lambda _: iter([layer("GM", [3, 3, 3, 3], [0.0, 0.5, 1.0, 1.0])])  # noqa: E731
    (coat,) = coats([painter], place, torch.arange(4), free)
    assert coat.at.tolist() == [1, 3]
    assert coat.share.tolist() == [0.25, 1.0]
    assert free.tolist() == [1.0, 0.25, 0.0, 0.0]


def test_painters_are_not_asked_about_full_points_once_most_are_full() -> None:
    asked: list[list[float]] = []

    def painter(place: Place) -> Iterator[Layer]:
        asked.append(place.xyz[:, 0].tolist())
        if len(asked) == 1:
            yield layer("WM", [2, 2, 2], [1.0, 1.0, 1.0], [0, 1, 2])

    xyz = torch.arange(6.0)[:, None].expand(-1, 3)
    list(coats([painter] * 2, Place(xyz, 1.0, 0.0), torch.arange(1, 6), torch.ones(6)))
    assert asked == [[1, 2, 3, 4, 5], [4, 5]]


def test_a_wiped_canvas_is_as_good_as_new() -> None:
    used = painted()
    again = used.wiped(3)
    for name in ("share", "owner", "largest", "free"):
        part = getattr(again, name)
        assert torch.equal(part, getattr(Canvas.blank(torch.zeros(3, 3)), name))
        assert part.data_ptr() == getattr(used, name).data_ptr()
    assert not again.totals.any()
