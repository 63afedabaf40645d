"""What an image is follows from what is said of it, and the reason is told."""

import pytest

from mindscan.ingest.modality import guess
from mindscan.ingest.picture import UnfitError


@pytest.mark.parametrize(
    ("words", "suffix"),
    [
        ("t1_mprage_sag_p2_iso", "T1w"),
        ("Sag 3D FSPGR", "T1w"),
        ("AX T2 FLAIR", "FLAIR"),
        ("t2_tse_tra", "T2w"),
        ("AX T2* GRE", "T2starw"),
        ("SWI_Images", "T2starw"),
        ("3D TOF MRA", "angio"),
        ("pd_tse", "PDw"),
        ("ep2d_diff_ADC", "ADC"),
        ("IXI002-Guys-0828-T1", "T1w"),
    ],
)
def test_words_tell(words: str, suffix: str) -> None:
    found = guess(words, {}, "MR")
    assert found.suffix == suffix
    assert "in its description or name" in found.reason


@pytest.mark.parametrize(
    ("te", "tr", "ti", "suffix"),
    [
        (3, 2300, 900, "T1w"),
        (12, 500, None, "T1w"),
        (100, 5000, None, "T2w"),
        (120, 9000, 2500, "FLAIR"),
        (20, 3000, None, "PDw"),
    ],
)
def test_times_tell_where_words_do_not(te: float, tr: float, ti: float | None, suffix: str) -> None:
    said = {"EchoTime": te / 1000, "RepetitionTime": tr / 1000}
    said |= {"InversionTime": ti / 1000} if ti else {}
    assert guess("scan of somebody", said, "MR").suffix == suffix


def test_modality_and_agent() -> None:
    assert guess("head", {}, "CT").suffix == "ct"
    assert guess("skull", {}, "DX").suffix == "xr"
    assert guess("t1 post gd", {}, "MR").agent
    assert guess("t1", {"ContrastBolusIngredient": "given"}, "MR").agent
    assert not guess("t1", {}, "MR").agent


@pytest.mark.parametrize("words", ["localizer", "t1 aseg", "scan", "3-plane scout"])
def test_what_is_left_out(words: str) -> None:
    with pytest.raises(UnfitError):
        guess(words, {}, "MR")
    with pytest.raises(UnfitError, match="no picture of anatomy"):
        guess("", {}, "", "bold")
