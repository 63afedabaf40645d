import itertools

import numpy as np
import pytest

from mindscan.anatomy.conditions.perforators import course, ground, hosts, placed
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID
from surveys import survey


def test_places_lie_in_their_site_and_off_each_other() -> None:
    look = survey()
    found = list(placed(look, {"centrum-semiovale": 0.8, "lobar": 0.2}, [6.0] * 40, Key(1)))
    assert {site for site, _ in found} == {"centrum-semiovale", "lobar"}
    for site, place in found:
        node = look.index(place[None])
        assert ground(look, site)[node] > 0
        assert int(look.labels[node][0]) in hosts(site)
    assert min(float(np.linalg.norm(a - b)) for (_, a), (_, b) in itertools.combinations(found, 2)) >= 6


def test_a_full_site_ends_the_row() -> None:
    found = list(placed(survey(), {"lobar": 1.0, "pons": 1.0}, [90.0] * 40, Key(1)))
    assert 0 < len(found) < 40
    assert not ground(survey(), "pons").any()


def test_arteries_of_the_centrum_semiovale_run_to_the_ventricle_others_from_their_root() -> None:
    look, up = survey(), np.array([0.0, 0.0, 1.0])
    assert course(look, "centrum-semiovale", np.array([1.0, 1.0, 41.0])) @ up > 0.95
    assert course(look, "basal-ganglia", np.array([19.0, 5.0, 9.0])) @ up > 0.99
    left, right = (course(look, "thalamus", np.array([x, -17.0, 5.0])) for x in (-11.0, 11.0))
    assert left == pytest.approx(right * (-1, 1, 1))


def test_the_brainstem_is_no_host_of_the_cerebrum() -> None:
    assert [BY_ID[i].name for i in hosts("pons")] == ["Brain-Stem"]
    assert not set(hosts("lobar")) & set(hosts("cerebellum"))
