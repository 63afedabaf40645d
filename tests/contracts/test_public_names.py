"""The public names keep their signatures, and cost nothing until they are used."""

import inspect
import subprocess
import sys

import pytest

import mindscan

SIGNATURES = {
    "make": "out subjects=4 seed=0 plan=None workers=None progress",
    "replay": "recipe out",
    "make_subject": "recipe device='cpu'",
    "stream": "plan=None seed=0 length=None device='cpu' start=1",
    "surfaces": "recipe device='cpu'",
    "draw": "plan seed subject",
    "to_dicom": "dataset out subjects=() scans=() labelmap=False progress",
    "from_dicom": "folder out",
    "take_in": "source out participants=None workers=None key=None progress",
    "to_monai": "sample",
    "to_torchio": "sample",
    "read_dataset": "root",
    "cite": "root",
    "show": "path out look=None",
    "segment": "scan weights=None",
    "landmarks": "scan weights=None landmarker=None",
    "tissue_maps": "scan found",
    "add_asset": "path labels='freesurfer' name=None",
    "list_assets": "",
    "remove_asset": "name",
}


def signature(name: str) -> str:
    """Names and plain defaults of the parameters of a public function."""
    words = []
    for given in inspect.signature(getattr(mindscan, name)).parameters.values():
        plain = given.default is not given.empty and not callable(given.default)
        words.append(f"{given.name}={given.default!r}" if plain else given.name)
    return " ".join(words)


@pytest.mark.parametrize("name", SIGNATURES)
def test_functions_keep_their_signatures(name: str) -> None:
    assert signature(name) == SIGNATURES[name]


def test_every_public_name_is_a_function_here_or_a_type() -> None:
    types = {name for name in mindscan.__all__ if inspect.isclass(getattr(mindscan, name))}
    assert types == {"MindscanError", "Plan", "Recipe"}
    assert types | set(SIGNATURES) == set(mindscan.__all__)


def test_importing_costs_nothing() -> None:
    program = "import sys, mindscan; print(sorted({'torch', 'numpy', 'pydantic', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
