import numpy as np
import pytest

from mindscan.anatomy import joint, norms
from mindscan.core.key import Key


@pytest.mark.parametrize("which", ["sizes", "sides"])
def test_the_tables_are_correlations(which: str) -> None:
    table = joint.table(which)
    assert np.array_equal(table.correlation, table.correlation.T)
    assert np.array_equal(np.diag(table.correlation), np.ones(len(table.names)))
    assert np.linalg.eigvalsh(table.correlation).min() > 0.05


def test_every_curve_of_the_brain_is_among_the_sizes() -> None:
    names = set(joint.table("sizes").names)
    assert {"Thickness", "Cerebral-Cortex", "Lateral-Ventricle", "Brain-Stem"} <= names & set(norms.CURVES)
    assert set(joint.table("sides").numbers) == {"mean", "sd"}


def test_drawn_scores_have_the_measured_correlations() -> None:
    table = joint.table("sizes")
    heads = [float(Key(n).rng().standard_normal()) for n in range(1500)]
    drawn = [table.draw(Key(n) / "sizes", ICV=head) for n, head in enumerate(heads)]
    found = np.corrcoef(np.array([[one[name] for name in table.names] for one in drawn]).T)
    assert np.abs(found - table.correlation).max() < 0.1
    assert np.std([one["Thalamus"] for one in drawn]) == pytest.approx(1, abs=0.06)


def test_what_is_known_is_met_and_moves_the_rest() -> None:
    table = joint.table("sizes")
    small, large = table.draw(Key(1), ICV=-2.0), table.draw(Key(1), ICV=2.0)
    assert (small["ICV"], large["ICV"]) == (-2.0, 2.0)
    at = table.names.index("Cerebral-Cortex")
    assert large["Cerebral-Cortex"] - small["Cerebral-Cortex"] == pytest.approx(4 * table.correlation[at, 0])
    assert table.draw(Key(1), ICV=2.0) == large
    assert table.draw(Key(2), ICV=2.0) != large
