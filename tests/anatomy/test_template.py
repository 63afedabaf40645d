import os
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch

from mindscan.anatomy import stored, template
from mindscan.anatomy.landmarks import AFIDS

# Centroids of the right-hand structure: mean over 20 label maps carried to MNI152 space (x, y, z in mm).
CENTROIDS = {
    "Thalamus": (13.2, -16.6, 5.9),
    "Caudate": (16.5, 10.7, 8.6),
    "Putamen": (27.7, 2.5, -1.9),
    "Pallidum": (21.9, -2.0, -2.8),
    "Hippocampus": (26.9, -20.5, -15.8),
    "Amygdala": (25.0, -3.0, -21.6),
    "Accumbens-area": (10.0, 12.8, -9.3),
    "Lateral-Ventricle": (14.8, -12.7, 15.4),
}


@pytest.mark.parametrize("name", CENTROIDS)
def test_structures_lie_where_the_literature_says(name: str) -> None:
    field = template.load().fields[name]
    nodes = field.nodes()
    inside = nodes[(field.data.flatten() < 0) & (nodes[:, 0] > 0)]
    assert torch.linalg.vector_norm(inside.mean(0) - torch.tensor(CENTROIDS[name])) < 6


def test_left_mirrors_right() -> None:
    xyz = torch.tensor([[20.0, -10, -15], [5, 20, 30], [50, -40, 10]])
    for field in template.load().fields.values():
        assert torch.allclose(field.at(xyz), field.at(xyz * torch.tensor([-1.0, 1, 1])), atol=1e-4)


def test_volumes_grow_with_the_shift() -> None:
    for inside in template.load().inside_ml.values():
        growth = np.diff(inside)
        assert inside.shape == (2, len(template.SHIFTS_MM))
        assert (growth >= 0).all()
        assert (growth[inside[:, 1:] > 0] > 0).all()


def test_shift_for_finds_the_volume_again() -> None:
    loaded = template.load()
    left, right = loaded.inside_ml["Thalamus"][:, [12, 14]].tolist()
    found = loaded.shifts_for("Thalamus", (left[0], right[1]))
    assert found == pytest.approx(template.SHIFTS_MM[[12, 14]].tolist(), abs=1e-4)


def test_distances_have_slope_one_near_surfaces() -> None:
    field = template.load().fields["pial"]
    slope = torch.stack(torch.gradient(field.data[0])).square().sum(0).sqrt()
    near = (field.data[0].abs() < 1)[2:-2, 2:-2, 2:-2]
    assert float(slope[2:-2, 2:-2, 2:-2][near].median()) == pytest.approx(1, abs=0.1)


def test_midline_landmarks_are_inside_the_skull() -> None:
    hull = template.load().fields["hull"].at(torch.tensor(list(AFIDS.values())))
    assert float(hull.max()) < 0


def test_cached_and_fresh_templates_are_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINDSCAN_CACHE", str(tmp_path))
    fresh = template.load.__wrapped__()
    assert len(list(tmp_path.glob("template-*.npz"))) == 1
    cached = template.load.__wrapped__()
    for name, field in fresh.fields.items():
        assert torch.equal(field.data, cached.fields[name].data)
        assert field.origin_mm == cached.fields[name].origin_mm
    for name, inside in fresh.inside_ml.items():
        assert np.array_equal(inside, cached.inside_ml[name])
    for one, other in zip(fresh.hemispheres, cached.hemispheres, strict=True):
        assert all(torch.equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))


def already_built() -> stored.Built:
    """What building gives, without its time."""
    template.load()
    kept = max(template.cache_folder().glob(f"template-{template.VERSION}-*.npz"), key=os.path.getmtime)
    return stored.read(kept)


def test_a_damaged_or_unwritable_cache_does_no_harm(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("in the way")
    built = template.kept(blocker / "below" / "template.npz", already_built)
    assert "Thalamus" in built.fields
    assert blocker.read_text() == "in the way"


def test_a_truncated_cache_is_built_again(tmp_path: Path) -> None:
    cached = tmp_path / "template.npz"
    template.kept(cached, already_built)
    whole = cached.read_bytes()
    cached.write_bytes(whole[: len(whole) // 2])
    assert "Thalamus" in template.kept(cached, already_built).fields
    assert cached.stat().st_size == len(whole)
