import torch

from mindscan.core.brain import Brain
from mindscan.core.labels import TISSUES
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.parameters import parameter_map, spread_out
from mindscan.imaging.tissues import SUBSTANCES, relaxation

GRID = Grid.centred((4, 4, 4), (1.0, 1.0, 1.0))
TISSUE = relaxation(3.0, 40, {})
WHITE, FLUID = (list(SUBSTANCES).index(name) for name in ("white", "csf"))


def shared(**shares: float) -> Brain:
    """Every voxel holds these shares of tissues; white matter is that of the cerebrum."""
    fractions, owners = torch.zeros(6, *GRID.shape), torch.zeros(6, *GRID.shape, dtype=torch.int16)
    for tissue, share in shares.items():
        place = [str(name) for name in TISSUES].index(tissue)
        fractions[place], owners[place] = share, {"WM": 2, "CSF": 24, "air": 0}[tissue]
    labels = Volume(torch.full(GRID.shape, 2, dtype=torch.int16), GRID.affine)
    return Brain(labels, fractions, owners, {})


def test_a_pure_voxel_has_the_value_of_the_table() -> None:
    for quantity in (TISSUE.t1_ms, TISSUE.t2_ms, TISSUE.pd, TISSUE.adc):
        found = parameter_map(shared(WM=1.0), quantity, TISSUE.pd)
        torch.testing.assert_close(found, torch.full(GRID.shape, float(quantity[WHITE])))


def test_air_counts_for_proton_density_and_for_nothing_else() -> None:
    half = shared(WM=0.5, air=0.5)
    torch.testing.assert_close(
        parameter_map(half, TISSUE.t1_ms, TISSUE.pd), torch.full(GRID.shape, float(TISSUE.t1_ms[WHITE]))
    )
    density = parameter_map(half, TISSUE.pd, TISSUE.pd)
    torch.testing.assert_close(density, torch.full(GRID.shape, 0.5 * float(TISSUE.pd[WHITE])))


def test_two_tissues_are_weighted_by_proton_density() -> None:
    found = float(parameter_map(shared(WM=0.5, CSF=0.5), TISSUE.t1_ms, TISSUE.pd)[0, 0, 0])
    a, b = float(TISSUE.pd[WHITE]), float(TISSUE.pd[FLUID])
    expected = (a * float(TISSUE.t1_ms[WHITE]) + b * float(TISSUE.t1_ms[FLUID])) / (a + b)
    assert abs(found - expected) < 0.01


def test_air_is_zero() -> None:
    assert float(parameter_map(shared(air=1.0), TISSUE.t1_ms, TISSUE.pd).abs().max()) == 0
    assert float(spread_out(shared(air=1.0), TISSUE.pd).abs().max()) == 0
