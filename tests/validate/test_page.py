import re

from mindscan.report.plots import Point
from mindscan.validate import evidence
from mindscan.validate.evidence import Sizes
from mindscan.validate.measures import MEASURES
from mindscan.validate.page import Picture, page_html, table
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
    claims = evidence.claims(numbers)
    said = [{"claim": c.name, "found": c.found, "holds": c.holds} for c in claims]
    points = {measure.name: [Point("sub-1", "F", 40.0, 1.0, True)] for measure in MEASURES}
    picture = Picture("8 years & more", "data:image/png;base64,AAAA")
    html = page_html({**numbers, "claims": said}, points, [picture], [picture])
    assert all(claim.name in html for claim in claims)
    assert html.count("<svg") == len(MEASURES)
    assert "CSF | Putamen" in html
    assert "8 years &amp; more" in html
    assert not re.findall(r'(?:src|href)="(?!data:|#)', html)
    assert "$" not in html


def test_cells() -> None:
    html = table(("a",), [[None], [False], [1234], [0.12345], ["<b>"]])
    assert re.findall("<td[^>]*>([^<]*)</td>", html) == ["–", "no", "1,234", "0.123", "&lt;b&gt;"]
