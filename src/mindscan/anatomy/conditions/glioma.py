"""Glioma: cells that multiply and spread through the subject's own tissue, fastest in white matter."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field as Limits
from scipy import ndimage
from torch import Tensor

from mindscan.anatomy.conditions.condition import Calm, Illness, Progression, along
from mindscan.anatomy.distance import Point
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.mass import mass_push
from mindscan.anatomy.structure import Frame
from mindscan.anatomy.survey import PARENCHYMA, STEP_MM, Array, Survey, ids_of
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

_PLACES: tuple[tuple[str, float, Point], ...] = (
    ("frontal", 0.43, (32, 28, 24)), ("temporal", 0.28, (46, -18, -12)), ("parietal", 0.20, (34, -46, 36)),
    ("occipital", 0.04, (26, -74, 14)), ("insula", 0.05, (38, 4, 2)),
)  # fmt: skip
"""Lobes of the right side; shares follow Larjavaara et al. 2007, doi:10.1215/15228517-2007-016 (frontal 40,
temporal 29, parietal 14, occipital 3 % of gliomas), the insula is an own choice."""
_WIDTH_MM = {2: 5.0, 3: 4.0, 4: 3.0}
"""Width of the front of cells: the root of spread over growth (Swanson et al. 2000,
doi:10.1046/j.1365-2184.2000.00177.x); narrower the higher the grade."""
_GREY_SPREAD = 0.2
"""Spread in grey matter against white: 1/5 (Swanson 2000)."""
_RADIAL_MM = {2: 2.05, 3: 7.0, 4: 29.0}
"""How fast the radius grows without treatment, mm a year: grade 2 half of 4.1 mm of diameter (Mandonnet et
al. 2003, doi:10.1002/ana.10528); grade 4 so that 15 mL double in the 50 days of Stensjoen et al. 2015,
doi:10.1093/neuonc/nov029; grade 3 own choice."""
_RADIAL_LOG_SD = 0.5
"""People differ nearly as much as they do in Pallud et al. 2013, doi:10.1093/neuonc/nos331: own choice."""
_MOST_ML = {"solid_ml": 150.0, "necrosis_ml": 60.0, "oedema_ml": 200.0}
"""Where growth ends: the largest that the parameters take."""
_LEAST_MM = 3.0
"""The least radius that shrinking leaves."""
_SPREAD, _STEP = 1.0, 0.55
_AROUND = 26
"""Nodes on each side of the middle within which it grows."""


class GliomaSize(Illness):
    """Grade, place and sizes.

    Args:
        severity: from just above 0 to 1.
        grade: 2, 3 or 4 of the World Health Organization.
        lobe: frontal, temporal, parietal, occipital or insula.
        side: L or R.
        centre_mm: where it starts, on the template.
        solid_ml: tumour without its necrosis.
        enhancing: share of the solid part that takes up contrast agent.
        necrosis_ml: dead tissue in the middle.
        oedema_ml: oedema in the white matter around it.
        midline_shift_mm: how far the septum pellucidum is pushed to the other side.
    """

    condition: Literal["glioma"] = "glioma"
    grade: Annotated[int, Limits(ge=2, le=4)]
    lobe: Literal["frontal", "temporal", "parietal", "occipital", "insula"]
    side: Literal["L", "R"]
    centre_mm: tuple[Rounded, Rounded, Rounded]
    solid_ml: Annotated[Rounded, Limits(gt=0, le=150)]
    enhancing: Annotated[Rounded, Limits(ge=0, le=1)]
    necrosis_ml: Annotated[Rounded, Limits(ge=0, le=60)]
    oedema_ml: Annotated[Rounded, Limits(ge=0, le=200)]
    midline_shift_mm: Annotated[Rounded, Limits(ge=0, le=15)]


class GliomaProgression(Progression):
    """How the tumour goes on.

    Args:
        radial_mm: growth a year of the radius of a ball of its volume; negative where it shrinks.
    """

    condition: Literal["glioma"] = "glioma"
    radial_mm: Annotated[Rounded, Limits(ge=-60, le=120)]


class Glioma(Calm):
    """A tumour of the brain's own cells."""

    name = "glioma"
    about = "A tumour grown on the subject's own tissue: solid part, enhancing rim, necrosis, oedema, shift"
    sources = (
        "Swanson et al. 2000, doi:10.1046/j.1365-2184.2000.00177.x (growth)",
        "Larjavaara et al. 2007, doi:10.1215/15228517-2007-016 (places)",
        "Menze et al. 2015, doi:10.1109/TMI.2014.2377694 (parts that are told apart)",
        "Mandonnet et al. 2003, doi:10.1002/ana.10528 (growth of grade 2)",
        "Stensjoen et al. 2015, doi:10.1093/neuonc/nov029 (growth of grade 4)",
    )
    record = GliomaSize

    def draw(self, key: Key, person: Person, severity: float) -> GliomaSize:
        """Volumes go with the severity; the older the person, the higher the grade."""
        rng = key.rng()
        high = float(np.clip((person.age_years - 25) / 50, 0.1, 0.85))
        grade = 4 if rng.random() < high else int(rng.integers(2, 4))
        weights = np.array([share for _, share, _ in _PLACES])
        lobe, _, middle = _PLACES[int(rng.choice(len(weights), p=weights / weights.sum()))]
        right = rng.random() < 0.5
        x, y, z = (float(a + 3 * rng.normal()) for a in middle)
        solid = 3.0 * 22**severity * float(np.exp(0.2 * np.clip(rng.normal(), -2, 2)))
        dead = solid * float(rng.uniform(0.15, 0.45)) if grade == 4 else 0.0
        swelling = solid * {2: 0.1, 3: 0.6, 4: 1.2}[grade] * float(rng.uniform(0.6, 1.4))
        shift = 0.07 * max(solid + dead + 0.5 * swelling - 15, 0) * (0.4 if grade == 2 else 1.0)
        return GliomaSize.parse(
            {
                "severity": severity,
                "grade": grade,
                "lobe": lobe,
                "side": "R" if right else "L",
                "centre_mm": (x if right else -x, y, z),
                "solid_ml": min(solid, 110.0),
                "enhancing": {2: 0.0, 3: 0.15, 4: 0.65}[grade] * float(rng.uniform(0.7, 1.3)),
                "necrosis_ml": min(dead, 40.0),
                "oedema_ml": min(swelling, 110.0),
                "midline_shift_mm": min(shift, 10.0),
            }
        )

    def follow(self, usual: GliomaSize, params: GliomaSize, given: Collection[str]) -> GliomaSize:
        """The middle goes to the lobe and the side."""
        middles = {lobe: middle for lobe, _, middle in _PLACES}
        x, y, z = params.centre_mm if params.lobe == usual.lobe else middles[params.lobe]
        return along(params, given, {"centre_mm": (abs(x) if params.side == "R" else -abs(x), y, z)})

    def push(self, params: GliomaSize, key: Key, frame: Frame, velocity: Tensor) -> Tensor | None:
        """Away from the tumour."""
        ml = params.solid_ml + params.necrosis_ml
        radius = float((ml * 1000 * 3 / 4 / np.pi) ** (1 / 3))
        return mass_push(params.centre_mm, radius, params.midline_shift_mm, frame, velocity)

    def lesions(self, params: GliomaSize, key: Key, survey: Survey) -> list[Lesion]:
        """From the middle outwards: necrosis, what enhances, what does not, oedema."""
        width = _WIDTH_MM[params.grade]
        whole = params.solid_ml + params.necrosis_ml
        cells = grown(survey, survey.find(params.centre_mm), width, whole, key)
        level = -width * np.log(np.maximum(cells, 1e-6))
        tissue = survey.field(np.where(cells > 1e-6, level - 20.0, 60.0))
        bright = params.enhancing * params.solid_ml
        name, grade = self.name, f"grade-{params.grade}"
        brain, white = ids_of(*PARENCHYMA), ids_of("Cerebral-White-Matter", "CC_Anterior", "CC_Posterior")
        parts = (
            ("Tumour-Necrosis", params.necrosis_ml, brain),
            ("Tumour-Enhancing", bright, brain),
            ("Tumour", params.solid_ml - bright, brain),
            ("Oedema", params.oedema_ml, white),
        )
        return [
            Lesion(name, ids_of(label)[0], tissue, hosts, ml, grade, name=label)
            for label, ml, hosts in parts
            if ml > 0.02
        ]

    def progression(self, key: Key, params: GliomaSize) -> GliomaProgression:
        """The faster the higher the grade."""
        lean = float(np.clip(key.rng().normal(), -2, 2))
        return GliomaProgression(radial_mm=_RADIAL_MM[params.grade] * float(np.exp(_RADIAL_LOG_SD * lean)))

    def later(
        self, params: GliomaSize, progression: GliomaProgression, years: float, key: Key, survey: Survey
    ) -> list[Lesion]:
        """The same cells that have multiplied for longer; all parts grow alike."""
        radius = ((params.solid_ml + params.necrosis_ml) * 1000 * 3 / 4 / np.pi) ** (1 / 3)
        now = max(radius + progression.radial_mm * years, min(_LEAST_MM, radius))
        have = {name: getattr(params, name) for name in _MOST_ML}
        times = min([(now / radius) ** 3, *(_MOST_ML[name] / ml for name, ml in have.items() if ml)])
        grown = {name: ml * times for name, ml in have.items()}
        return self.lesions(params.model_copy(update=grown), key, survey)

    def columns(self, params: GliomaSize) -> Mapping[str, Any]:
        """Grade, place, volume and shift."""
        return {
            "tumour_grade": params.grade,
            "tumour_site": f"{params.side}-{params.lobe}",
            "tumour_ml": params.solid_ml + params.necrosis_ml,
            "midline_shift_mm": params.midline_shift_mm,
        }


