import json
from pathlib import Path
from typing import Any

import pytest

from mindscan.core.errors import SettingsError
from mindscan.imaging.scanner import PRESETS
from mindscan.validate import imaging
from mindscan.validate.artefacts import ARTEFACTS
from mindscan.validate.claims import row
from mindscan.validate.image_statistics import REAL


def answer(name: str) -> Any:
    """What a step might find."""
    kind = name.partition(" ")[0]
    if kind in ("presets", "artefacts"):
        return [{"text": f"picture of {name}", "source": "data:,"}]
    if kind == "texture":
        return dict.fromkeys(REAL, 0.5)
    if kind == "mistakes":
        return [{"name": "a preset of nobody", "said": "preset 'x'; expected another", "holds": True}]
    return [row(f"row of {name}", 0.9, 0, 1), row(f"other of {name}", 1.2, 0, 1.3)]


def test_no_workers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="workers = 0; expected at least 1"):
        next(imaging.validate(tmp_path, 0))


def test_every_preset_and_artefact_is_a_step() -> None:
    walls = [name.partition(" ")[0] for name in imaging.STEPS]
    assert walls.count("presets") == len(PRESETS)
    assert walls.count("artefacts") == len(ARTEFACTS)


def test_a_step_says_its_name_and_what_it_found() -> None:
    name, rows = json.loads(imaging.do("nulls"))
    assert name == "nulls"
    assert all(one["holds"] for one in rows)


def test_all_is_gathered_in_its_order_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def all_done(task: object, orders: list[str], workers: int) -> list[str]:
        return [json.dumps([name, answer(name)]) for name in reversed(orders)]

    monkeypatch.setattr(imaging, "do_all", all_done)
    monkeypatch.setattr(imaging, "head", lambda: None)
    *steps, last = imaging.validate(tmp_path / "out", 2)
    assert [step.done for step in steps] == list(range(len(imaging.STEPS) + 1))
    assert last.page is not None
    html = last.page.read_text("utf-8")
    assert all(claim.name in html for claim in last.claims)
    assert html.index("picture of presets 00") < html.index("picture of presets 40")
    numbers = json.loads((tmp_path / "out" / "imaging.json").read_text("utf-8"))
    assert "presets" not in numbers
    assert [one["name"] for one in numbers["dose"]][::2] == ["row of dose image", "row of dose projection"]
    assert len(numbers["texture"]) == len(REAL)
