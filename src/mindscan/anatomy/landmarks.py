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
    "nasion": ((0, 60, -32), (0, 110, -32)),
    "glabella": ((0, 60, -21), (0, 110, -21)),
    "bregma": ((0, 5, 40), (0, 16, 113)),
    "vertex": ((0, -22, 40), (0, -22, 120)),
    "lambda": ((0, -70, 28), (0, -115.6, 48.5)),
    "opisthocranion": ((0, -70, 0), (0, -120, 0)),
    "inion": ((0, -70, -32), (0, -120, -32)),
    "anterior nasal spine": ((0, 60, -94), (0, 110, -94)),
    "A point": ((0, 60, -101), (0, 110, -101)),
    "B point": ((0, 60, -130), (0, 110, -130)),
    "pogonion": ((0, 60, -146), (0, 110, -146)),
    "gnathion": ((0, 71, -147), (0, 88.7, -164.7)),
    "menton": ((0, 71, -146), (0, 71, -169)),
    "posterior nasal spine": ((0, 40, -95), (0, 5, -95)),
}
"""Lines on the template on which the skull is left for the last time: first and last point, midline."""

FORAMEN: dict[str, Ray] = {
    "basion": ((0, -30, -65), (0, -46, -65)),
    "opisthion": ((0, -66, -65), (0, -50, -65)),
}
"""Lines on which the bone is left into the great foramen."""

SKULL_SIDED: dict[str, Ray] = {
    "gonion": ((49, 2, -126), (51.5, -17.9, -140.9)),
    "zygion": ((62, 16, -63), (110, 16, -63)),
    "euryon": ((50, -22, 12), (100, -22, 12)),
    "condylion": ((53, -11, -72), (53, -11, -63)),
    "mastoidale": ((53, -34, -76), (53, -34, -101)),
    "frontotemporale": ((30, 56, -8), (76.4, 74.6, -8)),
}
"""The same on the right."""

ORBIT_SIDED: dict[str, Ray] = {"orbitale": ((34, 61, -50), (34, 61, -75))}
"""The line on which the orbit is left at its lower rim, on the right."""

SKIN: dict[str, Ray] = {
    "soft glabella": ((0, 60, -21), (0, 110, -21)),
    "sellion": ((0, 70, -38), (0, 120, -38)),
    "pronasale": ((0, 80, -86), (0, 130, -86)),
    "subnasale": ((0, 70, -97), (0, 120, -97)),
    "labrale superius": ((0, 70, -104), (0, 120, -104)),
    "labrale inferius": ((0, 70, -115), (0, 120, -115)),
    "soft pogonion": ((0, 70, -146), (0, 120, -146)),
    "soft menton": ((0, 68, -146), (0, 68, -169)),
    "soft vertex": ((0, -22, 40), (0, -22, 120)),
    "soft opisthocranion": ((0, -70, 0), (0, -120, 0)),
}
"""Lines on which the skin is left for the last time."""

SKIN_SIDED: dict[str, Ray] = {
    "alare": ((8, 86, -90), (58, 86, -90)),
    "cheilion": ((22, 60, -109), (22, 110, -109)),
}
