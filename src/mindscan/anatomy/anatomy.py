"""All parameters of one head, and the parts that they belong to."""

from __future__ import annotations

from typing import Any

from mindscan.anatomy import norms
from mindscan.anatomy.airway import Airway, AirwaySize
from mindscan.anatomy.arteries import Arteries, ArteriesSize
from mindscan.anatomy.assets import AVERAGE, BaseName
from mindscan.anatomy.brainstem import Brainstem, BrainstemSize
from mindscan.anatomy.callosum import Callosum, CallosumSize
from mindscan.anatomy.cerebellum import Cerebellum, CerebellumSize
from mindscan.anatomy.cerebrum import Cerebrum, CerebrumSize
from mindscan.anatomy.chiasm import Chiasm, ChiasmSize
from mindscan.anatomy.cisterns import Cisterns, CisternSize
from mindscan.anatomy.deep_grey import DeepGrey, DeepGreySize
from mindscan.anatomy.dura import Dura, DuraSize
from mindscan.anatomy.eyes import Eyes, EyesSize, OpticNerves, OpticNervesSize
from mindscan.anatomy.face import Face, FaceSize
from mindscan.anatomy.head import Head, HeadSize
from mindscan.anatomy.pairs import CHOROID_PLEXUS, CLAUSTRUM, VENTRAL_DC, VESSELS, PairSize
from mindscan.anatomy.places import Places, PlaceSize
from mindscan.anatomy.scalp import Scalp, ScalpSize
from mindscan.anatomy.sinuses import Sinuses, SinusSize
from mindscan.anatomy.skull import Skull, SkullSize
from mindscan.anatomy.structure import Structure
from mindscan.anatomy.ventricles import Ventricles, VentricleSize
from mindscan.anatomy.warp import Warp, WarpSize
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.record import Record

STRUCTURES: tuple[Structure[Any], ...] = (
    Warp(),
    Places(),
    CHOROID_PLEXUS,
    Ventricles(),
    VESSELS,
    DeepGrey(),
    VENTRAL_DC,
    CLAUSTRUM,
    Chiasm(),
    Callosum(),
    Brainstem(),
    Cisterns(),
    Cerebellum(),
    Cerebrum(),
    OpticNerves(),
    Dura(),
    Arteries(),
    Face(),
    Eyes(),
    Airway(),
    Sinuses(),
    Skull(),
    Scalp(),
    Head(),
)
"""Every part of the head, in painting order, front to back."""


class Anatomy(Record):
    """Parameters of one head in physical units; one field per structure.

    Args:
        base: the anatomy that all of it shapes: the average of many people, or a label map that was added.
    """

    base: BaseName = AVERAGE
    head: HeadSize
    warp: WarpSize
    places: PlaceSize
    ventricles: VentricleSize
    choroid_plexus: PairSize
    deep_grey_ml: DeepGreySize
    ventral_dc: PairSize
    claustrum: PairSize
    vessels: PairSize
    chiasm: ChiasmSize
    callosum: CallosumSize
    brainstem: BrainstemSize
    cisterns: CisternSize
    cerebellum: CerebellumSize
    cerebrum: CerebrumSize
    optic_nerves: OpticNervesSize
    dura: DuraSize
    arteries: ArteriesSize
    face: FaceSize
    eyes: EyesSize
    airway: AirwaySize
    sinuses: SinusSize
    skull: SkullSize
    scalp: ScalpSize


def draw(key: Key, person: Person, icv_ml: float | None = None) -> Anatomy:
    """An anatomy for this person.

    Args:
        key: the stream to draw from; every structure has its own below it.
        person: age, sex and head size move the priors; see `norms`.
        icv_ml: intracranial volume that everything else is drawn to fit; drawn as well when None.

    Example:
        >>> person = Person(age_years=40, sex="F")
        >>> draw(Key(1), person) == draw(Key(1), person)
        True
    """
    icv_ml = norms.icv_ml(key / "icv", person) if icv_ml is None else icv_ml
    somebody = norms.individual(key / "joint", person, icv_ml)
    parts: dict[str, Any] = {s.name: s.draw(key / s.name, somebody, icv_ml) for s in STRUCTURES}
    return Anatomy(**parts)
