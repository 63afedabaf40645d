import pytest
import torch

from mindscan.anatomy import anatomy, build
from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.build import Model
from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.volume import Grid

KEY = Key(11) / "anatomy"


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def drawn() -> Anatomy:
    return anatomy.draw(KEY, Person(age_years=35, sex="F"))


@pytest.fixture(scope="session")
def key() -> Key:
    return KEY


@pytest.fixture(scope="session")
def whole_grid() -> Grid:
    return Grid.centred((168, 208, 178), (1, 1, 1), (0, -18, 4))


@pytest.fixture(scope="session")
def whole(model: Model, whole_grid: Grid) -> Brain:
    return build.painted(model, whole_grid, dense=False)


@pytest.fixture(scope="session")
def model(drawn: Anatomy) -> Model:
    return build.model(drawn, KEY)


@pytest.fixture(scope="session")
def head_brain(model: Model) -> Brain:
    """The whole head with face and neck, coarse."""
    return build.painted(model, Grid.centred((92, 124, 130), (2, 2, 2), (0, -8, -24)), dense=False)