def grown(survey: Survey, start: Array, width_mm: float, ml: float, key: Key) -> Array:
    """Share of cells at every node, 0 to 1, once more than half cells fill the volume asked.

    Fisher's equation: growth is 1 / width^2 of the spread in white matter, none passes into fluid.

    Args:
        start: where it starts, template mm that no warp has moved.
        width_mm: width of the front.
        ml: volume in mL.
    """
    box = tuple(slice(max(int(i[0]) - _AROUND, 0), int(i[0]) + _AROUND) for i in survey.index(start[None]))
    white = survey.mask("Cerebral-White-Matter")[box]
    brain = survey.mask(*PARENCHYMA)[box] & survey.mask(*PARENCHYMA)[box]
    patches = np.exp(0.5 * survey.noise(key / "patches", 18.0)[box])
    spread = np.where(white, _SPREAD, _GREY_SPREAD * _SPREAD) * brain * np.clip(patches, 0.3, 1.6)
    step = STEP_MM * survey.scale
    rate = _SPREAD / width_mm**2
    cells = np.exp(-((survey.nodes[box] - start) ** 2).sum(-1) * survey.scale**2 / (2 * 3.0**2)) * brain
    faces = [np.minimum(spread, np.roll(spread, -1, axis)) / step**2 for axis in range(3)]
    for _ in range(900):
        if (cells > 0.5).sum() * step**3 / 1000 >= ml:
            break
        change = rate * cells * (1 - cells)
        for axis, face in enumerate(faces):
            flow = face * (np.roll(cells, -1, axis) - cells)
            change += flow - np.roll(flow, 1, axis)
        cells = np.clip(cells + _STEP * change, 0, 1)
    whole = np.zeros(survey.labels.shape)
    whole[box] = ndimage.gaussian_filter(cells, 0.6)
    return whole
