"""Images as networks see them: every kind, always finite, on one scale."""

import torch
from torch import Tensor

from learn.small import head
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.learn.clothes import PRESETS, USUAL, Clothes, dressed, normalised, signal, toned


def test_shares_of_contrasts_are_a_whole() -> None:
    assert abs(sum(PRESETS.values()) + Clothes().random - 1) < 1e-9


def test_parts_of_clothes_can_be_left_out() -> None:
    keys = [Key(5) / n for n in range(8)]
    muscle = head().brain.labels.data == BY_NAME["Muscle"].id

    def views(clothes: Clothes) -> list[Tensor]:
        return [dressed(head(), key, clothes) for key in keys]

    assert {bool(view[muscle].any()) for view in views(USUAL)} == {True, False}
    assert not any(bool(view[muscle].any()) for view in views(Clothes(whole=0, faults=False)))
    assert all(bool(view[muscle].any()) for view in views(Clothes(whole=1, faults=False)))
    for one, other in zip(views(Clothes(random=0)), views(Clothes(random=1)), strict=True):
        assert not torch.equal(one, other)


def test_every_view_is_a_signal_and_no_two_are_alike() -> None:
    views = [dressed(head(), Key(4) / n) for n in range(12)]
    for view in views:
        assert view.shape == head().brain.labels.data.shape
        assert bool(view.isfinite().all())
        assert float(view.min()) >= 0
        assert float(view.max()) > 0
    assert not any(torch.equal(views[0], view) for view in views[1:])
    assert torch.equal(views[3], dressed(head(), Key(4) / 3))


def test_a_scale_of_0_to_about_1_whatever_the_unit() -> None:
    image = torch.linspace(0, 1, 1000)
    for unit in (1e-3, 1.0, 4e4):
        scaled = normalised(image * unit, image * unit)
        torch.testing.assert_close(scaled, normalised(image, image))
    assert abs(float(scaled[980]) - 1) < 0.01
    assert float(normalised(torch.zeros(5), torch.zeros(5)).sum()) == 0
    assert bool((toned(image, Key(1)).diff() >= 0).all())


def test_ct_is_seen_through_a_window() -> None:
    assert signal(torch.tensor([-1000.0, -20.0, 40.0, 1500.0])).tolist() == [0, 0, 60, 120]
    assert signal(torch.tensor([-3.0, 5.0])).tolist() == [0, 5]
