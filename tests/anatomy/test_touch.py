import itertools

from mindscan.anatomy import mend, touch
from mindscan.core.labels import LABELS, in_skull


def test_parts_count_as_their_structure_and_sides_are_one() -> None:
    assert touch.structure("ctx-lh-cuneus") == "Cerebral-Cortex"
    assert touch.structure("Right-Putamen") == "Putamen"


def test_the_table_of_real_contacts() -> None:
    known = touch.known()
    names = {name for pair in known for name in pair}
    assert len(known) == len(names) * (len(names) - 1) // 2
    assert all(one < other for one, other in known)
    assert known["Cerebral-Cortex", "Cerebral-White-Matter"] > 1_000_000
    assert len(touch.never()) > 60


def test_every_label_in_the_skull_has_a_class() -> None:
    names, index = touch.classes()
    for label in LABELS:
        outside = not in_skull(label) or label.lesion or label.name in ("Dura", "Vein")
        assert names[index[label.id]] == (touch.OUTSIDE if outside else touch.structure(label.name))


def test_what_is_large_and_fluid_may_touch() -> None:
    """What `mend` builds on: it looks only around small structures, and fluid is its last resort."""
    kept_apart = touch.never() | set(mend.APART)
    assert not kept_apart & set(itertools.combinations(sorted(mend._LARGE), 2))
    assert not [pair for pair in touch.never() if "CSF" in pair]
    assert all(pair == tuple(sorted(pair)) for pair in mend.APART)
    assert {name for pair in touch.never() for name in pair} | {"CSF"} == set(mend._YIELDS)
