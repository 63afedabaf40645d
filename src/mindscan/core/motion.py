"""How somebody's head has changed since the first session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from mindscan.core.lesions import LesionChange
from mindscan.core.volume import Affine


class Change(NamedTuple):
    """What one structure, or several together, have gained.

    Args:
        name: of the structure.
        asked: prescribed gain as a share of the first volume, negative for a loss.
        first_ml: volume in the first session.
        now_ml: volume in this session.
    """

    name: str
    asked: float
    first_ml: float
    now_ml: float


@dataclass(frozen=True)
class Motion:
    """What carries every place of a later session to where it lay in the first one, and what has changed.

    Args:
        vectors: to be added to a place, world mm (RAS+), float32, shape (3, i, j, k); trilinear in between
            and nothing beyond, which is exact.
        affine: 4 x 4, from the index of a vector to world mm of the later session.
        since: name of the first session, such as "01".
        changes: of all structures whose change is prescribed.
        lesions: what has become of every lesion that there is or was.
    """

    vectors: Tensor
    affine: Affine
    since: str
    changes: tuple[Change, ...]
    lesions: tuple[LesionChange, ...] = ()
