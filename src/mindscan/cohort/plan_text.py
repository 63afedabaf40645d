"""The default plan as a commented TOML text."""

from __future__ import annotations

from mindscan.cohort.plan import Plan

_TEXT = """\
# A plan for `mindscan make OUT --plan plan.toml`. Everything may be left out.
# Every parameter is a prior:  2.5 is fixed,  [2, 3] is uniform,
# {{ normal = [2.5, 0.2] }} is normal (cut at 3 SD),  {{ choice = ["F", "M"] }} picks one.

surfaces = false                       # true: white and pial surfaces of the cortex too

[people]
age_years = {age}
sex = {sex}
# handedness = {{ choice = ["L", "R"] }}   # 10.6 % are left-handed when it is left out
# icv_ml = [1200, 1600]                  # as published for age and sex when it is left out

[grid]
voxel_mm = {voxel}                   # any size, isotropic or not; 1 is [1, 1, 1]
field_of_view_mm = {extent}    # right-left, back-front, down-up
centre_mm = {centre}               # the anterior commissure lies near (0, 0, 0)

# Images of every subject: T1w, T2w, PDw, FLAIR, random (a contrast without physics, for domain
# randomisation), CT, radiographs XR-AP, XR-lateral and XR-oblique, or any other name in
# `mindscan presets`. `settings` takes any name of a scan's settings in a recipe.
{scans}
# [[scans]]
# preset = "FLAIR"
# settings = {{ field_tesla = 1.5, snr = [15, 30], sequence = {{ te_ms = [90, 120] }} }}

# Any parameter of the head, by the names that recipes use. What is not named is drawn for
# age and sex as published. A prior for a pair (left, right) is drawn for each side;
# [[3, 3.5], {{ fixed = 2 }}] gives each side its own.
[anatomy]
# base = "mni152"                       # or the name of a label map from `mindscan assets add`
# head = {{ icv_ml = 1500, turn_deg = [-10, 10] }}
# warp = {{ broad_mm = 2.5, middle_mm = 2.0, fine_mm = 1.2 }}
# cerebrum = {{ thickness_mm = 2.4, spacing_mm = [10, 14] }}
# ventricles = {{ lateral_left_ml = 20, lateral_right_ml = 20 }}
# deep_grey_ml = {{ hippocampus = {{ normal = [3.5, 0.3] }} }}
# cerebellum = {{ cortex_ml = [90, 130] }}
# brainstem = {{ volume_ml = [18, 24] }}

# What some of the people have; `mindscan conditions` lists names and settings. Without it everybody
# is healthy. Each is drawn by itself, so somebody may have two; names in one choice exclude
# one another.
# [[conditions]]
# name = {{ choice = ["healthy", "mci", "alzheimers-disease"] }}
# severity = [0.2, 1]
# [[conditions]]
# name = "white-matter-hyperintensities"
# prevalence = [[45, 0.1], [60, 0.6], [80, 0.95]]    # by age; or {{ F = 0.5, M = 0.4 }}
# settings = {{ deep = 1 }}

# Everybody again, so many years after the first session. Rates of change are drawn as published;
# what is named here is drawn from these priors instead.
# [sessions]
# years = [0, 1, 2.5]
# rates = {{ hippocampus_percent = [-4, -2] }}
# progression.multiple-sclerosis = {{ new_per_year = [0, 4] }}    # how lesions go on
"""


def plan_text() -> str:
    """A TOML text that reads back as the default plan.

    Example:
        >>> import tomllib
        >>> Plan.parse(tomllib.loads(plan_text())) == Plan()
        True
    """
    plan = Plan()
    scans = "\n".join(f'[[scans]]\npreset = "{scan.preset}"\n' for scan in plan.scans)
    sexes = ", ".join(f'"{sex}"' for sex in plan.people.sex.choice or ())
    return _TEXT.format(
        age=list(plan.people.age_years.uniform or ()),
        sex=f"{{ choice = [{sexes}] }}",
        voxel=list(plan.grid.voxel_mm),
        extent=list(plan.grid.field_of_view_mm),
        centre=list(plan.grid.centre_mm),
        scans=scans,
    )
