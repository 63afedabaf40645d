"""Anatomical landmarks: the 32 AFIDs points on the template, carried along with everything else.

Coordinates: MNI152NLin2009bSym, RAS mm, CC BY 4.0. Reference: Lau et al. 2019, doi:10.1002/hbm.24693;
Taha et al. 2023, doi:10.1038/s41597-023-02330-9.
"""

from __future__ import annotations

AFIDS: dict[str, tuple[float, float, float]] = {
    "AC": (-0.1198, 2.5521, -4.8172),
    "PC": (0.1409, -25.1240, -2.0960),
    "infracollicular sulcus": (0.1302, -37.8742, -10.0582),
    "PMJ": (0.0267, -23.3510, -21.8763),
    "superior interpeduncular fossa": (-0.0161, -14.3917, -10.7025),
    "R superior LMS": (13.3752, -26.0718, -9.7885),
    "L superior LMS": (-13.0502, -26.3842, -9.7601),
    "R inferior LMS": (11.1066, -30.2186, -21.3211),
    "L inferior LMS": (-10.8376, -30.3554, -21.0271),
    "culmen": (-0.0609, -52.3597, 2.0239),
    "intermammillary sulcus": (-0.1759, -8.2025, -15.3996),
    "R MB": (2.1025, -8.1262, -14.5020),
    "L MB": (-1.8504, -7.9914, -14.4130),
    "pineal gland": (-0.1830, -31.2358, 0.5864),
    "R LV at AC": (15.1932, 6.0314, 25.2426),
    "L LV at AC": (-15.4322, 6.2286, 24.9267),
    "R LV at PC": (18.5495, -22.7309, 28.5980),
    "L LV at PC": (-18.6767, -22.7815, 28.4248),
    "genu of CC": (0.0024, 33.4387, 2.5246),
    "splenium of CC": (0.1330, -37.6245, 6.4010),
    "R AL temporal horn": (34.4787, -4.8800, -26.8143),
    "L AL temporal horn": (-34.3701, -4.8479, -26.9405),
    "R superior AM temporal horn": (17.9368, -10.9397, -17.9412),
    "L superior AM temporal horn": (-18.2146, -10.7848, -18.1403),
    "R inferior AM temporal horn": (20.9107, -4.4101, -27.6511),
    "L inferior AM temporal horn": (-20.9084, -4.5878, -27.2966),
    "R indusium griseum origin": (13.6942, -43.1030, 5.8552),
    "L indusium griseum origin": (-13.3394, -43.3071, 5.9031),
    "R ventral occipital horn": (19.8371, -81.1685, 3.9074),
    "L ventral occipital horn": (-19.9353, -81.2627, 4.2487),
    "R olfactory sulcal fundus": (12.5426, 17.7086, -12.7479),
    "L olfactory sulcal fundus": (-12.8065, 18.1137, -12.8598),
}
"""Name to (x, y, z) on the template."""

Ray = tuple[tuple[float, float, float], tuple[float, float, float]]

SKULL: dict[str, Ray] = {
    "nasion": ((0, 60, -32), (0, 1, 0)),
    "glabella": ((0, 60, -21), (0, 1, 0)),
    "bregma": ((0, 5, 40), (0, 0.15, 1)),
    "vertex": ((0, -22, 40), (0, 0, 1)),
    "lambda": ((0, -70, 28), (0, -1, 0.45)),
    "opisthocranion": ((0, -70, 0), (0, -1, 0)),
    "inion": ((0, -70, -32), (0, -1, 0)),
    "anterior nasal spine": ((0, 60, -94), (0, 1, 0)),
    "A point": ((0, 60, -101), (0, 1, 0)),
    "B point": ((0, 60, -128), (0, 1, 0)),
    "pogonion": ((0, 60, -142), (0, 1, 0)),
    "gnathion": ((0, 71, -143), (0, 1, -1)),
    "menton": ((0, 71, -142), (0, 0, -1)),
}
"""Where the skull is met for the last time: start on the template and direction, midline."""

SKULL_SIDED: dict[str, Ray] = {
    "gonion": ((47, 2, -122), (0.1, -0.8, -0.6)),
    "zygion": ((60, 16, -63), (1, 0, 0)),
    "euryon": ((50, -22, 12), (1, 0, 0)),
    "mastoidale": ((53, -34, -76), (0, 0, -1)),
    "orbitale": ((36, 62, -68), (0, 0, 1)),
    "frontotemporale": ((30, 56, -8), (1, 0.4, 0)),
}
"""The same on the right."""

SKIN: dict[str, Ray] = {
    "soft glabella": ((0, 60, -21), (0, 1, 0)),
    "sellion": ((0, 70, -38), (0, 1, 0)),
    "pronasale": ((0, 80, -86), (0, 1, 0)),
    "subnasale": ((0, 70, -97), (0, 1, 0)),
    "labrale superius": ((0, 70, -104), (0, 1, 0)),
    "labrale inferius": ((0, 70, -115), (0, 1, 0)),
    "soft pogonion": ((0, 70, -142), (0, 1, 0)),
    "soft menton": ((0, 68, -142), (0, 0, -1)),
    "soft vertex": ((0, -22, 40), (0, 0, 1)),
    "soft opisthocranion": ((0, -70, 0), (0, -1, 0)),
}
"""Where the skin is met for the last time."""

SKIN_SIDED: dict[str, Ray] = {"alare": ((8, 86, -90), (1, 0, 0)), "cheilion": ((22, 60, -109), (0, 1, 0))}
