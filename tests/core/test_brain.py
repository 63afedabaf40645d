"""Brains: shares, volumes and what is inside the skull."""

import pytest
import torch

from mindscan.core.brain import Brain, label_tissue
from mindscan.core.labels import BY_ID, LABELS, TISSUES
from mindscan.core.volume import Grid, Volume

GRID = Grid.centred((2, 2, 2), (2.0, 5.0, 10.0))  # a voxel is 0.1 mL


def shared() -> Brain:
    """Seven voxels of left white matter and one that it shares with the right hippocampus and fluid."""
    fractions = torch.zeros((len(TISSUES), *GRID.shape))
    owners = torch.zeros((len(TISSUES), *GRID.shape), dtype=torch.int16)
    fractions[TISSUES.index("WM")] = 1
    owners[TISSUES.index("WM")] = 2
    corner = (slice(None), 0, 0, 0)
    fractions[corner] = torch.tensor([0, 0, 0, 0.25, 0.5, 0.25])
    owners[corner] = torch.tensor([0, 0, 0, 24, 53, 2], dtype=torch.int16)
    labels = torch.full(GRID.shape, 2, dtype=torch.int16)
    labels[0, 0, 0] = 53
    return Brain(Volume(labels, GRID.affine), fractions, owners, {})


def test_shares_count_where_they_are_known() -> None:
    volumes = shared().volumes_ml()
    assert volumes[2] == pytest.approx(0.725)
    assert volumes[53] == pytest.approx(0.05)
    assert volumes[24] == pytest.approx(0.025)
    assert sum(volumes.values()) == pytest.approx(0.8)


def test_voxels_count_where_only_labels_are_known() -> None:
    brain = Brain.from_labels(shared().labels, {"AC": (0.0, 1.0, 2.0)})
    assert brain.volumes_ml()[2] == pytest.approx(0.7)
    assert brain.volumes_ml()[53] == pytest.approx(0.1)
    assert set(brain.volumes_ml()) == {label.id for label in LABELS if not label.lesion}
    assert brain.landmarks == {"AC": (0.0, 1.0, 2.0)}


def test_measured_volumes_come_first() -> None:
    half = shared()
    brain = Brain(half.labels, half.fractions, half.owners, {}, {**half.volumes_ml(), 53: 0.06})
    assert brain.volumes_ml()[53] == 0.06


def test_intracranial_volume_leaves_out_skull_scalp_air_and_cord() -> None:
    labels = torch.tensor([2, 3, 24, 0, 165, 258, 126, 16], dtype=torch.int16).reshape(GRID.shape)
    assert Brain.from_labels(Volume(labels, GRID.affine)).icv_ml() == pytest.approx(0.4)


def test_fraction_of_one_tissue() -> None:
    assert shared().fraction("GM").data[0, 0, 0] == 0.5
    assert shared().fraction("GM").affine is GRID.affine


def test_fraction_from_hard_labels_is_one_or_nothing() -> None:
    brain = Brain.from_labels(shared().labels)
    assert brain.fraction("GM").data.flatten().tolist() == [1] + [0] * 7
    total = sum(brain.fraction(tissue).data for tissue in TISSUES)
    assert bool((total == 1).all())


def test_unknown_tissue() -> None:
    with pytest.raises(ValueError, match="fat"):
        shared().fraction("fat")


def test_labels_of_any_whole_type_become_int16() -> None:
    labels = Volume(torch.full(GRID.shape, 17, dtype=torch.int64), GRID.affine)
    assert Brain.from_labels(labels).labels.data.dtype == torch.int16


def test_tissue_of_a_label() -> None:
    assert all(TISSUES[label_tissue(i)] == label.tissue for i, label in BY_ID.items())
    assert label_tissue(9999) == -1
