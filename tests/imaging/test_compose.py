import math

import pytest
import torch

from mindscan.core.brain import Brain
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.labels import LABELS, TISSUES, structure_of
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.compose import check_grid, compose
from mindscan.imaging.fields import SmoothField, draw_field
from mindscan.imaging.tissues import MADE_OF

GRID = Grid.centred((32, 6, 6), (1.0, 1.0, 1.0))
LEVELS = {name: (100.0 + n, 1.0 + n) for n, name in enumerate(MADE_OF)}


def flat(value: float = 0.0) -> SmoothField:
    field = draw_field(GRID, 1.0, 20.0, Key(1), torch.device("cpu"))
    return SmoothField(torch.full_like(field.lattice, value), field.weights)


def striped(dtype: torch.dtype = torch.int16) -> Brain:
    ids = torch.tensor([LABELS[n % len(LABELS)].id for n in range(32)], dtype=dtype)
    return Brain.from_labels(Volume(ids[:, None, None].expand(GRID.shape).contiguous(), GRID.affine))


def shared(share: float, inside: int, outside: int) -> Brain:
    """Every voxel holds `share` of white matter `inside` and the rest of CSF `outside`."""
    labels = torch.full(GRID.shape, inside, dtype=torch.int16)
    fractions, owners = torch.zeros(6, *GRID.shape), torch.zeros(6, *GRID.shape, dtype=torch.int16)
    for tissue, part, owner in (("WM", share, inside), ("CSF", 1 - share, outside)):
        fractions[TISSUES.index(tissue)], owners[TISSUES.index(tissue)] = part, owner  # type: ignore[arg-type]
    return Brain(Volume(labels, GRID.affine), fractions, owners, {})


def test_hard_labels_are_a_look_up() -> None:
    image = compose(striped(), LEVELS, flat(), flat())
    for n, label in enumerate(LABELS[:32]):
        expected = 0.0 if label.tissue == "air" else LEVELS[structure_of(label)][0]
        assert float(image[n].min()) == float(image[n].max()) == expected


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_label_types_do_not_matter(dtype: torch.dtype) -> None:
    assert compose(striped(dtype), LEVELS, flat(), flat()).equal(compose(striped(), LEVELS, flat(), flat()))


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_signal_mixes_by_tissue_share(share: float) -> None:
    image = compose(shared(share, 2, 24), LEVELS, flat(), flat())
    white, csf = LEVELS["Cerebral-White-Matter"][0], LEVELS["CSF"][0]
    assert float(image.mean()) == pytest.approx(share * white + (1 - share) * csf)


def test_signed_signals_cancel() -> None:
    levels = {**LEVELS, "CSF": (-LEVELS["Cerebral-White-Matter"][0], 0.0)}
    assert float(compose(shared(0.5, 2, 24), levels, flat(), flat()).abs().max()) < 1e-4


def test_texture_adds_the_deviation_of_the_structure_and_bias_multiplies() -> None:
    plain = compose(shared(1.0, 2, 24), LEVELS, flat(), flat())
    textured = compose(shared(1.0, 2, 24), LEVELS, flat(2.0), flat(math.log(3)))
    expected = 3 * (plain + 2 * LEVELS["Cerebral-White-Matter"][1])
    torch.testing.assert_close(textured, expected)


@pytest.mark.parametrize("ids", [[6], [-1], [9999], [99, 6]])
def test_unknown_labels_are_refused_by_name(ids: list[int]) -> None:
    brain = striped()
    brain.labels.data[0, 0, : len(ids)] = torch.tensor(ids, dtype=torch.int16)
    with pytest.raises(SettingsError, match=str(min(ids))) as caught:
        compose(brain, LEVELS, flat(), flat())
    assert "relabel" in str(caught.value)


def test_unknown_owners_are_refused() -> None:
    with pytest.raises(SettingsError, match="relabel"):
        compose(shared(0.5, 2, 6), LEVELS, flat(), flat())


@pytest.mark.parametrize(
    ("shape", "voxel"),
    [((4, 4, 0), (1.0, 1.0, 1.0)), ((4, 4, 4), (1.0, 0.0, 1.0)), ((4, 4, 4), (1.0, math.nan, 1.0))],
)
def test_grids_without_voxels_or_size_are_refused(
    shape: tuple[int, int, int], voxel: tuple[float, float, float]
) -> None:
    with pytest.raises(SettingsError, match="expected"):
        check_grid(Grid.centred(shape, voxel))
