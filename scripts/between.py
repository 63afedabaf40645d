"""Weights half way between those before and after further learning.

    python scripts/between.py BEFORE.safetensors AFTER.safetensors OUT.safetensors

A network that learns a little on another anatomy forgets some of what it knew of rarer views, such as whole
heads in coarse voxels; half way it keeps most of both.

Reference: Wortsman et al. 2022, arXiv 2109.01903 (weights averaged before and after fine-tuning).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import load_file

from mindscan.learn.weights import write_weights


def main(before: Path, after: Path, out: Path) -> None:
    """Read both, take the mean of every tensor, write it with what is known of the second."""
    old, new = load_file(before), load_file(after)
    with safe_open(after, "pt") as opened:
        about = opened.metadata()
    write_weights(out, {name: (old[name].float() + new[name].float()) / 2 for name in new}, about)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("before", "after", "out"):
        parser.add_argument(name, type=Path)
    main(**vars(parser.parse_args()))
