"""Hunt for bytes that a reader of scans cannot bear, led by the lines that they reach.

    python tests/ingest/hunt.py [options of libFuzzer, such as -max_total_time=60]

`make fuzz` brings Atheris, which is needed only here, and runs it. It begins with a whole file of every form;
a file that ends in anything but a picture or a reason is kept as `crash-...` and shown.
"""

import sys
import tempfile
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["mindscan.ingest"]):
    from ingest.readers import read_all, whole_files


def main() -> None:
    """Hunt until the time is over or something is found."""
    with tempfile.TemporaryDirectory() as folder:
        root, seeds = Path(folder), Path(folder) / "seeds"
        for place in (root / "whole", seeds):
            place.mkdir()
        for name, content in whole_files(root / "whole").items():
            (seeds / name).write_bytes(content)

        def look(content: bytes) -> None:
            path = root / "file"
            path.write_bytes(content)
            read_all(path)

        warnings.simplefilter("ignore")
        atheris.Setup([*sys.argv, str(seeds)], look)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
