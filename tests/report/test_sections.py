import re

from mindscan.report.sections import Head, Section, sections_html

HEAD = Head("ears & co", "Are <ears> round?", "1 of 2", "See <b>below</b>.", "<code>mindscan ears</code>")


def test_every_section_has_its_link_and_its_heading() -> None:
    parts = [
        Section("one", "First", "The <first>", ["<p>a</p>", "<p>b</p>"]),
        Section("two", "Next", "B", []),
    ]
    html = sections_html(HEAD, parts, ".ear { color: red; }", "1.2")
    assert re.findall('<a href="#(\\w+)">([^<]*)</a>', html) == [("one", "First"), ("two", "Next")]
    assert '<h2 id="one-title">The &lt;first&gt;</h2>\n<p>a</p>\n<p>b</p>\n</section>' in html
    assert html.index(":root") < html.index(".ear {") < html.index("</style>")
    assert "$" not in html


def test_words_are_escaped_where_they_are_not_html() -> None:
    html = sections_html(HEAD, [], "", "1.2")
    assert "ears &amp; co" in html
    assert "<h1>Are &lt;ears&gt; round?</h1>" in html
    assert "See <b>below</b>." in html
    assert "by <code>mindscan ears</code>. This page loads nothing" in html
