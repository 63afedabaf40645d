"""Errors: one line that says what was given, what was expected and how to mend it."""

import pickle

import pytest

from mindscan.core import errors
from mindscan.core.errors import FileError, FolderError, MindscanError, PackageError, SettingsError

KINDS = (SettingsError, FileError, FolderError, PackageError)


@pytest.mark.parametrize("kind", [MindscanError, *KINDS])
def test_one_line_of_three_parts(kind: type[MindscanError]) -> None:
    error = kind("seed -1", "0 or\n  more", "choose another")
    assert str(error) == "seed -1; expected 0 or more; choose another"
    assert isinstance(error, MindscanError)


def test_parts_that_are_not_known_are_left_out() -> None:
    assert str(FileError("x is damaged")) == "x is damaged"
    assert str(FileError("x is damaged", mend="replace it")) == "x is damaged; replace it"


@pytest.mark.parametrize("kind", KINDS)
def test_crosses_process_borders(kind: type[MindscanError]) -> None:
    error = kind("given", "expected", "mend")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert (again.given, again.expected, again.mend) == ("given", "expected", "mend")
    assert str(again) == str(error)


def test_the_tree_at_the_top_names_every_error() -> None:
    drawn = {word for word in (errors.__doc__ or "").split() if word.endswith("Error")}
    assert drawn == {"MindscanError", *(kind.__name__ for kind in KINDS)}
