"""What is known passes, what may be a name does not."""

import pytest

from mindscan.ingest.words import harmless, said_in


@pytest.mark.parametrize(
    "text",
    [
        "mprage",
        "mprage1mm",
        "T1w",
        "Left-Thalamus",
        "highres",
        "Tumour 1",
        "01",
        "axial5mm",
        "Corpus_Callosum",
    ],
)
def test_words_of_imaging_and_anatomy_pass(text: str) -> None:
    assert harmless(text)


@pytest.mark.parametrize(
    "text",
    [
        *["JohnDoe", "O'Brien", "20240131", "Jan2020", "1234", "12-03-50"],
        *["mpragejones", "脳", "Müller", "", "-", "T1Smith"],
    ],
)
def test_all_else_does_not(text: str) -> None:
    assert not harmless(text)


def test_the_user_may_let_more_pass() -> None:
    assert harmless("study-Alpha7", ["study", "ALPHA"])
    assert harmless("Jones 2020", ["Jones 2020"])
    assert not harmless("Jones 2021", ["Jones 2020"])


def test_descriptions_are_searched_for_what_is_known() -> None:
    assert said_in("AX T2* GRE hemo Dr.Jones") == {"ax", "t2star", "gre"}
    assert said_in("t1MprageSag") >= {"t1", "sag"} - {"t1"}
