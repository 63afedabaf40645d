"""Count anew where structures usually are, for a segmenter that goes on learning on another anatomy.

    python scripts/recount.py PLAN.toml WEIGHTS OUT.safetensors

The atlas of a segmenter is counted in the heads of its first training and stays. When heads have changed
since, count it in those of the plan that is to follow, and give what is written to
`mindscan train segmenter --init`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from safetensors import safe_open

from mindscan.core.errors import MindscanError
from mindscan.learn.fit import Views
from mindscan.learn.training import Training
from mindscan.learn.weights import read_weights, write_weights
from mindscan.tasks.segmenter import Guided, Segmenter


def main(plan: Path, weights: Path, out: Path) -> None:
    """Read, count and write."""
    task = Segmenter()
    views = Views(task, Training.read(plan))
    network, fresh = task.network(), task.network()
    assert isinstance(network, Guided)
    assert isinstance(fresh, Guided)
    read_weights(weights, network, task.name)
    with safe_open(weights, "pt") as opened:
        about = opened.metadata()
    task.begin(fresh, map(views.head, range(1, 1 + views.training.count)))
    network.usual.copy_(fresh.usual)
    write_weights(out, network.state_dict(), about)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("plan", "weights", "out"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    if given.out.exists():
        parser.error(f"{given.out} exists; expected a new file; choose another")
    try:
        main(**vars(given))
    except MindscanError as error:
        parser.exit(2, f"{error}\n")
