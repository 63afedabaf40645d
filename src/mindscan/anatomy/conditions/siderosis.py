"""Superficial siderosis: haemosiderin in the outermost rim of brain, in sulci or below the tentorium."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field as Limits
from scipy import ndimage

from mindscan.anatomy.conditions.condition import Calm, Illness, along
from mindscan.anatomy.distance import Point
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.structure import EDGE_MM
from mindscan.anatomy.survey import PARENCHYMA, STEP_MM, Array, Closer, Mask, Survey, ids_of
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

Form = Literal["cortical", "infratentorial"]
_CORTICAL = 0.64
"""How often it is above the tentorium only: Arion et al. 2011, Journal of Neuroradiology 38:223, 16 of 25."""
_FOCAL, _MOST = 3, 20
"""Up to so many sulci are called focal, the usual border; most of 10 were: Cerebrovascular Diseases 41:156.
The largest number is an own choice."""
_WORST = 12.0
"""Sulci at the worst severity (own choice)."""
_HALF_MM = (8.0, 15.0)
"""Half the length of the stretch of a sulcus that is lined (own choice)."""
_APART_MM, _BURIED_MM, _CLOSED_MM, _ABOVE_MM, _ASIDE_MM = 22.0, 3.0, 8.0, 16.0, 22.0
"""Sulci are so far apart, lie so deep under the hull of the brain, which closes gaps of twice 8 mm, and are
those of the convexity: so high and so far aside, template mm (own choices)."""
_VERMIS: Point = (0, -58, -8)
"""Top of the superior vermis, template mm."""
_REACH_MM = (25.0, 52.0)
"""How far it reaches from there at the least severity and the worst (own choice)."""
_CEREBRUM_MM, _PATCHES_MM, _PATCH_MM = 35.0, 5.0, 14.0
"""The cerebrum counts as so much farther away, but for its fissures; how ragged the border is, and how wide
its patches are (own choices)."""
_THIN_MM, _THICKER_MM, _THICK_SD_MM = 0.9, 0.2, 0.1
"""How thick the rim is at the least severity, how much more at the worst, and the spread (own choices)."""
_NEAR_MM, _FAR_MM = 4.0, 8.0
"""So far beyond its end is looked at closely; a level that no lesion reaches."""
_OPEN, _SURFACE = 0.4, (0.12, 0.85)
"""Furrows, where less than this share of what lies around is fluid, are spared but for their mouths; shares
of fluid around the surface (own choices)."""
_HOSTS: dict[Form, tuple[str, ...]] = {
    "cortical": ("Cerebral-Cortex",),
    "infratentorial": ("Cerebellum-Cortex", "Brain-Stem", "Cerebral-Cortex"),
}


class SiderosisSize(Illness):
    """Where it is, how far it goes and how thick it is; the volume follows.

    Args:
        severity: from just above 0 to 1.
        form: cortical (sulci of the convexity) or infratentorial (from the superior vermis over cerebellum
            and brainstem to the fissures of the cerebrum).
        sulci: how many are lined in the cortical form, 1 to 20, up to 3 focal, from 4 on disseminated; 0 in
            the other.
        reach_mm: how far from the superior vermis the infratentorial form goes, 20 to 90, 0 in the other.
        thickness_mm: of the rim, 0.5 to 2.5.
    """

    condition: Literal["superficial-siderosis"] = "superficial-siderosis"
    form: Form
    sulci: Annotated[int, Limits(ge=0, le=_MOST)]
    reach_mm: Annotated[Rounded, Limits(ge=0, le=90)]
    thickness_mm: Annotated[Rounded, Limits(ge=0.5, le=2.5)]


class Siderosis(Calm):
    """Haemosiderin where blood in the fluid has been taken up by what it bathes."""

    name = "superficial-siderosis"
    about = "Haemosiderin in the surface of brain, in sulci of the convexity or below the tentorium"
    sources = (
        "Charidimou et al. 2015, doi:10.1093/brain/awv162 (the cortical form: sulci of the convexity)",
        "Charidimou et al. 2017, doi:10.1212/WNL.0000000000004665 (foci that lie apart)",
        "Linn et al. 2010, doi:10.1212/WNL.0b013e3181dad605 (in three of five with amyloid angiopathy)",
        "doi:10.1016/S0899-7071(96)00050-2, Clinical Imaging 1997 (the infratentorial form, dark rims in T2)",
    )
    record = SiderosisSize

    def draw(self, key: Key, person: Person, severity: float) -> SiderosisSize:
        """The form is drawn; how far it goes follows the severity."""
        rng = key.rng()
        form: Form = "cortical" if rng.random() < _CORTICAL else "infratentorial"
        more, thick = np.clip(rng.normal(size=2), -2, 2).tolist()
        return SiderosisSize(
            severity=severity,
            form=form,
            thickness_mm=float(_THIN_MM + _THICKER_MM * severity + _THICK_SD_MM * thick),
            **_extent(form, severity, more),
        )

    def follow(self, usual: SiderosisSize, params: SiderosisSize, given: Collection[str]) -> SiderosisSize:
        """The extent goes with the form."""
        if usual.form == params.form:
            return params
        return along(params, given, _extent(params.form, params.severity, 0.0))

    def lesions(self, params: SiderosisSize, key: Key, survey: Survey) -> list[Lesion]:
        """One a sulcus, or one that lines all that is reached."""
        if params.form == "infratentorial":
            found, grade = [_reached(params, key, survey)], "infratentorial"
        else:
            found, grade = _lined(params, key, survey), "focal" if params.sulci <= _FOCAL else "disseminated"
        label, hosts = ids_of("Siderosis")[0], ids_of(*_HOSTS[params.form])
        return [
            Lesion(self.name, label, close.field(level), hosts, _ml(close, level, hosts), grade)
            for close, level in found
        ]

    def columns(self, params: SiderosisSize) -> Mapping[str, Any]:
        """Form and number of sulci."""
        return {"siderosis_form": params.form, "siderosis_sulci": params.sulci}


def _extent(form: Form, severity: float, more: float) -> dict[str, Any]:
    """How far a form goes; `more` is -2 to 2 standard deviations."""
    if form == "cortical":
        number = _WORST**severity * float(np.exp(0.2 * more))
        return {"sulci": int(np.clip(round(number), 1, _MOST)), "reach_mm": 0.0}
    near, far = _REACH_MM
    return {"sulci": 0, "reach_mm": float(near + (far - near) * severity + 3 * more)}


def _ml(close: Closer, level: Array, hosts: tuple[int, ...]) -> float:
    """How much of its hosts lies below a level."""
    cover = np.clip(0.5 - level / EDGE_MM, 0, 1)[np.isin(close.labels, hosts)]
    return float(cover.sum()) * close.step_mm**3 / 1000


def _reached(params: SiderosisSize, key: Key, survey: Survey) -> tuple[Closer, Array]:
    """The rim of what lies near the superior vermis."""
    away: Array = np.linalg.norm(survey.template - np.array(_VERMIS), axis=-1) * survey.scale
    x, y, z = (survey.template[..., axis] for axis in range(3))
    fissures = (np.abs(x) < 8) | ((np.abs(np.abs(x) - 40) < 14) & (np.abs(y) < 25) & (np.abs(z) < 14))
    cerebrum = survey.mask("Cerebral-Cortex", "Cerebral-White-Matter") & ~fissures
    away += _CEREBRUM_MM * ndimage.gaussian_filter(cerebrum.astype(np.float64), 1.5)
    beyond = away + _PATCHES_MM * survey.noise(key / "patches", _PATCH_MM) - params.reach_mm
    wide = ndimage.gaussian_filter(survey.mask("CSF").astype(np.float64), 1)
    surface = (wide > _SURFACE[0]) & (wide < _SURFACE[1])
    close = survey.closer(surface & (beyond < _NEAR_MM))
    fluid = close.mask("CSF") & (close.seen(wide) > _OPEN)
    return close, np.maximum(_rim(close, fluid, params.thickness_mm), close.seen(beyond))


def _lined(params: SiderosisSize, key: Key, survey: Survey) -> list[tuple[Closer, Array]]:
    """The rims of sulci, one each."""
    buried, surface = _buried(survey), survey.mask("Cerebral-Cortex", "CSF")
    x, _, z = (survey.template[..., axis] for axis in range(3))
    fluid = survey.mask("CSF") & (buried > _BURIED_MM) & (z > _ABOVE_MM) & (np.abs(x) > _ASIDE_MM)
    scatter, rng = survey.scattered(fluid.astype(np.float64), key / "places"), (key / "sizes").rng()
    found: list[tuple[Closer, Array]] = []
    while len(found) < params.sulci and (place := scatter.take(_APART_MM)) is not None:
        half = rng.uniform(*_HALF_MM)
        away = survey.away(place)
        close = survey.closer(surface & (away < half + _NEAR_MM))
        sulcus = _sulcus(close, (close.seen(buried) > _BURIED_MM) & (close.seen(away) < half + 1), place)
        found.append((close, np.maximum(_rim(close, sulcus, params.thickness_mm), close.seen(away) - half)))
    return found


def _rim(close: Closer, fluid: Mask, thickness_mm: float) -> Array:
    """The level of what lies around fluid and reaches a little way into it."""
    found: Array = ndimage.distance_transform_edt(~fluid) * close.step_mm - close.step_mm / 2 - thickness_mm
    found[ndimage.binary_erosion(fluid, iterations=2) | (close.labels < 0)] = _FAR_MM
    return found


def _buried(survey: Survey) -> Array:
    """How deep every node lies under the hull of the brain, mm."""
    step = STEP_MM * survey.scale
    swollen = ndimage.distance_transform_edt(~survey.mask(*PARENCHYMA)) * step < _CLOSED_MM
    found: Array = ndimage.distance_transform_edt(swollen) * step - _CLOSED_MM
    return found


def _sulcus(close: Closer, inside: Mask, place: Array) -> Mask:
    """The piece of fluid within a mask that a place lies nearest to."""
    pieces, _ = ndimage.label(close.mask("CSF") & inside, np.ones((3, 3, 3)))
    nodes = np.argwhere(pieces)
    if not len(nodes):
        return np.zeros(pieces.shape, bool)
    gap = ((close.places(nodes) - place) ** 2).sum(-1)
    found: Mask = pieces == pieces[tuple(nodes[int(gap.argmin())])]
    return found
