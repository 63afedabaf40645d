"""Arachnoid cyst: a pouch of fluid between skull and brain, which gives way to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.conditions.condition import Calm, Illness, Trial, along, scaled
from mindscan.anatomy.distance import Point
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.structure import Frame
from mindscan.anatomy.survey import PARENCHYMA, Survey, blob, ids_of
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

Site = Literal["middle-fossa", "retrocerebellar", "convexity", "cerebellopontine"]
_SITES: dict[Site, float] = {
    "middle-fossa": 0.34,
    "retrocerebellar": 0.33,
    "convexity": 0.14,
    "cerebellopontine": 0.19,
}
"""Shares among 661 adults: Al-Holou et al. 2013, doi:10.3171/2012.10.JNS12548; the last stands for all the
others."""
_LEFT = 0.7
"""Share of those of the middle fossa that lie on the left (likewise); elsewhere half."""
_GALASSI_ML = (12.0, 50.0)
"""Volumes from which a cyst of the middle fossa is of type II and III: Galassi et al. 1982 described them in
words (the front of the fossa; along the Sylvian fissure; all of the fossa), the volumes are own choices."""
_MIDDLE_FOSSA: tuple[Point, ...] = ((36, 22, -34), (50, 18, -20), (63, -2, -17))
_MIDDLE: dict[Site, Point] = {
    "middle-fossa": _MIDDLE_FOSSA[0],
    "retrocerebellar": (10, -86, -43),
    "convexity": (45, 18, 50),
    "cerebellopontine": (34, -37, -38),
}
"""Where on the right, 3 mm below the skull, template mm; in the middle fossa by type."""
_VOLUMES_ML: dict[Site, tuple[float, float]] = {
    "middle-fossa": (2, 110),
    "retrocerebellar": (2, 45),
    "convexity": (2, 50),
    "cerebellopontine": (0.6, 12),
}
"""Volumes drawn at severity 0 and 1: own choice."""
_INSIDE = 0.6
"""Share of a ball around such a place that lies in the skull: own choice."""
_STRETCHED = {"cerebrum": (0.58, 0.14), "cerebellum": (0.66, 0.08)}
"""Shares of the volume that the flow leaves as stretched cortex and white matter, which the cyst takes; the
brain gets as much more elsewhere, so that it keeps its volume: own choices."""
_ROOM = 1.2
"""The ball is drawn larger by this factor, so that it can be fitted where the skull takes more of it."""
_CORE, _WALL_MM, _GAIN = 0.5, 4.0, 1.5
"""Radius below which the flow slackens, over that of the ball; the depth over which the skull holds it; and
how much more it carries than the ball holds, which makes up for both: own choices."""


class CystSize(Illness):
    """Where and how large.

    Args:
        severity: from just above 0 to 1.
        site: middle-fossa, retrocerebellar, convexity or cerebellopontine.
        side: L or R.
        centre_mm: where it lies at the skull, on the template.
        volume_ml: volume of the fluid.
    """

    condition: Literal["arachnoid-cyst"] = "arachnoid-cyst"
    site: Site
    side: Literal["L", "R"]
    centre_mm: tuple[Rounded, Rounded, Rounded]
    volume_ml: Annotated[Rounded, Limits(gt=0, le=150)]


class Cyst(Calm):
    """Fluid outside of the brain; the skull stays as it is."""

    name = "arachnoid-cyst"
    about = "Fluid between skull and brain by volume, most often in the middle fossa; the brain gives way"
    sources = ("Al-Holou et al. 2013, doi:10.3171/2012.10.JNS12548 (how often, where)",)
    record = CystSize

    def draw(self, key: Key, person: Person, severity: float) -> CystSize:
        """The volume goes with the severity."""
        rng = key.rng()
        site = list(_SITES)[int(rng.choice(len(_SITES), p=list(_SITES.values())))]
        low, high = _VOLUMES_ML[site]
        ml = low * (high / low) ** severity * float(np.exp(0.15 * np.clip(rng.normal(), -2, 2)))
        side: Literal["L", "R"] = "L" if rng.random() < (_LEFT if site == "middle-fossa" else 0.5) else "R"
        return CystSize(
            severity=severity, site=site, side=side, centre_mm=_place(site, side, ml), volume_ml=ml
        )

    def follow(self, usual: CystSize, params: CystSize, given: Collection[str]) -> CystSize:
        """The middle goes to site, side and volume."""
        return along(params, given, {"centre_mm": _place(params.site, params.side, params.volume_ml)})

    def shape(self, params: CystSize, anatomy: Anatomy, trial: Trial) -> Anatomy:
        """Brain in place of what the cyst takes."""
        part = "cerebrum" if params.site in ("middle-fossa", "convexity") else "cerebellum"
        size, (cortex, white) = getattr(anatomy, part), _STRETCHED[part]
        factors = {
            f"{part}.cortex_ml": 1 + cortex * params.volume_ml / size.cortex_ml,
            f"{part}.white_ml": 1 + white * params.volume_ml / size.white_ml,
        }
        return scaled(anatomy, factors)

    def push(self, params: CystSize, key: Key, frame: Frame, velocity: Tensor) -> Tensor:
        """The flow that makes room for the ball and keeps the volume of all else."""
        nodes = frame.lattice.nodes()
        gap = nodes - torch.tensor(params.centre_mm, device=nodes.device)
        far, radius = gap.norm(dim=1), _radius_mm(params.volume_ml) / frame.scale
        depth = -frame.template.fields["hull"].at(nodes)[0]
        held = 1 - torch.exp(-(depth.clamp(min=0) / _WALL_MM).square())
        strength = _GAIN * radius**3 / (3 * (far**3 + (_CORE * radius) ** 3)) * held
        inwards: Tensor = -(gap * strength[:, None]).T.reshape(velocity.shape)
        return inwards

    def lesions(self, params: CystSize, key: Key, survey: Survey) -> list[Lesion]:
        """One, of what the push has left in its place."""
        radius = _ROOM * _radius_mm(params.volume_ml)
        middle = np.array(params.centre_mm)
        level = blob(middle, (radius, radius), np.array([0, 0, 1]), survey.scale, key / "bumps", rough=0.05)
        grade: str = params.site
        if params.site == "middle-fossa":
            grade = f"galassi-{_galassi(params.volume_ml)}"
        return [
            Lesion(
                self.name,
                ids_of("Arachnoid-Cyst")[0],
                level,
                ids_of("CSF", *PARENCHYMA),
                params.volume_ml,
                grade,
            )
        ]

    def columns(self, params: CystSize) -> Mapping[str, Any]:
        """Site and volume."""
        return {"cyst_site": f"{params.side}-{params.site}", "cyst_ml": params.volume_ml}


def _place(site: Site, side: str, ml: float) -> Point:
    """Where a cyst lies at the skull, template mm."""
    x, y, z = _MIDDLE_FOSSA[_galassi(ml) - 1] if site == "middle-fossa" else _MIDDLE[site]
    return (x if side == "R" else -x), y, z


def _galassi(ml: float) -> int:
    """Type I, II or III."""
    return 1 + sum(ml >= least for least in _GALASSI_ML)


def _radius_mm(ml: float) -> float:
    """Radius of a ball of which as much lies in the skull."""
    return float((ml / _INSIDE * 1000 * 3 / 4 / np.pi) ** (1 / 3))
