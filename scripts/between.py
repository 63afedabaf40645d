"""Weights of a segmenter half way between those before and after further learning.

    python scripts/between.py BEFORE.safetensors AFTER.safetensors OUT.safetensors

A network that learns a little on another anatomy forgets some of what it knew of rarer views, such as whole
heads in coarse voxels; half way it keeps most of both.

Reference: Wortsman et al. 2022, arXiv 2109.01903 (weights averaged before and after fine-tuning).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from safetensors import safe_open

from mindscan.learn.weights import read_weights, write_weights
from mindscan.tasks.segmenter import Segmenter


def main(before: Path, after: Path, out: Path) -> None:
    """Read both, take the mean of every tensor, write it with what is known of the second."""
    old, new = Segmenter().network(), Segmenter().network()
    for path, network in ((before, old), (after, new)):
        read_weights(path, network, Segmenter.name)
    with safe_open(after, "pt") as opened:
        about = opened.metadata()
    other = old.state_dict()
    write_weights(out, {name: (one + other[name]) / 2 for name, one in new.state_dict().items()}, about)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("before", "after", "out"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    if given.out.exists():
        parser.error(f"{given.out} exists; expected a new file; choose another")
    main(**vars(given))
