"""Ids of people and of their sessions."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mindscan.dataset import visits

words = st.text("0123456789abcXYZ", min_size=1, max_size=6)


@given(words, words | st.just(""))
@settings(deadline=None, max_examples=50)
def test_an_id_says_the_person_and_the_session(person: str, session: str) -> None:
    who = visits.visit(person, session)
    assert (visits.person(who), visits.session(who)) == (person, session)
    assert visits.home(who).name == (f"ses-{session}" if session else f"sub-{person}")
    assert visits.stem(who) == "_".join(visits.home(who).parts)
