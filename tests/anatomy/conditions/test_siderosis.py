import functools

import numpy as np
import pytest
import torch
from scipy import ndimage

from mindscan.anatomy import build, conditions
from mindscan.anatomy.conditions.siderosis import Siderosis, SiderosisSize
from mindscan.anatomy.illness import survey
from mindscan.anatomy.survey import Survey
from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, TISSUES
from mindscan.core.person import Person
from mindscan.core.volume import Grid
from mindscan.validate.illnesses import changed_outside, shares
from outer import drawn, recipe

NAME = "superficial-siderosis"
RIM, FLUID, STEM = (BY_NAME[name].id for name in ("Siderosis", "CSF", "Brain-Stem"))


@functools.cache
def made(form: str, severity: float) -> build.Model:
    return recipe(NAME, severity, form=form).head()


@functools.cache
def well() -> build.Model:
    return recipe("").head()


@functools.cache
def look() -> Survey:
    head = well()
    return survey(head.scale, functools.partial(head.place, point_ml=0.0), head.paint)


@functools.cache
def around(form: str, severity: float) -> Brain:
    """The midbrain and the superior vermis, or the first sulcus, at 1 mm."""
    model = made(form, severity)
    low, high = (torch.tensor(corner, dtype=torch.float64) for corner in model.lesions[0].level.box())
    back = torch.from_numpy(np.linalg.inv(model.to_template))
    x, y, z = (back[:3, :3] @ ((low + high) / 2) + back[:3, 3]).tolist()
    return build.painted(model, Grid.centred((48, 48, 48), (1.0, 1.0, 1.0), (x, y, z)), dense=False)


def test_most_are_cortical_and_more_severe_goes_farther() -> None:
    person = Person(age_years=75, sex="M")
    mild, bad = (
        [conditions.draw(NAME, Key(n), person, severity).model_dump() for n in range(100)]
        for severity in (0.2, 1.0)
    )
    assert 50 <= sum(each["form"] == "cortical" for each in mild) <= 78
    for name in ("sulci", "reach_mm", "thickness_mm"):
        less, more = (np.median([each[name] for each in drawn if each[name]]) for drawn in (mild, bad))
        assert less < more
    assert all((each["sulci"] > 0) != (each["reach_mm"] > 0) for each in mild + bad)


def test_the_extent_follows_a_form_that_is_given() -> None:
    cortical, below = (drawn(NAME, 0.8, form=form).model_dump() for form in ("cortical", "infratentorial"))
    assert cortical["sulci"] > 0 == cortical["reach_mm"]
    assert below["reach_mm"] > 0 == below["sulci"]


@pytest.mark.parametrize(("sulci", "grade"), [(2, "focal"), (5, "disseminated")])
def test_there_are_as_many_sulci_as_asked_and_they_are_graded(sulci: int, grade: str) -> None:
    params = drawn(NAME, form="cortical", sulci=sulci, thickness_mm=1)
    assert isinstance(params, SiderosisSize)
    found = Siderosis().lesions(params, Key(1), look())
    assert [lesion.grade for lesion in found] == [grade] * sulci
    assert all(0.05 < lesion.ml < 5 for lesion in found)


@pytest.mark.parametrize(("form", "severity"), [("cortical", 0.3), ("infratentorial", 0.3)])
def test_it_is_a_thin_rim_beside_fluid_and_takes_no_fluid(form: str, severity: float) -> None:
    brain = around(form, severity)
    rim, fluid = shares(brain, [RIM]) > 0.5, shares(brain, [FLUID]) > 0.1
    away = ndimage.distance_transform_edt(~fluid)[rim]
    assert rim.sum() > 100
    assert np.mean(away <= 2) > 0.95
    plain = build.painted(well(), brain.labels.grid, dense=False)
    assert plain.fractions is not None
    assert brain.fractions is not None
    csf = TISSUES.index("CSF")
    assert torch.equal(brain.fractions[csf], plain.fractions[csf])
    assert changed_outside(plain, brain) == 0


def test_a_sulcus_holds_its_volume() -> None:
    brain, lesion = around("cortical", 0.3), made("cortical", 0.3).lesions[0]
    assert brain.lesions is not None
    assert brain.lesions.rows[0].volume_ml == pytest.approx(lesion.ml, rel=0.04)
    assert brain.lesions.rows[0].structure.endswith("Cerebral-Cortex")


def test_below_the_tentorium_it_lines_vermis_and_midbrain() -> None:
    brain = around("infratentorial", 0.3)
    data = brain.labels.numpy()
    assert ((data == RIM) & ndimage.binary_dilation(data == STEM, iterations=2)).sum() > 100
    assert brain.lesions is not None
    assert brain.lesions.rows[0].grade == "infratentorial"
    assert brain.lesions.rows[0].structure.endswith("Cerebellum-Cortex")
