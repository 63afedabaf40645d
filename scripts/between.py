"""Weights of a segmenter half way between two others.

    python scripts/between.py ONE.safetensors OTHER.safetensors OUT.safetensors

A network that learns a little on another anatomy forgets some of what it knew of rarer views, such as whole
heads in coarse voxels; half way between before and after it keeps most of both. And two that began alike and
learnt side by side from other heads are together better than either.

References: Wortsman et al. 2022, arXiv 2109.01903 (weights averaged before and after fine-tuning); Wortsman
et al. 2022, arXiv 2203.05482 (of several that were fine-tuned from the same).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from safetensors import safe_open

from mindscan.core.errors import MindscanError
from mindscan.learn.weights import read_weights, write_weights
from mindscan.tasks.segmenter import Segmenter


def main(one: Path, other: Path, out: Path) -> None:
    """Read both, take the mean of every tensor, write it with what is known of the second."""
    networks = Segmenter().network(), Segmenter().network()
    for path, network in zip((one, other), networks, strict=True):
        read_weights(path, network, Segmenter.name)
    with safe_open(other, "pt") as opened:
        about = opened.metadata()
    first, second = (network.state_dict() for network in networks)
    write_weights(out, {name: (first[name] + weights) / 2 for name, weights in second.items()}, about)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("one", "other", "out"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    if given.out.exists():
        parser.error(f"{given.out} exists; expected a new file; choose another")
    try:
        main(**vars(given))
    except MindscanError as error:
        parser.exit(2, f"{error}\n")
