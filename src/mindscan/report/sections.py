"""A page of sections under a bar of links: one file that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from string import Template

from mindscan.report.templates import document, text


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Args:
        name: of its anchor.
        short: what the bar of navigation says.
        title: its heading.
        parts: HTML, one after the other.
    """

    name: str
    short: str
    title: str
    parts: Sequence[str]


@dataclass(frozen=True)
class Head:
    """What stands above the sections, and below.

    Args:
        eyebrow: whose page it is.
        title: what it is about.
        mark: the verdict, in a few words.
        lead: what was done and how to read it; HTML.
        made: the command that makes the page, and where its numbers are; HTML.
    """

    eyebrow: str
    title: str
    mark: str
    lead: str
    made: str


def sections_html(head: Head, sections: Sequence[Section], style: str, version: str) -> str:
    """The page as HTML.

    Args:
        head: what stands around the sections.
        sections: one after the other.
        style: CSS besides that of all pages.
        version: of mindscan.
    """
    body = Template(text("sections.html")).substitute(
        version=escape(version),
        eyebrow=escape(head.eyebrow),
        title=escape(head.title),
        mark=escape(head.mark),
        lead=head.lead,
        links="\n".join(f'<a href="#{one.name}">{escape(one.short)}</a>' for one in sections),
        sections="\n".join(_html(one) for one in sections),
        made=head.made,
    )
    return document(head.title, f"{text('page.css')}\n{style.strip()}", version, body)


def _html(section: Section) -> str:
    return (
        f'<section id="{section.name}" aria-labelledby="{section.name}-title">\n'
        f'<h2 id="{section.name}-title">{escape(section.title)}</h2>\n'
        + "\n".join(section.parts)
        + "\n</section>\n"
    )
