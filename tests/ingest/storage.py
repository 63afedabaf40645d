"""A stand-in of the storage that OpenNeuro's files lie in: two keys a page, and faults as told."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from mindscan.ingest.openneuro import Store

CONTENTS = {
    "dataset_description.json": b"{}",
    "participants.tsv": b"participant_id\nsub-01\n",
    "sub-01/anat/sub-01_T1w.nii.gz": bytes(range(256)) * 3000,
    "sub-01/func/sub-01_task-a b&c_bold.nii.gz": b"bold" * 1000,
    "sub-02/anat/sub-02_T1w.nii.gz": b"second" * 5000,
    "sub-02/anat/empty.txt": b"",
}


class Storage(ThreadingHTTPServer):
    """Two keys a page; faults as told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.contents = {f"ds000001/{name}": content for name, content in CONTENTS.items()}
        self.etags: dict[str, str] = {}
        self.cut_after: dict[str, list[int]] = {}
        self.errors: list[int] = []
        self.ranged = True
        self.asked: list[tuple[str, str]] = []

    def etag(self, key: str) -> str:
        return self.etags.get(key) or hashlib.md5(self.contents[key]).hexdigest()


class Answer(BaseHTTPRequestHandler):
    """ListObjectsV2 and objects, with Range and If-Match."""

    server: Storage

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if self.server.errors:
            self.send_error(self.server.errors.pop(0))
        elif url.path == "/bucket/":
            self.page(parse_qs(url.query))
        else:
            self.thing(unquote(url.path.removeprefix("/bucket/")))

    def page(self, query: dict[str, list[str]]) -> None:
        keys = sorted(key for key in self.server.contents if key.startswith(query["prefix"][0]))
        start = int(query.get("continuation-token", ["0"])[0])
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><ETag>&quot;{self.server.etag(key)}&quot;</ETag>"
            f"<Size>{len(self.server.contents[key])}</Size></Contents>"
            for key in keys[start : start + 2]
        )
        more = f"<NextContinuationToken>{start + 2}</NextContinuationToken>" if start + 2 < len(keys) else ""
        name = "http://s3.amazonaws.com/doc/2006-03-01/"
        self.answer(200, f'<ListBucketResult xmlns="{name}">{rows}{more}</ListBucketResult>'.encode())

    def thing(self, key: str) -> None:
        content, wanted = self.server.contents.get(key), self.headers.get("Range", "")
        self.server.asked.append((key, wanted))
        if content is None:
            self.send_error(404)
        elif self.headers["If-Match"] != f'"{self.server.etag(key)}"':
            self.send_error(412)
        elif wanted and self.server.ranged:
            start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])  # type: ignore[index]
            self.answer(206, content[start:], key, f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.answer(200, content, key)

    def answer(self, status: int, content: bytes, key: str = "", span: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if span:
            self.send_header("Content-Range", span)
        self.end_headers()
        cuts = self.server.cut_after.get(key, [])
        self.wfile.write(content[: cuts.pop(0)] if cuts else content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def stand_in() -> Iterator[Storage]:
    """A storage that answers as long as the block lasts."""
    server = Storage()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def store_of(server: Storage) -> Store:
    """Its address."""
    return Store(f"http://127.0.0.1:{server.server_port}/bucket", wait_s=0.001)
