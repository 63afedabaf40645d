"""What all pages begin with."""

from mindscan.report.templates import document, text


def test_scripts_run_only_where_they_are_asked_for() -> None:
    still, lively = (document("a & b", "p {}", "1.2", "<p>c</p>", scripts) for scripts in (False, True))
    assert "script-src" not in still
    assert still == lively.replace("; script-src 'unsafe-inline'", "")
    assert "<title>a &amp; b</title>\n<style>\np {}\n</style>" in still
    assert "<body>\n<p>c</p>\n</body>\n</html>\n" in still


def test_files_come_without_space_around() -> None:
    assert text("document.html").startswith("<!doctype html>")
    assert text("document.html").endswith("</html>")
