from pathlib import Path

import pytest

from added import NAME, made
from mindscan.anatomy import assets
from mindscan.core.errors import FileError, SettingsError


def test_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MINDSCAN_ASSETS", str(tmp_path / "mine"))
    assert assets.folder() == tmp_path / "mine"
    assert assets.names() == []
    monkeypatch.delenv("MINDSCAN_ASSETS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert assets.folder() == tmp_path / "data" / "mindscan" / "assets"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert assets.folder() == tmp_path / ".local" / "share" / "mindscan" / "assets"


def test_the_digest_tells_maps_apart() -> None:
    ids = assets.labels(made().name)
    other = ids.copy()
    other[80, 100, 80] += 1
    assert assets.digest_of(ids) != assets.digest_of(other)
    assets.check(NAME, assets.digest_of(ids))
    assets.check("mni152", "")
    for name, digest in ((NAME, ""), (NAME, assets.digest_of(other)), ("mni152", assets.digest_of(ids))):
        with pytest.raises(SettingsError, match=f'base anatomy "{name}" with digest'):
            assets.check(name, digest)


def test_a_damaged_map_says_how_to_mend_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MINDSCAN_ASSETS", str(tmp_path))
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / assets.NOTE_FILE).write_text("{}")
    (tmp_path / "torn" / assets.LABELS_FILE).write_bytes(b"not a picture")
    with pytest.raises(FileError, match="mindscan assets remove torn"):
        assets.digest("torn")
