import numpy as np
import pytest
import torch

from mindscan.anatomy import anatomy, build
from mindscan.anatomy.anatomy import STRUCTURES
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID, BY_NAME, LABELS, TABLE_SIZE, TISSUES, both_sides, structure_of
from mindscan.core.person import Person
from mindscan.core.volume import Grid

FAINT = {BY_NAME["Dura"].id, *(row.id for row in LABELS if row.name.endswith("Communicating-Artery"))}
"""Thinner than half a voxel, or missing in some people: they may win none."""

BLOCK = Grid.centred((72, 84, 60), (1, 1, 1), (0, -12, 2))


def at(brain, point) -> tuple[int, int, int]:
    affine = brain.labels.affine
    i, j, k = np.round(np.linalg.solve(affine[:3, :3], np.subtract(point, affine[:3, 3]))).astype(int)
    return int(i), int(j), int(k)


def test_fractions_are_a_partition_and_labels_their_arg_max(whole) -> None:
    assert float((whole.fractions.sum(0) - 1).abs().max()) < 1e-5
    assert float(whole.fractions.min()) >= -1e-6
    main = whole.fractions.argmax(0)
    assert torch.equal(whole.owners.gather(0, main[None])[0], whole.labels.data)
    tissue = torch.tensor([TISSUES.index(label.tissue) for label in LABELS])
    of_label = torch.full((TABLE_SIZE,), -1)
    of_label[torch.tensor([label.id for label in LABELS])] = tissue
    assert torch.equal(of_label[whole.labels.data.int()], main)


def test_every_label_is_there_on_its_side(whole) -> None:
    present = set(whole.labels.data.unique().tolist())
    painted = {0}.union(*(structure.labels for structure in STRUCTURES))
    assert present | FAINT == painted | FAINT
    x = torch.arange(whole.labels.data.shape[0]).float() + whole.labels.affine[0, 3]

    def mean_x(label_id: int) -> float:
        row = (whole.labels.data == label_id).sum((1, 2)).float()
        return float(row @ x / row.sum())

    for name in {structure_of(label) for label in LABELS if label.side}:
        left, right = both_sides(name)
        if left in present and right in present and not name.endswith("Cerebral-White-Matter"):
            assert mean_x(left) < mean_x(right), name
            if not name.endswith("Artery"):  # some run beside the midline
                assert mean_x(left) < 0 < mean_x(right), name


def test_volumes_are_as_asked(whole, drawn) -> None:
    found = whole.volumes_ml()
    asked = {"Cerebral-Cortex": drawn.cerebrum.cortex_ml, "Cerebral-White-Matter": drawn.cerebrum.white_ml}
    asked["Cerebellum-Cortex"] = drawn.cerebellum.cortex_ml
    for name, ml in asked.items():
        assert sum(found[i] for i in both_sides(name)) == pytest.approx(ml, rel=0.03), name
    for name, pair in (("Hippocampus", "hippocampus"), ("Thalamus", "thalamus"), ("Putamen", "putamen")):
        for label, ml in zip(both_sides(name), getattr(drawn.deep_grey_ml, pair), strict=True):
            assert found[label] == pytest.approx(ml, rel=0.03), name
    assert found[43] == pytest.approx(drawn.ventricles.lateral_right_ml, rel=0.04)
    assert whole.icv_ml() == pytest.approx(drawn.head.icv_ml, rel=0.04)


def test_a_crowded_head_keeps_its_cortex_inside_the_skull(drawn, key, whole_grid) -> None:
    data = drawn.model_dump()
    data["head"]["icv_ml"] = 0.85 * drawn.head.icv_ml
    crowded = anatomy.Anatomy.parse(data)
    brain = build.make(crowded, whole_grid, key, dense=False)
    cortex = sum(brain.volumes_ml()[label] for label in both_sides("Cerebral-Cortex"))
    assert cortex == pytest.approx(crowded.cerebrum.cortex_ml, rel=0.02)
    assert brain.icv_ml() == pytest.approx(crowded.head.icv_ml, rel=0.04)


@pytest.mark.parametrize("voxel", [0.7, 1.4])
def test_volumes_do_not_depend_on_the_voxel(whole, whole_grid, model, voxel: float) -> None:
    shape = [round(n / voxel) for n in whole_grid.shape]
    centre = (0, -18, 4)
    other = build.painted(model, Grid.centred(shape, (voxel,) * 3, centre), dense=False).volumes_ml()
    outside = {BY_ID[i].id for i in BY_ID if BY_ID[i].tissue in ("air", "soft", "bone")} | {126}
    for label, ml in whole.volumes_ml().items():
        if ml > 1 and label not in outside:
            assert other[label] == pytest.approx(ml, rel=0.01), BY_ID[label].name


def test_thick_slices_keep_volumes(whole, model) -> None:
    thick = Grid.centred((168, 208, 36), (1, 1, 5), (0, -18, 4))
    found, expected = build.painted(model, thick, dense=False).volumes_ml(), whole.volumes_ml()
    for name in ("Cerebral-Cortex", "Hippocampus", "Thalamus"):
        left, _ = both_sides(name)
        assert found[left] == pytest.approx(expected[left], rel=0.02), name


def _window(brain, grid: Grid) -> tuple[slice, ...]:
    """Where the voxels of a grid lie in a brain."""
    first = at(brain, grid.affine[:3, 3])
    assert np.allclose(brain.labels.affine[:3] @ [*first, 1], grid.affine[:3, 3])
    return tuple(slice(f, f + n) for f, n in zip(first, grid.shape, strict=True))


