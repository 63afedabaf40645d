"""The label table: FreeSurfer ids, names and colours, and what each structure is made of.

Ids and names are those of FreeSurfer's colour table (doi:10.1016/j.neuroimage.2012.01.021), so that
every tool that reads FreeSurfer segmentations reads these; colours of the brain are FreeSurfer's too.
FreeSurfer names no single artery of the brain: theirs are own ids, 950 to 987, free in that table; so are
those of lesions, 906 to 908, 910 and 930 to 949, which only conditions paint. Sick tissue shares voxels as
soft, so that its share is never mixed up with that of the tissue around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Tissue = Literal["air", "soft", "bone", "CSF", "GM", "WM"]
TISSUES: tuple[Tissue, ...] = ("air", "soft", "bone", "CSF", "GM", "WM")
"""The six classes that share a voxel; the first axis of `Brain.fractions`, in this order."""

Side = Literal["L", "R", ""]


@dataclass(frozen=True)
class Label:
    """One row of the label table.

    Args:
        extracranial: does not count towards the intracranial volume.
        lesion: only conditions paint it.
        enhancing: a lesion that takes up contrast agent.
    """

    id: int
    name: str
    colour: tuple[int, int, int]
    tissue: Tissue
    side: Side = ""
    extracranial: bool = False
    lesion: bool = False
    enhancing: bool = False


LABELS: tuple[Label, ...] = (
    Label(0, "Unknown", (0, 0, 0), "air"),
    Label(2, "Left-Cerebral-White-Matter", (245, 245, 245), "WM", "L"),
    Label(3, "Left-Cerebral-Cortex", (205, 62, 78), "GM", "L"),
    Label(4, "Left-Lateral-Ventricle", (120, 18, 134), "CSF", "L"),
    Label(5, "Left-Inf-Lat-Vent", (196, 58, 250), "CSF", "L"),
    Label(7, "Left-Cerebellum-White-Matter", (220, 248, 164), "WM", "L"),
    Label(8, "Left-Cerebellum-Cortex", (230, 148, 34), "GM", "L"),
    Label(10, "Left-Thalamus", (0, 118, 14), "GM", "L"),
    Label(11, "Left-Caudate", (122, 186, 220), "GM", "L"),
    Label(12, "Left-Putamen", (236, 13, 176), "GM", "L"),
    Label(13, "Left-Pallidum", (12, 48, 255), "GM", "L"),
    Label(14, "3rd-Ventricle", (204, 182, 142), "CSF"),
    Label(15, "4th-Ventricle", (42, 204, 164), "CSF"),
    Label(16, "Brain-Stem", (119, 159, 176), "WM"),
    Label(17, "Left-Hippocampus", (220, 216, 20), "GM", "L"),
    Label(18, "Left-Amygdala", (103, 255, 255), "GM", "L"),
    Label(24, "CSF", (60, 60, 60), "CSF"),
    Label(26, "Left-Accumbens-area", (255, 165, 0), "GM", "L"),
    Label(28, "Left-VentralDC", (165, 42, 42), "WM", "L"),
    Label(30, "Left-vessel", (160, 32, 240), "CSF", "L"),
    Label(31, "Left-choroid-plexus", (0, 200, 200), "soft", "L"),
    Label(41, "Right-Cerebral-White-Matter", (0, 225, 0), "WM", "R"),
    Label(42, "Right-Cerebral-Cortex", (205, 62, 78), "GM", "R"),
    Label(43, "Right-Lateral-Ventricle", (120, 18, 134), "CSF", "R"),
    Label(44, "Right-Inf-Lat-Vent", (196, 58, 250), "CSF", "R"),
    Label(46, "Right-Cerebellum-White-Matter", (220, 248, 164), "WM", "R"),
    Label(47, "Right-Cerebellum-Cortex", (230, 148, 34), "GM", "R"),
    Label(49, "Right-Thalamus", (0, 118, 14), "GM", "R"),
    Label(50, "Right-Caudate", (122, 186, 220), "GM", "R"),
    Label(51, "Right-Putamen", (236, 13, 176), "GM", "R"),
    Label(52, "Right-Pallidum", (13, 48, 255), "GM", "R"),
    Label(53, "Right-Hippocampus", (220, 216, 20), "GM", "R"),
    Label(54, "Right-Amygdala", (103, 255, 255), "GM", "R"),
    Label(58, "Right-Accumbens-area", (255, 165, 0), "GM", "R"),
    Label(60, "Right-VentralDC", (165, 42, 42), "WM", "R"),
    Label(62, "Right-vessel", (160, 32, 240), "CSF", "R"),
    Label(63, "Right-choroid-plexus", (0, 200, 221), "soft", "R"),
    Label(72, "5th-Ventricle", (120, 190, 150), "CSF"),
    Label(78, "Left-WM-hypointensities", (255, 148, 10), "soft", "L", lesion=True),
    Label(79, "Right-WM-hypointensities", (255, 148, 10), "soft", "R", lesion=True),
    Label(85, "Optic-Chiasm", (234, 169, 30), "WM"),
    Label(98, "Dura", (0, 255, 127), "soft"),
    Label(118, "Epidermis", (255, 224, 189), "soft", "", True),
    Label(122, "CSF-SA", (43, 75, 155), "CSF", "", True),
    Label(123, "Muscle", (178, 60, 60), "soft", "", True),
    Label(125, "Adipose", (173, 255, 47), "soft", "", True),
    Label(126, "Spinal-Cord", (133, 203, 229), "WM", "", True),
    Label(128, "Nerve", (205, 205, 92), "WM", "", True),
    Label(130, "Air", (20, 30, 70), "air", "", True),
    Label(131, "Orbital-Fat", (229, 229, 110), "soft", "", True),
    Label(134, "Globe", (216, 191, 216), "soft", "", True),
    Label(138, "Left-Claustrum", (65, 135, 20), "GM", "L"),
    Label(139, "Right-Claustrum", (65, 135, 20), "GM", "R"),
    Label(142, "Diploe", (190, 140, 100), "bone", "", True),
    Label(143, "Vitreous-Humor", (90, 160, 220), "soft", "", True),
    Label(144, "Lens", (230, 240, 255), "soft", "", True),
    Label(146, "Outer-Table", (170, 160, 140), "bone", "", True),
    Label(147, "Inner-Table", (140, 130, 110), "bone", "", True),
    Label(165, "Skull", (120, 120, 120), "bone", "", True),
    Label(251, "CC_Posterior", (0, 0, 64), "WM"),
    Label(252, "CC_Mid_Posterior", (0, 0, 112), "WM"),
    Label(253, "CC_Central", (0, 0, 160), "WM"),
    Label(254, "CC_Mid_Anterior", (0, 0, 208), "WM"),
    Label(255, "CC_Anterior", (0, 0, 255), "WM"),
    Label(258, "Head-ExtraCerebral", (150, 150, 200), "soft", "", True),
    Label(262, "Sinus", (30, 50, 110), "air", "", True),
    Label(902, "Artery", (220, 30, 30), "soft", "", True),
    Label(906, "Haematoma-Liquefied", (120, 70, 110), "soft", lesion=True),
    Label(907, "Haematoma-Diluted", (225, 110, 110), "soft", lesion=True),
    Label(908, "Haematoma-In-Fluid", (235, 40, 90), "soft", lesion=True),
    Label(910, "Arachnoid-Cyst", (0, 170, 255), "CSF", lesion=True),
    Label(914, "Vein", (0, 0, 139), "soft"),
    Label(930, "MS-Plaque", (255, 221, 51), "soft", lesion=True),
    Label(931, "MS-Black-Hole", (150, 110, 20), "soft", lesion=True),
    Label(932, "MS-Active-Plaque", (255, 120, 200), "soft", lesion=True, enhancing=True),
    Label(933, "Infarct-Hyperacute", (50, 160, 90), "soft", lesion=True),
    Label(934, "Infarct-Acute", (80, 220, 120), "soft", lesion=True),
    Label(935, "Infarct-Subacute", (120, 255, 200), "soft", lesion=True, enhancing=True),
    Label(936, "Cavity", (30, 90, 200), "CSF", lesion=True),
    Label(937, "Gliosis", (120, 200, 255), "soft", lesion=True),
    Label(938, "Oedema", (170, 230, 90), "soft", lesion=True),
    Label(939, "Haematoma-Hyperacute", (255, 60, 60), "soft", lesion=True),
    Label(940, "Haematoma-Acute", (200, 20, 20), "soft", lesion=True),
    Label(941, "Haematoma-Early-Subacute", (170, 0, 60), "soft", lesion=True),
    Label(942, "Haematoma-Late-Subacute", (150, 40, 90), "soft", lesion=True),
    Label(943, "Haematoma-Chronic", (110, 50, 40), "soft", lesion=True),
    Label(944, "Tumour", (200, 120, 255), "soft", lesion=True),
    Label(945, "Tumour-Enhancing", (255, 40, 255), "soft", lesion=True, enhancing=True),
    Label(946, "Tumour-Necrosis", (90, 30, 120), "soft", lesion=True),
    Label(947, "Perivascular-Space", (90, 220, 255), "CSF", lesion=True),
    Label(948, "Microbleed", (130, 30, 30), "soft", lesion=True),
    Label(949, "Siderosis", (110, 70, 20), "soft", lesion=True),
    Label(950, "Basilar-Artery", (255, 80, 40), "soft"),
    Label(951, "Anterior-Communicating-Artery", (255, 200, 120), "soft"),
    Label(961, "Left-Internal-Carotid-Artery", (200, 0, 0), "soft", "L"),
    Label(962, "Left-Middle-Cerebral-Artery", (230, 60, 60), "soft", "L"),
    Label(963, "Left-Anterior-Cerebral-Artery", (255, 110, 90), "soft", "L"),
    Label(964, "Left-Posterior-Cerebral-Artery", (240, 90, 160), "soft", "L"),
    Label(965, "Left-Posterior-Communicating-Artery", (255, 170, 150), "soft", "L"),
    Label(966, "Left-Vertebral-Artery", (190, 60, 20), "soft", "L"),
    Label(967, "Left-Cerebellar-Arteries", (255, 140, 60), "soft", "L"),
    Label(981, "Right-Internal-Carotid-Artery", (170, 0, 20), "soft", "R"),
    Label(982, "Right-Middle-Cerebral-Artery", (210, 50, 70), "soft", "R"),
    Label(983, "Right-Anterior-Cerebral-Artery", (235, 100, 100), "soft", "R"),
    Label(984, "Right-Posterior-Cerebral-Artery", (220, 80, 170), "soft", "R"),
    Label(985, "Right-Posterior-Communicating-Artery", (235, 160, 160), "soft", "R"),
    Label(986, "Right-Vertebral-Artery", (170, 50, 30), "soft", "R"),
    Label(987, "Right-Cerebellar-Arteries", (235, 130, 70), "soft", "R"),
)

BY_ID: dict[int, Label] = {label.id: label for label in LABELS}
BY_NAME: dict[str, Label] = {label.name: label for label in LABELS}

TABLE_SIZE = 1 + max(BY_ID)
"""Length of a look-up table that is indexed by label id."""


def in_skull(label: Label) -> bool:
    """Whether a structure counts towards the intracranial volume."""
    return label.id != 0 and not label.extracranial


def is_artery(label: Label) -> bool:
    """Whether a label is an artery, or several, inside the skull or outside.

    Example:
        >>> is_artery(BY_ID[950]), is_artery(BY_ID[914])
        (True, False)
    """
    return label.name.endswith(("Artery", "Arteries"))


def structure_of(label: Label) -> str:
    """Name of a label without its side.

    Example:
        >>> structure_of(BY_ID[53])
        'Hippocampus'
    """
    return label.name.removeprefix("Left-").removeprefix("Right-")


def both_sides(name: str) -> tuple[int, int]:
    """Ids of the left and the right structure called `name`.

    Raises:
        KeyError: no such pair.

    Example:
        >>> both_sides("Hippocampus")
        (17, 53)
    """
    return BY_NAME[f"Left-{name}"].id, BY_NAME[f"Right-{name}"].id


def palette() -> npt.NDArray[np.uint8]:
    """Colours indexed by label id, shape (TABLE_SIZE, 3)."""
    colours = np.zeros((TABLE_SIZE, 3), np.uint8)
    for label in LABELS:
        colours[label.id] = label.colour
    return colours
