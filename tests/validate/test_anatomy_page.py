import re

from mindscan.report.plots import Point
from mindscan.validate import evidence
from mindscan.validate.anatomy_page import anatomy_page
from mindscan.validate.evidence import Sizes
from mindscan.validate.measures import MEASURES
from mindscan.validate.page import Picture, page_html
from validate.test_evidence import found, person


def test_the_page_says_it_all_and_loads_nothing() -> None:
    sizes = Sizes.of(person(n) for n in range(400))
    numbers = {
        "mindscan": "1.2",
        "seed": 5,
        "people_made": 400,
        "people_drawn": 2000,
        "medians": evidence.medians(sizes, sizes),
        "spreads": evidence.spreads(sizes),
        "spreads_drawn": evidence.spreads(sizes),
        "variety": evidence.variety([found(n) for n in range(3)]),
        "plausibility": evidence.plausibility([found(1, impossible={"CSF | Putamen": 3})]),
    }
    points = {measure.name: [Point("sub-1", "F", 40.0, 1.0, True)] for measure in MEASURES}
    picture = Picture("8 years & more", "data:image/png;base64,AAAA")
    page = anatomy_page(numbers, points, [picture], [picture])
    html = page_html(page, "1.2")
    assert all(claim.name in html for claim in page.claims)
    assert html.count("<svg") == len(MEASURES)
    assert "CSF | Putamen" in html
    assert "8 years &amp; more" in html
    assert not re.findall(r'(?:src|href)="(?!data:|#)', html)
    assert not re.findall(r"[${]\w+}?", re.sub(r"<style>.*?</style>", "", html, flags=re.S))
