"""Every preset shows what it is for: nulls, ratios of tissues, and an image of a head."""

import pytest
import torch

from mindscan.anatomy import anatomy, build
from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.volume import Grid
from mindscan.imaging.magnet import BRIGHT
from mindscan.imaging.presets import MRI_PRESETS, USUAL, find
from mindscan.imaging.scanner import draw, scan
from mindscan.imaging.sequences import ParameterMap, PhysicalSequence
from mindscan.imaging.tissues import FIELDS_TESLA, SUBSTANCES, relaxation

PERSON = Person(age_years=40, sex="F")
EXACT = [preset.name for preset in MRI_PRESETS if preset.field_tesla is not None]
WHITE, GREY, FLUID = 2, 3, 4


def seen(sequence: PhysicalSequence, field_tesla: float) -> dict[str, float]:
    signal = sequence.signal(relaxation(field_tesla, 40, {}))
    return dict(zip(SUBSTANCES, signal.tolist(), strict=True))


def typical(name: str) -> dict[str, float]:
    row = find(name, MRI_PRESETS)
    assert row.field_tesla is not None
    return seen(row.settings["sequence"], row.field_tesla)


@pytest.mark.parametrize(
    ("name", "dark"),
    [
        ("FLAIR-3T", ["csf"]),
        ("FLAIR-3T-axial-5mm", ["csf"]),
        ("FLAIR-1.5T", ["csf"]),
        ("FLAIR-lowfield-0.064T", ["csf"]),
        ("STIR-1.5T", ["fat"]),
        ("STIR-3T", ["fat"]),
        ("DIR-3T", ["csf", "white"]),
    ],
)
def test_nulls_are_where_they_should_be(name: str, dark: list[str]) -> None:
    s = typical(name)
    assert all(abs(s[substance]) < 0.005 * abs(s["grey"]) for substance in dark)
    assert abs(s["grey"]) > 0.05


@pytest.mark.parametrize("field", FIELDS_TESLA)
def test_the_usual_flair_nulls_the_fluid_at_every_field(field: float) -> None:
    s = seen(USUAL["FLAIR"][field], field)
    assert abs(s["csf"]) < 0.01 * s["grey"]


@pytest.mark.parametrize(
    ("name", "grey", "fluid"),
    [
        # Cortex and ventricles of five real scans at 1.5 T: 0.55 to 0.63 and 0.13 to 0.32 of white matter.
        ("T1w-MPRAGE-1.5T", (0.54, 0.63), (0.13, 0.32)),
        ("T1w-MPRAGE-3T", (0.54, 0.63), (0.13, 0.32)),
        ("T1w-MPRAGE-7T", (0.54, 0.71), (0.10, 0.42)),
        # T1 of Stanisz 2005 (1124 and 884 ms at 1.5 T, 1820 and 1084 ms at 3 T) and of Wright 2008.
        ("T1w-SE-1.5T", (0.75, 1.05), (0.25, 0.5)),
        ("T1w-SPGR-3T", (0.65, 0.85), (0.25, 0.5)),
        ("T1w-0.55T", (0.65, 0.95), (0.0, 0.42)),
        ("T1w-lowfield-0.064T", (0.65, 0.95), (-0.45, 0.42)),
        # Two real scans: 1.21 to 1.38 and 2.0 to 4.3.
        ("T2w-TSE-1.5T", (1.21, 1.38), (2.0, 4.3)),
        ("T2w-TSE-3T", (1.21, 1.38), (2.0, 4.3)),
        ("T2w-TSE-7T", (1.1, 1.75), (2.5, 5.5)),
        ("T2w-TSE-0.55T", (1.1, 1.75), (2.0, 4.5)),
        ("T2w-lowfield-0.064T", (1.05, 1.75), (2.0, 4.5)),
        # Water content 83 and 71 %, less what T1 takes.
        ("PDw-TSE-3T", (1.0, 1.25), (0.7, 1.3)),
        # The same two people: 1.09 to 1.23.
        ("FLAIR-3T", (1.09, 1.23), (-0.01, 0.4)),
        ("FLAIR-1.5T", (1.09, 1.23), (-0.01, 0.4)),
        ("T2starw-GRE-3T", (1.0, 1.4), (0.8, 2.0)),
        ("DWI-3T-b1000", (0.9, 1.6), (0.0, 0.4)),
    ],
)
def test_ratios_to_white_matter_lie_where_tables_and_real_scans_put_them(
    name: str, grey: tuple[float, float], fluid: tuple[float, float]
) -> None:
    s = typical(name)
    assert grey[0] < s["grey"] / s["white"] < grey[1]
    assert fluid[0] < s["csf"] / s["white"] < fluid[1]


def test_iron_is_dark_where_t2star_counts() -> None:
    for name in ("T2w-TSE-3T", "T2starw-GRE-3T", "SWI-3T"):
        s = typical(name)
        assert s["pallidum"] < s["putamen"] < s["grey"]


def test_free_water_shines_in_balanced_steady_state() -> None:
    s = typical("bSSFP-1.5T")
    assert s["csf"] > 2 * s["white"]
    assert s["fat"] < 0 < s["white"]


@pytest.fixture(scope="module")
def heads() -> dict[bool, Brain]:
    """The middle of one head on voxels of 2 mm, and on thick ones for presets with voxels of their own."""
    key = Key(5)
    model = build.model(anatomy.draw(key, PERSON), key, "cpu")
    grid = Grid.centred((88, 112, 40), (2.0, 2.0, 2.0), (0.0, -15.0, 12.0))
    grids = {False: grid, True: grid.with_voxels((2.0, 2.0, 5.0))}
    return {thick: build.painted(model, on, dense=False) for thick, on in grids.items()}


@pytest.mark.parametrize("name", EXACT)
def test_an_image_of_a_head_shows_what_the_signal_says(name: str, heads: dict[bool, Brain]) -> None:
    settings = draw(name, Key(1), PERSON)
    quiet = {"bias_sd": 0.0, "texture_sd": 0.0, "psf_fwhm_mm": 0.0, "snr": 1000.0}
    settings = type(settings).parse({**settings.model_dump(), **quiet})
    brain = heads[settings.voxel_mm is not None]
    image = scan(brain, settings, Key(2)).volume.data
    assert bool(image.isfinite().all())
    if settings.part == "phase":
        assert float(image.abs().max()) <= torch.pi + 1e-6
        return
    levels = settings.levels()
    assert brain.fractions is not None
    share = brain.fractions.amax(0) > 0.98
    for label, structure in (
        (WHITE, "Cerebral-White-Matter"),
        (GREY, "Cerebral-Cortex"),
        (FLUID, "Lateral-Ventricle"),
    ):
        inside = image[(brain.labels.data == label) & share]
        scale = max(abs(levels[other][0]) for other in ("Cerebral-White-Matter", "Cerebral-Cortex"))
        loose = 0.03 if settings.part == "mag" else 0.01
        assert len(inside) > 3
        assert float(inside.median()) == pytest.approx(abs(levels[structure][0]), abs=loose * scale)
    if not isinstance(settings.sequence, ParameterMap):
        assert scale == pytest.approx(BRIGHT)
