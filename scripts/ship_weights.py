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
| judged on | {held_out} other made heads, in random clothes: any contrast, resolution, mask and noise |

What goes in and what comes out stands in the docstring of `mindscan.tasks.{task}`; how good it is on real
scans, in docs/segment.md. While it was trained, the running mean of the weights was judged so:

| step | {names} |
|---|{lines}|
{rows}

The whole record of the training, which `mindscan train {task} --plan` takes as TOML:

    {record}

Not for clinical use. People with tumours, strokes or operated brains were not among the heads, nor was anyone
younger than 6 years.
"""


def card(folder: Path) -> tuple[str, str]:
    """The name of the task of a training, and its card."""
    with safe_open(folder / WEIGHTS, "pt") as opened:
        about = opened.metadata()
    training = Training.parse(json.loads(about["training"]))
    lines = [line.split("\t") for line in (folder / CURVE).read_text("utf-8").splitlines()[1:]]
    judged = [
        (line[0], dict(pair.split("=") for pair in line[3].split())) for line in lines if line[3] != "n/a"
    ]
    names = list(judged[-1][1]) if judged else ["score"]
    shown = [judged[0], *judged[-2:]] if len(judged) > 2 else judged
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
        held_out=training.held_out,
        names=" | ".join(names),
        lines="|".join("---" for _ in names),
        rows="\n".join(
            f"| {step} | {' | '.join(f'{float(s[n]):.2f}' for n in names)} |" for step, s in shown
        ),
        record=json.dumps(training.model_dump(mode="json", exclude_defaults=True)),
    )
    return about["task"], text


if __name__ == "__main__":
    for name in sys.argv[1:]:
        task, text = card(Path(name))
        shutil.copyfile(Path(name) / WEIGHTS, SHIPPED / f"{task}.safetensors")
        (SHIPPED / f"{task}.md").write_text(text, encoding="utf-8")
        print(SHIPPED / f"{task}.md")
