import re

import pytest

from mindscan.validate import attenuation, imaging, published
from mindscan.validate.claims import row
from mindscan.validate.imaging_page import claims, imaging_page
from mindscan.validate.page import page_html
from validate.test_imaging import answer

FOUND = imaging.gathered({name: answer(name) for name in imaging.STEPS})


def test_every_table_has_its_claim() -> None:
    tables = {name.partition(" ")[0] for name in imaging.STEPS} - {"presets", "artefacts"}
    assert len(claims(FOUND)) == len(tables)
    assert all(claim.holds for claim in claims(FOUND))


def test_a_row_that_fails_is_named_first() -> None:
    wrong = {**FOUND, "chords": [{**FOUND["chords"][0], "name": "a bent ball", "holds": False}]}
    (failed,) = [claim for claim in claims(wrong) if not claim.holds]
    assert "not a bent ball" in failed.found
    page, _ = imaging_page(wrong)
    html = page_html(page, "1")
    assert f"{len(page.claims) - 1} of {len(page.claims)} claims hold" in html
    assert html.index("a bent ball") < html.index("Signal equations")


def test_the_page_says_what_ratios_rest_on() -> None:
    sources = ["real scans", published.BY_TABLES, f"{published.BY_TABLES}: T1 {published.OURS}"]
    page, _ = imaging_page({**FOUND, "contrasts": [row("x", 1, 0, 2, source) for source in sources]})
    assert "Ranges of 2 of the 3 ratios" in page_html(page, "1")
    assert "1 of these rest" in page_html(page, "1")


def test_the_page_is_whole_and_loads_nothing() -> None:
    page, numbers = imaging_page(FOUND)
    html = page_html(page, "1")
    assert not re.findall(r'(?:src|href)="(?!data:|#)', html)
    assert html.count("<figure>") == len(FOUND["presets"]) + len(FOUND["artefacts"])
    assert not re.findall(r"[${]\w+}?", re.sub(r"<style>.*?</style>", "", html, flags=re.S))
    assert set(numbers) == set(FOUND) - {"presets", "artefacts"}


def test_a_missing_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attenuation, "installed", lambda name: None)
    page, _ = imaging_page(FOUND)
    assert "was not installed" in page_html(page, "1")
