"""Put trained weights into the package, with a card that says how they came to be.

    python scripts/ship_weights.py FOLDER...    folders of `mindscan train` whose training has ended

What real scans say of them (`make bench-real`) is told in docs/segment.md.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from safetensors import safe_open

from mindscan.learn.fit import CURVE, WEIGHTS
from mindscan.learn.training import Training
from mindscan.tasks.trained import WEIGHTS as SHIPPED

CARD = """# Weights: {task}

| | |
|---|---|
| trained on | {count} heads of seed {seed}, ages {ages} years, made by mindscan; no scan of a person |
| for | {steps:,} steps of {batch} view{plural}, {hours} hours on {device} |

What goes in and what comes out stands in the docstring of `mindscan.tasks.{task}`; how good it is on real
scans and on made heads that it never saw, in docs/segment.md.

{judged}

The whole record of the training, which `mindscan train {task} --plan` takes as TOML:

    {record}

Not for clinical use. {missing}
"""

HEALTHY = """People with tumours, strokes or operated brains were not among the heads, nor was anyone
younger than 6 years."""
SICK = """Tumours, strokes and blood were among the heads, see the record, but made ones; operated
brains were not, nor was anyone younger than 6 years."""

JUDGED = """While it was trained, the running mean of the weights was judged on {held_out} other made heads,
in random clothes: any contrast, resolution, mask and noise.

| step | {names} |
|---|{lines}|
{rows}"""

NO_STEPS = "All that it knows was learnt from the heads in closed form, before the first step."


def card(folder: Path) -> tuple[str, str]:
    """The name of the task of a training, and its card."""
    with safe_open(folder / WEIGHTS, "pt") as opened:
        about = opened.metadata()
    training = Training.parse(json.loads(about["training"]))
    steps = (folder / CURVE).read_text("utf-8").splitlines()[1:] if (folder / CURVE).exists() else []
    lines = [step.split("\t") for step in steps]
    judged = [
        (line[0], dict(pair.split("=") for pair in line[3].split())) for line in lines if line[3] != "n/a"
    ]
    text = CARD.format(
        task=about["task"],
        count=training.count,
        seed=training.seed,
        ages=training.heads.people.age_years.plain(),
        steps=int(about["steps"]),
        batch=training.batch,
        plural="" if training.batch == 1 else "s",
        hours=about["hours"],
        device=about["device"],
        judged=curve(judged, training.held_out) if judged else NO_STEPS,
        missing=SICK if training.heads.conditions else HEALTHY,
        record=json.dumps(training.model_dump(mode="json", exclude_defaults=True)),
    )
    return about["task"], text


def curve(judged: list[tuple[str, dict[str, str]]], held_out: int) -> str:
    """The first and the last judgements as a table."""
    names = list(judged[-1][1])
    shown = [judged[0], *judged[-2:]] if len(judged) > 2 else judged
    rows = [f"| {step} | {' | '.join(f'{float(s[n]):.2f}' for n in names)} |" for step, s in shown]
    lines = "|".join("---" for _ in names)
    return JUDGED.format(held_out=held_out, names=" | ".join(names), lines=lines, rows="\n".join(rows))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        task, text = card(Path(name))
        shutil.copyfile(Path(name) / WEIGHTS, SHIPPED / f"{task}.safetensors")
        (SHIPPED / f"{task}.md").write_text(text, encoding="utf-8")
        print(SHIPPED / f"{task}.md")
