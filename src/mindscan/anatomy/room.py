"""Flow in a closed room: what swells pushes, what shrinks pulls, and the wall stays where it is.

The flow is the gradient of a potential whose Laplacian is what every place gains; nothing passes the wall.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage, sparse
from scipy.sparse.linalg import cg

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_TOLERANCE = 2e-3
_MOST_STEPS = 500


@dataclass(frozen=True)
class Room:
    """Nodes of a lattice that something may flow through.

    Args:
        nodes: which they are, bool, shape (i, j, k).
        step_mm: distance between nodes.
    """

    nodes: Mask
    step_mm: float

    @staticmethod
    def within(inside: Mask, step_mm: float) -> Room:
        """The nodes that have no node outside beside or across from them, so that no cell with one flows."""
        return Room(ndimage.binary_erosion(inside, np.ones((3, 3, 3), bool)), step_mm)

    @functools.cached_property
    def _matrix(self) -> tuple[sparse.csr_matrix, Floats]:
        """Minus the Laplacian times the squared step, and the number of neighbours of every node."""
        number = np.full(self.nodes.shape, -1)
        number[self.nodes] = np.arange(np.count_nonzero(self.nodes))
        pairs = []
        for axis in range(3):
            rows = np.moveaxis(number, axis, 0)
            both = (rows[1:] >= 0) & (rows[:-1] >= 0)
            pairs.append((rows[1:][both], rows[:-1][both]))
        first, second = (np.concatenate(part) for part in zip(*pairs, strict=True))
        count = int(number.max()) + 1
        ones = np.ones(len(first), np.float32)
        beside = sparse.coo_matrix((ones, (first, second)), shape=(count, count)).tocsr()
        beside = beside + beside.T
        neighbours = np.asarray(beside.sum(1), np.float32).ravel()
        return (sparse.diags(neighbours) - beside).tocsr().astype(np.float32), neighbours

    def potential(self, gain: Floats, start: Floats) -> Floats:
        """The potential whose flow gives every node its gain.

        Args:
            gain: divergence at every node, of sum zero, shape (n,).
            start: a first guess, such as the potential of a similar gain.
        """
        matrix, neighbours = self._matrix
        scaled = sparse.diags(1 / neighbours.clip(1))
        found, _ = cg(
            matrix, -gain * self.step_mm**2, x0=start, rtol=_TOLERANCE, maxiter=_MOST_STEPS, M=scaled
        )
        return np.asarray(found, np.float32)

    def flow(self, potential: Floats) -> Floats:
        """Its gradient at every node of the lattice, shape (3, i, j, k); zero outside the room."""
        whole = np.zeros(self.nodes.shape, np.float32)
        whole[self.nodes] = potential
        flow = np.zeros((3, *whole.shape), np.float32)
        for axis in range(3):
            free = np.moveaxis(self.nodes, axis, 0)
            steps = np.diff(np.moveaxis(whole, axis, 0), axis=0)
            half = np.where(free[1:] & free[:-1], steps / np.float32(2 * self.step_mm), 0)
            here = np.moveaxis(flow[axis], axis, 0)
            here[1:] += half
            here[:-1] += half
        return flow
