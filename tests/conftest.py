"""What all tests share: one thread, the clone's own cache, properties that give the same verdict twice."""

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

from hypothesis import settings  # noqa: E402  (reads the environment when it is imported)

settings.register_profile("mindscan", deadline=None, derandomize=True)
settings.load_profile("mindscan")
