"""What every member of the slot `Structure` must do."""

import pytest
import torch

from mindscan.anatomy import anatomy, template
from mindscan.anatomy.anatomy import STRUCTURES, Anatomy
from mindscan.anatomy.structure import Frame, Place
from mindscan.anatomy.warp import empty_lattice
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID, TISSUES
from mindscan.core.person import Person

PERSON = Person(age_years=55, sex="M")
each = pytest.mark.parametrize("structure", STRUCTURES, ids=lambda structure: structure.name)


@pytest.fixture(scope="module")
def drawn() -> Anatomy:
    return anatomy.draw(Key(4), PERSON)


@pytest.fixture(scope="module")
def frame(drawn: Anatomy) -> Frame:
    axes = [torch.arange(low, high, 4.0) for low, high in ((-80, 80), (-120, 90), (-70, 90))]
    xyz = torch.stack([a.flatten() for a in torch.meshgrid(*axes, indexing="ij")], 1)
    probe = Place(xyz, drawn.head.scale, (4 * drawn.head.scale) ** 3 / 1000)
    probe = probe.pick((template.load().fields["hull"].at(xyz)[0] < 0).nonzero()[:, 0])
    return Frame(template.load(), drawn.head.scale, empty_lattice(), probe, torch.ones(len(probe.xyz)))


@each
def test_draw_repeats_and_is_a_short_record(structure) -> None:
    first = structure.draw(Key(1) / structure.name, PERSON, 1450.0)
    assert first == structure.draw(Key(1) / structure.name, PERSON, 1450.0)
    assert first != structure.draw(Key(2) / structure.name, PERSON, 1450.0)
    assert type(first).parse(first.model_dump(mode="json")) == first
    assert len(first.json_text()) < 1000


@each
def test_move_is_nothing_or_a_finite_velocity(structure, drawn, frame) -> None:
    velocity = structure.move(getattr(drawn, structure.name), Key(1), frame)
    if velocity is not None:
        assert velocity.shape == frame.lattice.data.shape
        assert bool(velocity.isfinite().all())
        assert float(velocity.abs().max()) < 20


@each
def test_layers_are_shares_of_known_labels(structure, drawn, frame) -> None:
    painter = structure.paint(getattr(drawn, structure.name), Key(1), frame)
    place = frame.probe
    for layer in painter(place):
        assert layer.tissue in TISSUES
        points = len(place.xyz) if layer.index is None else len(layer.index)
        assert layer.cover.shape == layer.owner.shape == (points,)
        assert layer.owner.dtype == torch.int16
        if points:
            assert float(layer.cover.min()) >= 0
            assert float(layer.cover.max()) <= 1
            seen = set(layer.owner.unique().tolist())
            assert seen <= set(structure.labels)
            assert {BY_ID[i].tissue for i in seen} == {layer.tissue}


@each
def test_painting_depends_on_the_points_alone(structure, drawn, frame) -> None:
    painter = structure.paint(getattr(drawn, structure.name), Key(1), frame)
    half = torch.arange(0, len(frame.probe.xyz), 2)
    for all_of_it, some in zip(painter(frame.probe), painter(frame.probe.pick(half)), strict=True):
        dense = torch.zeros(len(frame.probe.xyz))
        dense[slice(None) if all_of_it.index is None else all_of_it.index] = all_of_it.cover
        sparse = torch.zeros(len(half))
        sparse[slice(None) if some.index is None else some.index] = some.cover
        assert torch.allclose(dense[half], sparse, atol=1e-5)


@each
def test_it_names_its_labels_and_its_field(structure) -> None:
    assert structure.name in Anatomy.model_fields
    assert set(structure.labels) <= set(BY_ID)
    assert isinstance(structure.in_skull, bool)
