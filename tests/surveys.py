"""Small heads to find places in."""

import functools

import numpy as np

from mindscan.anatomy.survey import Survey
from mindscan.core.labels import BY_NAME, both_sides


@functools.cache
def survey() -> Survey:
    """A ball of white matter in a shell of cortex, ventricles in it, a brainstem below it."""
    axes = [2.0 * np.arange(n) - n + 1 for n in (80, 80, 80)]
    nodes = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
    radius = np.linalg.norm(nodes, axis=-1)
    right = nodes[..., 0] > 0
    labels = np.zeros(radius.shape, np.int16)
    for name, inside in (
        ("Cerebral-Cortex", radius < 66),
        ("Cerebral-White-Matter", radius < 62),
        ("Lateral-Ventricle", np.linalg.norm(nodes / (1.2, 2, 1), axis=-1) < 12),
    ):
        left_id, right_id = both_sides(name)
        labels[inside & right], labels[inside & ~right] = right_id, left_id
    labels[np.linalg.norm(nodes - (0, 0, -48), axis=-1) < 10] = BY_NAME["Brain-Stem"].id
    first = tuple(float(axis[0]) for axis in axes)
    return Survey(labels, nodes, (first[0], first[1], first[2]), 1.0)
