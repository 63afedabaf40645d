"""What all tests share: one thread, the clone's own cache, properties that give the same verdict twice.

The tests of one folder run in one process, since they share heads that are made once; pages share nothing.
"""

import os
import tempfile
from pathlib import Path

CACHE = Path(__file__).parents[1] / ".cache"
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MINDSCAN_CACHE", str(CACHE / "mindscan"))
ADDED = tempfile.TemporaryDirectory()
os.environ["MINDSCAN_ASSETS"] = str(Path(ADDED.name) / "assets")
os.environ.setdefault("DENO_DIR", str(CACHE / "deno"))
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(CACHE / "hypothesis"))

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402  (reads the environment when it is imported)
from xdist.scheduler import LoadScopeScheduling  # noqa: E402

settings.register_profile("mindscan", deadline=None, derandomize=True)
settings.load_profile("mindscan")


class Folders(LoadScopeScheduling):
    """Gives processes whole folders of tests, those of most tests first, and pages one by one at last."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if "::test_page_runs" in nodeid else nodeid.partition("::")[0].rpartition("/")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    return Folders(config, log)
