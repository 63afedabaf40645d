"""The plan that is printed to be edited."""

import re
import tomllib

from mindscan.cohort.plan import Plan
from mindscan.cohort.plan_text import plan_text
from mindscan.cohort.recipe import draw


def test_reads_back_as_the_default_plan() -> None:
    assert Plan.parse(tomllib.loads(plan_text())) == Plan()


def test_every_line_that_is_commented_out_can_be_used() -> None:
    line = r"^# (\[\[(?:scans|conditions)\]\]|\[sessions\]|[a-z_]+ = )"
    text = re.sub(line, r"\1", plan_text(), flags=re.M)
    assert text.count("\n#") < plan_text().count("\n#") - 6
    plan = Plan.parse(tomllib.loads(text))
    assert len(plan.scans) == 3
    assert len(plan.conditions) == 2
    assert plan.sessions is not None
    assert plan.sessions.years == (0, 1, 2.5)
    assert plan.scans[2].settings["field_tesla"] == 1.5
    assert set(plan.anatomy) == {
        "base",
        "head",
        "warp",
        "cerebrum",
        "ventricles",
        "deep_grey_ml",
        "cerebellum",
        "brainstem",
    }
    assert draw(plan, 1, "0001").anatomy.head.icv_ml == 1500


def test_lines_fit_a_terminal() -> None:
    assert max(map(len, plan_text().splitlines())) <= 100
