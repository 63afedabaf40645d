"""What the pages begin with, and the files that they are put together from."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from string import Template


def text(name: str) -> str:
    """A file that lies beside the code of the pages."""
    return files("mindscan.report").joinpath(name).read_text(encoding="utf-8").strip()


def document(title: str, style: str, version: str, body: str, scripts: bool = False) -> str:
    """A page that needs nothing but itself and may load nothing.

    Args:
        title: in plain words.
        style: CSS.
        version: of mindscan.
        body: HTML.
        scripts: whether scripts in the body may run.
    """
    return (
        Template(text("document.html")).substitute(
            title=escape(title),
            style=style,
            version=escape(version),
            body=body,
            scripts="; script-src 'unsafe-inline'" if scripts else "",
        )
        + "\n"
    )
