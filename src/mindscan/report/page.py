"""The report of a data set: one page that needs nothing but itself."""

from __future__ import annotations

from html import escape
from pathlib import Path, PurePosixPath
from string import Template

from mindscan.dataset import layout
from mindscan.dataset.folder import disk_faults, partial, put, tidy
from mindscan.report.facts import Facts, counted, listed, read_facts
from mindscan.report.methods import methods_text
from mindscan.report.plots import MEASURES, SEXES, Measure, Point, plot, within_norm
from mindscan.report.settings import voxel_text
from mindscan.report.tables import legend, participants_table, settings_table
from mindscan.report.templates import document, text
from mindscan.report.wall import wall

REPORT = PurePosixPath("report.html")
"""Where the report lies in a data set."""

REPLAY = "mindscan replay {recipe} {out}"
"""The command that makes a subject again."""

_SOURCES = (
    "1000 Functional Connectomes measured with FreeSurfer (Biswal 2010, doi:10.1073/pnas.0911855107; "
    "Fischl 2012, doi:10.1016/j.neuroimage.2012.01.021; Buckner 2004, doi:10.1016/j.neuroimage.2004.06.018)"
)
_SHAPES = {
    "F": '<circle class="dot F" cx="7.5" cy="7.5" r="5"/>',
    "M": '<rect class="dot M" x="2.5" y="2.5" width="10" height="10"/>',
}


def write_report(root: str | Path) -> Path:
    """Write the report of a data set into its folder, in one step, and return its path.

    The page holds everything it shows: all subjects with their labels, their volumes against published
    norms, the scan settings, the labels, the participants, a methods text and how to make a subject
    again.

    Args:
        root: folder of a data set.

    Raises:
        FileError: the folder holds no data set, or a file in it is missing or damaged.
        FolderError: the page cannot be written.
    """
    root = Path(root)
    page = report_html(read_facts(root))
    with disk_faults(root):
        with partial(root, "report") as temporary:
            put(root, temporary, REPORT, page.encode())
        tidy(root)
    return root / REPORT


def report_html(facts: Facts) -> str:
    """The report as HTML.

    Raises:
        FileError: a file in the data set is missing or damaged.
    """
    title = f"Synthetic brain MRI: {facts.dataset.root.resolve().name}"
    body = Template(text("page.html")).substitute(
        title=escape(title),
        script=text("page.js"),
        mark=_mark(facts),
        lead=escape(_lead(facts)),
        stats=_stats(facts),
        wall_note=_wall_note(facts),
        wall=wall(facts),
        norm_sources=escape(_SOURCES),
        marked=facts.mark,
        plot_key=_plot_key(),
        plots="".join(_plot(measure, facts) for measure in MEASURES),
        scans=settings_table(facts.kinds),
        labels_note=escape(f"FreeSurfer ids, names and colours; also in {layout.LABEL_TABLE}."),
        labels=legend(facts.labels),
        participants=participants_table(facts.rows),
        methods=escape(methods_text(facts)),
        replay_note=_replay_note(facts),
        replay=escape(_replay(facts)),
        footer=escape(f"Made with mindscan {facts.made_by}. This page loads nothing from the network."),
    )
    return document(title, text("page.css"), facts.made_by, body, scripts=True)


def _mark(facts: Facts) -> str:
    """What is synthetic, in one line."""
    if facts.dataset.bases:
        return f"Synthetic, shaped from label maps: {', '.join(facts.dataset.bases)}"
    if not facts.real:
        return "Synthetic: none of these people exist, and nobody was scanned"
    total = len(facts.dataset)
    return f"{total - facts.real} of {counted(total, 'subject')} are synthetic; {facts.real} real"


def _lead(facts: Facts) -> str:
    """One paragraph: who, which scans, which truth, made by what."""
    if not facts.rows:
        return "This data set holds no finished subject yet."
    scans = listed([f"{kind.count} {kind.name}" for kind in facts.kinds]) or "no"
    noun = "scan" if sum(kind.count for kind in facts.kinds) == 1 else "scans"
    lead = f"{facts.subjects}: {facts.people()}. The data set holds {scans} {noun}."
    if facts.labels:
        lead += " Every voxel and every landmark is labelled exactly, because the labels came first."
    return lead + (f" mindscan {facts.made_by} made it from seed {facts.seed}." if facts.seed else "")


def _stats(facts: Facts) -> str:
    """The tiles below the lead."""
    voxels = [voxel for kind in facts.kinds for voxel in kind.values["Voxel"]]
    tiles = {
        "Subjects": str(len(facts.dataset.people)),
        **({"Sessions": str(len(facts.rows))} if facts.mark == "session" else {}),
        "Scans": str(sum(kind.count for kind in facts.kinds)),
        "Voxel": voxel_text(voxels) if voxels else "–",
        "Labels": str(len(facts.labels)),
        "Landmarks": str(len(facts.landmarks)),
        "Seed": facts.seed or "–",
        "mindscan": facts.made_by,
    }
    return "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in tiles.items())


def _wall_note(facts: Facts) -> str:
    first = escape(facts.kinds[0].name) if facts.kinds else "first"
    return (
        f"Axial, coronal and sagittal slice of the {first} scan, all at one scale. Radiological convention: "
        "the right of the person is on the left of axial and coronal slices."
    )


def _plot_key() -> str:
    names = {"F": "women", "M": "men"}
    marks = [f'<span><svg viewBox="0 0 15 15">{_SHAPES[sex]}</svg>{names[sex]}</span>' for sex in SEXES]
    hollow = '<circle class="dot ill F" cx="7.5" cy="7.5" r="5"/>'
    return "".join(marks) + f'<span><svg viewBox="0 0 15 15">{hollow}</svg>hollow: not healthy</span>'


def _plot(measure: Measure, facts: Facts) -> str:
    """One figure with its heading and how many subjects lie inside the band."""
    points = []
    for entry, row in zip(facts.dataset.entries, facts.rows, strict=True):
        value, person = row[measure.column], entry.person
        if isinstance(value, float):
            healthy = person.diagnosis == "healthy"
            points.append(Point(str(row["participant_id"]), person.sex, person.age_years, value, healthy))
    inside, known = within_norm(measure, points)
    told = (
        f"{inside} of {known} healthy {facts.mark}s lie in their band."
        if known
        else f"No healthy {facts.mark} to compare."
    )
    return (
        f'<figure class="plot"><h3>{measure.title} <small>mL</small></h3>'
        f"<p>{told} {escape(measure.note)}</p>{plot(measure, points)}</figure>"
    )


def _recipe(facts: Facts) -> PurePosixPath | None:
    """The recipe of the first subject that has one."""
    made = (entry.id for entry in facts.dataset.entries if entry.card.kind == "recipe")
    return next((layout.recipe(subject) for subject in made), None)


def _replay_note(facts: Facts) -> str:
    if _recipe(facts) is None:
        return "No subject of this data set was made from a recipe."
    return (
        f"Everything about a subject follows from its recipe. mindscan {escape(facts.made_by)} makes the "
        "same subject from it again, to the last bit on a machine like this one; change a number in it to "
        "ask what if."
    )


def _replay(facts: Facts) -> str:
    """The command for the first subject that has a recipe."""
    recipe = _recipe(facts)
    command = "" if recipe is None else REPLAY.format(recipe=recipe, out="../again")
    return f"# in the folder of this data set\n{command}" if command else ""
