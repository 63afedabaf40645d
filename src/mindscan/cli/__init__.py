"""The face of the terminal. Commands load what they need when they run, so `--help` is quick."""

from __future__ import annotations

import sys

from cyclopts import App, CycloptsError

from mindscan.core.errors import MindscanError

app = App(
    name="mindscan",
    help="Synthetic brain MRI with every voxel labelled, made from nothing but a seed and a plan.",
)
app.command("mindscan.cli.commands:make", help="Make a labelled data set (BIDS), or go on with one.")
app.command("mindscan.cli.commands:plan", help="Print the default plan with comments, to edit and use.")
app.command("mindscan.cli.commands:replay", help="Make one subject again from its recipe.")
app.command("mindscan.cli.commands:show", help="Draw a labelled montage of an image or a label map.")
app.command("mindscan.cli.commands:cite", help="Print the methods text and references of a data set.")


def main() -> None:
    """Run the command line; mistakes give one line and exit code 2, Ctrl-C gives 130."""
    try:
        app(exit_on_error=False, print_error=False)
    except (MindscanError, CycloptsError) as error:
        print(f"mindscan: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("mindscan: stopped; finished subjects are kept, the same command goes on", file=sys.stderr)
        sys.exit(130)
