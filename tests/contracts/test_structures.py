"""What every member of the slot `Structure` must do."""

from dataclasses import replace

import pytest
import torch

from added import made
from mindscan.anatomy import anatomy, bases
from mindscan.anatomy.anatomy import STRUCTURES, Anatomy
from mindscan.anatomy.field import Field
from mindscan.anatomy.structure import Frame, Marked, Place, Sharer
from mindscan.anatomy.warp import empty_lattice
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID, TISSUES
from mindscan.core.person import Person

PERSON = Person(age_years=55, sex="M")
each = pytest.mark.parametrize("structure", STRUCTURES, ids=lambda structure: structure.name)


@pytest.fixture(scope="module")
def drawn() -> Anatomy:
    return anatomy.draw(Key(4), PERSON)


@pytest.fixture(scope="module", params=["mni152", "made"])
def base(request: pytest.FixtureRequest) -> str:
    return made().name if request.param == "made" else request.param


@pytest.fixture(scope="module")
def frame(drawn: Anatomy, base: str) -> Frame:
    axes = [torch.arange(low, high, 5.0) for low, high in ((-90, 91), (-125, 116), (-165, 96))]
    xyz = torch.stack([a.flatten() for a in torch.meshgrid(*axes, indexing="ij")], 1)
    probe = Place(xyz, drawn.head.scale, (5 * drawn.head.scale) ** 3 / 1000)
    frame = Frame(bases.load(base), drawn.head.scale, empty_lattice(), probe, torch.ones(len(probe.xyz)))
    shared = [s.share(getattr(drawn, s.name), Key(1), frame) for s in STRUCTURES if isinstance(s, Sharer)]
    even = {"growth": Field(torch.ones_like(frame.lattice.data[:1]), frame.lattice.origin_mm, 4.0)}
    return replace(
        frame, shared={name: field for fields in [even, *shared] for name, field in fields.items()}
    )


def asked(frame: Frame, structure) -> Place:
    """The points that a structure is asked about, on their own."""
    place = frame.probe
    wall = frame.template.fields["hull"].at(place.xyz)[0]
    index = (wall < 1 if structure.in_skull else wall > -1).nonzero()[:, 0]
    return Place(place.xyz[index], place.scale, place.point_ml)


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
    place = asked(frame, structure)
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
    place = asked(frame, structure)
    half = torch.arange(0, len(place.xyz), 2)
    for all_of_it, some in zip(
        painter(place), painter(Place(place.xyz[half], place.scale, 0.0)), strict=True
    ):
        dense = torch.zeros(len(place.xyz))
        dense[slice(None) if all_of_it.index is None else all_of_it.index] = all_of_it.cover
        sparse = torch.zeros(len(half))
        sparse[slice(None) if some.index is None else some.index] = some.cover
        assert torch.allclose(dense[half], sparse, atol=1e-5)


@each
def test_landmarks_are_named_points_near_the_head(structure, drawn, frame) -> None:
    if isinstance(structure, Marked):
        points = structure.landmarks(getattr(drawn, structure.name), Key(1), frame)
        assert points
        assert points == structure.landmarks(getattr(drawn, structure.name), Key(1), frame)
        for name, (x, y, z) in points.items():
            assert (abs(x) < 95, abs(y) < 135, -170 < z < 100) == (True, True, True), name
            side = {"L ": -1, "R ": 1}.get(name[:2], 0)
            assert x * side > 0 if side else abs(x) < 5, name


@each
def test_it_names_its_labels_and_its_field(structure) -> None:
    assert structure.name in Anatomy.model_fields
    assert set(structure.labels) <= set(BY_ID)
    assert isinstance(structure.in_skull, bool)
