"""Where the small arteries of the brain end and how they run: the ground of small-vessel disease."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from mindscan.anatomy.distance import Point
from mindscan.anatomy.survey import Array, Survey, ids_of
from mindscan.core.key import Key

Site = Literal["basal-ganglia", "thalamus", "centrum-semiovale", "pons", "cerebellum", "lobar"]
_NUCLEI = ("Caudate", "Putamen", "Pallidum")
_HOSTS: dict[Site, tuple[str, ...]] = {
    "basal-ganglia": (*_NUCLEI, "Cerebral-White-Matter"),
    "thalamus": ("Thalamus", "Cerebral-White-Matter"),
    "centrum-semiovale": ("Cerebral-White-Matter",),
    "pons": ("Brain-Stem",),
    "cerebellum": ("Cerebellum-White-Matter", "Cerebellum-Cortex"),
    "lobar": ("Cerebral-Cortex", "Cerebral-White-Matter"),
}
_ROOTS: dict[Site, Point] = {
    "basal-ganglia": (18, 4, -22),
    "thalamus": (3, -18, -14),
    "pons": (0, -8, -32),
}
"""Where the arteries of a site come from on the right, template mm: the anterior perforated substance, the
tip and the trunk of the basilar artery."""
_CAPSULE = 0.3
"""How much rarer lesions are in the internal and the external capsule than in the nuclei: own choice."""
_BEHIND_MM, _AHEAD = -45.0, 0.5
"""How much rarer lobar lesions are in front of this, template y: amyloid angiopathy is worst in the
occipital lobe (Rosand et al. 2005); the numbers are own choices."""
_ABOVE_MM = 20.0
"""The centrum semiovale begins here, about where the bodies of the lateral ventricles end, template z."""


def hosts(site: Site) -> tuple[int, ...]:
    """Label ids of what a site consists of."""
    return ids_of(*_HOSTS[site])


def ground(survey: Survey, site: Site) -> Array:
    """Where a site is: 1 at its nodes, less beside them, 0 elsewhere, shape (i, j, k).

    Borders are own choices.
    """
    x, y, z = (survey.template[..., axis] for axis in range(3))
    white, x = survey.mask("Cerebral-White-Matter"), np.abs(x)
    found: Any
    if site == "basal-ganglia":
        capsule = white & (x > 10) & (x < 32) & (np.abs(y) < 22) & (np.abs(z - 6) < 16)
        capsule &= (survey.to_cortex > 3) & (survey.to_ventricle > 1)
        found = survey.mask(*_NUCLEI) + _CAPSULE * capsule
    elif site == "centrum-semiovale":
        found = white & (z > _ABOVE_MM) & (survey.to_cortex > 3) & (survey.to_ventricle > 4)
    elif site == "pons":
        found = survey.mask("Brain-Stem") & (x < 14) & (np.abs(y + 26) < 8) & (np.abs(z + 33) < 11)
    elif site == "lobar":
        near = (np.abs(survey.to_cortex) < 4) & (survey.to_ventricle > 8)
        found = survey.mask(*_HOSTS[site]) * near * np.where(y < _BEHIND_MM, 1.0, _AHEAD)
    else:
        found = survey.mask(_HOSTS[site][0])
    return np.asarray(found, np.float64)


def placed(
    survey: Survey, shares: Mapping[Site, float], radii_mm: Sequence[float], key: Key
) -> Iterator[tuple[Site, Array]]:
    """Site and place of one lesion after the other, none where an earlier one lies, until all is full.

    Args:
        shares: how many of a hundred, or of one, lie in a site.
        radii_mm: within what distance of each no later one may lie.
    """
    grounds = {site: ground(survey, site) for site in shares}
    weight = sum(share * grounds[site] / max(grounds[site].sum(), 1) for site, share in shares.items())
    scatter = survey.scattered(np.asarray(weight, np.float64), key)
    for radius in radii_mm:
        place = scatter.take(radius)
        if place is None:
            return
        node = survey.index(place[None])
        yield max(shares, key=lambda site: float(grounds[site][node][0])), place


def course(survey: Survey, site: Site, place: Array) -> Array:
    """Direction of the arteries of a site at a place in template mm that no warp has moved; of length 1.

    They run from their root to the place; in the centrum semiovale from cortex to ventricle.
    """
    node = survey.index(place[None])
    away = survey.slope[node][0]
    if site in _ROOTS:
        here = survey.template[node][0]
        away = here - np.array(_ROOTS[site]) * (1 if here[0] > 0 else -1, 1, 1)
    found: Array = away / max(float(np.linalg.norm(away)), 1e-9)
    return found