def test_a_shifted_grid_sees_the_same_head(model, whole) -> None:
    block = build.painted(model, BLOCK, dense=False)
    agree = (whole.labels.data[_window(whole, BLOCK)] == block.labels.data).float().mean()
    assert float(agree) > 0.998  # which pieces are torn off depends on what the grid shows
    assert block.landmarks == whole.landmarks


def test_before_mending_a_shifted_grid_sees_the_very_same(model, whole_grid, monkeypatch) -> None:
    monkeypatch.setattr(build, "mend", lambda *parts: None)
    painted, block = (build.painted(model, grid, dense=False) for grid in (whole_grid, BLOCK))
    agree = (painted.labels.data[_window(painted, BLOCK)] == block.labels.data).float().mean()
    assert float(agree) > 0.99999


def test_an_oblique_grid_sees_the_same_head(model, whole) -> None:
    c, s = np.cos(0.4), np.sin(0.4)
    affine = np.eye(4)
    affine[:3, :3] = np.array([[c, -s, 0], [s, c, 0], [0, 0, -1]])
    affine[:3, 3] = -affine[:3, :3] @ [24, 24, 24] + [0, -12, 2]
    oblique = build.painted(model, Grid((48, 48, 48), affine), dense=False)
    index = torch.stack(torch.meshgrid(*[torch.arange(48.0)] * 3, indexing="ij"), -1).flatten(0, 2).double()
    world = index @ torch.from_numpy(affine[:3, :3]).T + torch.from_numpy(affine[:3, 3])
    nearest = (world - torch.from_numpy(whole.labels.affine[:3, 3])).round().long()
    there = whole.labels.data[nearest[:, 0], nearest[:, 1], nearest[:, 2]]
    pure = oblique.fractions.amax(0).flatten() > 0.999
    agree = there[pure] == oblique.labels.data.flatten()[pure]
    assert float(agree.float().mean()) > 0.97
    assert oblique.landmarks == whole.landmarks


def test_landmarks_lie_on_the_structures_they_name(whole) -> None:
    def near(name: str, label: str, reach: int = 4) -> bool:
        i, j, k = at(whole, whole.landmarks[name])
        box = whole.labels.data[
            i - reach : i + reach + 1, j - reach : j + reach + 1, k - reach : k + reach + 1
        ]
        return bool((box == next(row.id for row in LABELS if row.name == label)).any())

    assert near("R LV at AC", "Right-Lateral-Ventricle")
    assert near("L LV at PC", "Left-Lateral-Ventricle")
    assert near("R AL temporal horn", "Right-Hippocampus", 12)
    assert near("PMJ", "Brain-Stem")
    assert near("culmen", "Left-Cerebellum-Cortex", 6)
    assert near("genu of CC", "Right-Cerebral-White-Matter")


def test_left_is_left() -> None:
    drawn = anatomy.draw(Key(2), Person(age_years=60, sex="M"))
    data = drawn.model_dump()
    data["ventricles"] |= {"lateral_left_ml": 40, "lateral_right_ml": 8}
    data["head"] |= {"turn_deg": (0, 0, 0), "shift_mm": (0, 0, 0)}
    brain = build.make(
        anatomy.Anatomy.parse(data), Grid.centred((80, 130, 80), (1, 1, 1), (0, -15, 5)), Key(2)
    )
    ventricle = torch.isin(brain.labels.data, torch.tensor(both_sides("Lateral-Ventricle")))
    assert int(ventricle[:40].sum()) > 3 * int(ventricle[40:].sum())


def test_another_device_argument_changes_nothing(drawn, key) -> None:
    small = Grid.centred((20, 20, 20), (1, 1, 1), (10, -10, 0))
    here = build.make(drawn, small, key, dense=False)
    there = build.make(drawn, small, key, torch.device("cpu"), dense=False)
    assert torch.equal(here.labels.data, there.labels.data)


def test_editing_one_structure_changes_only_what_it_must(drawn, key, model) -> None:
    data = drawn.model_dump()
    left, right = data["deep_grey_ml"]["hippocampus"]
    data["deep_grey_ml"]["hippocampus"] = (left, 0.7 * right)
    block = build.make(anatomy.Anatomy.parse(data), BLOCK, key, dense=False)
    before = build.painted(model, BLOCK, dense=False)
    changed = block.labels.data != before.labels.data
    assert bool(changed.any())
    far = torch.ones_like(changed)
    far &= ~torch.isin(before.labels.data, torch.tensor([53]))
    grown = torch.nn.functional.max_pool3d((~far).float()[None], 9, 1, 4)[0] > 0
    assert float(changed[~grown].float().mean()) < 0.002


def test_the_cord_runs_down_the_neck_in_its_canal(model) -> None:
    neck = Grid.centred((100, 130, 24), (1, 1, 1), (0, -35, -100))
    labels = build.painted(model, neck, dense=False).labels.data
    for name, smallest in (("Spinal-Cord", 40), ("CSF-SA", 60), ("Skull", 150), ("Head-ExtraCerebral", 2000)):
        label = next(row.id for row in LABELS if row.name == name)
        assert int((labels == label).sum((0, 1)).min()) > smallest, name


def test_structures_and_anatomy_name_each_other(drawn) -> None:
    assert {structure.name for structure in STRUCTURES} | {"base"} == set(type(drawn).model_fields)
