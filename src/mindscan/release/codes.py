"""Structures in the words of DICOM: codes of SNOMED CT as pydicom's copy of PS3.16 has them.

A structure without such a code has one of our own scheme: its FreeSurfer id and name.
"""

from __future__ import annotations

from typing import NamedTuple

from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from mindscan.core.labels import Label, structure_of

OWN_SCHEME = "99MINDSCAN"
"""Designator of codes that are FreeSurfer ids; those of private schemes begin with 99."""

_SCT = {
    "Cerebral-White-Matter": "CerebralWhiteMatter",
    "Cerebral-Cortex": "CerebralCortex",
    "Lateral-Ventricle": "LateralVentricle",
    "Inf-Lat-Vent": "InferiorHornOfLateralVentricle",
    "Cerebellum-White-Matter": "CerebellarWhiteMatter",
    "Cerebellum-Cortex": "CerebellarCortex",
    "Thalamus": "Thalamus",
    "Caudate": "CaudateNucleus",
    "Putamen": "Putamen",
    "Pallidum": "GlobusPallidus",
    "3rd-Ventricle": "ThirdVentricle",
    "4th-Ventricle": "FourthVentricle",
    "5th-Ventricle": "FifthVentricle",
    "Brain-Stem": "BrainStem",
    "Hippocampus": "Hippocampus",
    "Amygdala": "Amygdala",
    "CSF": "CerebrospinalFluid",
    "Accumbens-area": "NucleusAccumbens",
    "vessel": "BloodVessel",
    "choroid-plexus": "StructureOfChoroidPlexus",
    "Optic-Chiasm": "OpticChiasm",
    "Dura": "DuraMater",
    "Epidermis": "SkinOfHead",
    "Muscle": "Muscle",
    "Adipose": "AdiposeTissue",
    "Spinal-Cord": "SpinalCord",
    "Nerve": "Nerve",
    "Globe": "Eyeball",
    "Lens": "CrystallineLens",
    "Skull": "Skull",
    "Sinus": "ParanasalSinus",
    "Vein": "Vein",
    "Artery": "Artery",
    "Basilar-Artery": "BasilarArtery",
    "Anterior-Communicating-Artery": "AnteriorCommunicatingArtery",
    "Internal-Carotid-Artery": "InternalCarotidArtery",
    "Middle-Cerebral-Artery": "MiddleCerebralArtery",
    "Anterior-Cerebral-Artery": "AnteriorCerebralArtery",
    "Posterior-Cerebral-Artery": "PosteriorCerebralArtery",
    "Posterior-Communicating-Artery": "PosteriorCommunicatingArtery",
    "Vertebral-Artery": "VertebralArtery",
    "Head-ExtraCerebral": "SoftTissue",
}
"""Structure to its name in pydicom's dictionary; those that are missing have no code that means just them."""


class Coded(NamedTuple):
    """What a structure is, and on which side."""

    category: Code
    type: Code
    side: Code | None


def coded_label(label: Label) -> Coded:
    """The codes of a row of the label table.

    Example:
        >>> from mindscan.core.labels import BY_ID
        >>> found = coded_label(BY_ID[17])
        >>> found.type.value, found.type.meaning, found.side.meaning
        ('5366008', 'Hippocampus', 'Left')
    """
    side = {"L": codes.SCT.Left, "R": codes.SCT.Right, "": None}[label.side]
    keyword = _SCT.get(structure_of(label))
    if keyword is None:
        return Coded(codes.SCT.AnatomicalStructure, Code(str(label.id), OWN_SCHEME, label.name), side)
    category = codes.SCT.BodySubstance if keyword == "CerebrospinalFluid" else codes.SCT.AnatomicalStructure
    return Coded(category, getattr(codes.SCT, keyword), side)
