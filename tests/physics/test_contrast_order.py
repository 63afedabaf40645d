"""Which tissue is brighter than which, and by how much, against real images."""

import pytest

from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.imaging.presets import usual
from mindscan.imaging.scanner import draw
from mindscan.imaging.tissues import SUBSTANCES, relaxation

BY_FIELD = pytest.mark.parametrize("field", [1.5, 3.0])


def typical(suffix: str, field: float) -> dict[str, float]:
    signal = usual(suffix, field).signal(relaxation(field, 40, {}))
    return dict(zip(SUBSTANCES, signal.tolist(), strict=True))


@BY_FIELD
def test_t1w_shows_white_over_grey_over_fluid_and_dark_bone(field: float) -> None:
    s = typical("T1w", field)
    assert s["white"] > s["pallidum"] > s["putamen"] > s["grey"] > s["csf"] > 0
    assert s["bone"] < 0.4 * s["white"] < 0.4 * s["fat"]


@BY_FIELD
def test_t1w_ratios_are_those_of_real_images(field: float) -> None:
    # Five scans with labels, a voxel inside the cortex and two inside the ventricles.
    s = typical("T1w", field)
    assert 0.54 < s["grey"] / s["white"] < 0.63
    assert 0.13 < s["csf"] / s["white"] < 0.32


@BY_FIELD
def test_t2w_shows_fluid_over_grey_over_white_and_dark_iron(field: float) -> None:
    s = typical("T2w", field)
    assert s["csf"] > 1.5 * s["grey"] > 1.5 * 1.2 * s["white"]
    assert s["pallidum"] < s["white"]
    assert s["bone"] < 0.1 * s["white"]


@BY_FIELD
def test_pdw_shows_grey_over_white_and_little_contrast(field: float) -> None:
    s = typical("PDw", field)
    assert s["white"] < s["grey"] < 1.35 * s["white"]
    assert 0.75 * s["white"] < s["csf"] < s["grey"]


@BY_FIELD
def test_flair_shows_grey_over_white_and_darkest_fluid(field: float) -> None:
    s = typical("FLAIR", field)
    assert s["grey"] > 1.09 * s["white"]
    assert all(abs(s["csf"]) < 0.1 * s[name] for name in ("white", "grey", "caudate", "putamen", "pallidum"))


@pytest.mark.parametrize(
    ("suffix", "darkest_first"),
    [
        ("T1w", ("CSF", "Cerebral-Cortex", "Cerebral-White-Matter")),
        ("T2w", ("Cerebral-White-Matter", "Cerebral-Cortex", "CSF")),
        ("PDw", ("Cerebral-White-Matter", "Cerebral-Cortex")),
        # In FLAIR, T2 and T1 work against each other: in some people cortex is as bright as white matter.
        ("FLAIR", ("CSF", "Cerebral-Cortex")),
    ],
)
def test_drawn_scans_keep_the_order_from_person_to_person(
    suffix: str, darkest_first: tuple[str, ...]
) -> None:
    for seed in range(30):
        levels = draw(suffix, Key(seed), Person(age_years=20 + 2 * seed, sex="F")).levels()
        means = [abs(levels[name][0]) for name in darkest_first]
        assert means == sorted(means)


@pytest.mark.parametrize("suffix", ["T1w", "T2w", "PDw", "FLAIR"])
def test_structures_that_mix_grey_and_white_matter_lie_between_them(suffix: str) -> None:
    levels = draw(suffix, Key(1), Person(age_years=40, sex="F")).levels()
    low, high = sorted(levels[name][0] for name in ("Cerebral-White-Matter", "Cerebral-Cortex"))
    for name in ("Thalamus", "Brain-Stem", "Cerebellum-Cortex", "Cerebellum-White-Matter"):
        assert low < levels[name][0] < high
