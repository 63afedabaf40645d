"""The face of the terminal. Commands load what they need when they run, so `--help` is quick."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from mindscan.core.errors import MindscanError

app = App(
    name="mindscan",
    help="Synthetic brain MRI with every voxel labelled, made from nothing but a seed and a plan.",
    suppress_keyboard_interrupt=False,
    result_action="return_value",
)
app.command("mindscan.cli.commands:make", help="Make a labelled data set (BIDS), or go on with one.")
app.command("mindscan.cli.commands:plan", help="Print the default plan with comments, or check one.")
app.command("mindscan.cli.commands:presets", help="List the scans that can be asked for by name.")
app.command("mindscan.cli.commands:conditions", help="List the conditions that people can have.")
app.command("mindscan.cli.commands:replay", help="Make one subject again from its recipe.")
app.command("mindscan.cli.commands:show", help="Draw a labelled montage of an image or a label map.")
app.command("mindscan.cli.commands:slices", help="Cut scans into upright pictures with masks.")
app.command("mindscan.cli.catalogue:index", help="Make the tables of a data set, or bring them up to date.")
app.command("mindscan.cli.catalogue:ask_dataset", name="query", help="Ask a data set in SQL.")
app.command("mindscan.cli.subsets:select", help="Take part of a data set as one of its own, by links.")
app.command("mindscan.cli.subsets:split", help="Divide subjects into parts for training and tests.")
app.command("mindscan.cli.subsets:apart", help="Make sure that two data sets share nobody.")
app.command("mindscan.cli.commands:cite", help="Print the methods text and references of a data set.")
app.command("mindscan.cli.shelving:ingest", help="Take scans from elsewhere in, as a BIDS data set.")
app.command("mindscan.cli.networks:segment", help="Tell apart the structures of the brain in scans.")
app.command("mindscan.cli.networks:strip", help="Take the skull away from scans.")
app.command("mindscan.cli.networks:landmarks", help="Find anatomical landmarks in scans.")
app.command("mindscan.cli.networks:train", help="Train a network on made heads.")
app.command("mindscan.cli.preparing:prepare", help="Make scans of a data set ready to learn from.")
validation = App(name="validate", help="Show with numbers and pictures that what is made is right.")
validation.command(
    "mindscan.cli.commands:validate_anatomy",
    name="anatomy",
    help="Make people, measure them, write a page.",
)
validation.command(
    "mindscan.cli.commands:validate_imaging",
    name="imaging",
    help="Measure what scanners make, write a page.",
)
validation.command(
    "mindscan.cli.commands:validate_conditions",
    name="conditions",
    help="Measure people with conditions, write a page.",
)
app.command(validation)
out = App(name="export", help="Give a data set the form that other programs want.")
out.command(
    "mindscan.cli.commands:export_dicom", name="dicom", help="DICOM series of scans, with segmentations."
)
out.command(
    "mindscan.cli.subsets:export_nrrd", name="nrrd", help="NRRD, .seg.nrrd and .mrk.json, for 3D Slicer."
)
app.command(out)
elsewhere = App(name="fetch", help="Load data sets from elsewhere.")
elsewhere.command("mindscan.cli.catalogue:fetch_openneuro", name="openneuro", help="A data set of OpenNeuro.")
app.command(elsewhere)
own = App(name="assets", help="Turn label maps of your own into base anatomies.")
own.command("mindscan.cli.commands:assets_add", name="add", help="Add a label map as a base anatomy.")
own.command("mindscan.cli.commands:assets_list", name="list", help="List the label maps that were added.")
own.command("mindscan.cli.commands:assets_remove", name="remove", help="Remove one of them.")
app.command(own)


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line; mistakes give one line and exit code 2, Ctrl-C gives 130.

    Args:
        words: what was typed after the name of the program; those of this process when None.
    """
    try:
        app(sys.argv[1:] if words is None else words, exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output has gone, as with `mindscan plan | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except MindscanError as error:
        _say(str(error))
        sys.exit(2)
    except CycloptsError as error:
        command = " ".join(["mindscan", *(error.command_chain or ())])
        _say(f"{str(error).rstrip('.')}; see `{command} --help`")
        sys.exit(2)
    except OSError as error:
        _say(f"{error.filename or 'the system'}: {error.strerror or error}")
        sys.exit(2)
    except KeyboardInterrupt:
        _say("stopped; finished subjects are kept, the same command goes on")
        sys.exit(130)


def _say(message: str) -> None:
    print(f"mindscan: {' '.join(message.split())}", file=sys.stderr)
