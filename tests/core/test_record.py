"""Records: frozen, JSON and TOML both ways, unknown fields refused in one line."""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError, model_validator

from mindscan.core.errors import FileError, SettingsError
from mindscan.core.record import Record


class Wheel(Record):
    """Part of a cart."""

    radius_mm: Annotated[float, Field(gt=0)]
    maker: str = "unknown"


class Cart(Record):
    """A record with parts."""

    colour: Literal["red", "blue"] = "red"
    wheels: tuple[Wheel, ...] = ()
    spare: Wheel | None = None

    @model_validator(mode="after")
    def _few_wheels(self) -> "Cart":
        if len(self.wheels) > 4:
            raise ValueError("at most four wheels")
        return self


CART = Cart.parse({"colour": "blue", "wheels": [{"radius_mm": 300.0, "maker": "Ågren"}], "spare": None})


def test_json_both_ways(tmp_path: Path) -> None:
    path = tmp_path / "cart.json"
    path.write_text(CART.json_text(), encoding="utf-8")
    assert Cart.read(path) == CART
    assert Cart.read(str(path)).json_text() == CART.json_text()
    assert CART.json_text().endswith("}\n")
    assert "Ågren" in CART.json_text()


def test_rows_of_numbers_stand_in_one_line_and_words_stay_as_they_are(tmp_path: Path) -> None:
    class Map(Record):
        rows: tuple[tuple[float, float], ...]
        note: str
        words: tuple[str, ...]

    one = Map(rows=((1.5, -2e-9), (3.0, 4e30)), note="[\n 1,\n 2\n]", words=("1,", "2"))
    assert "[1.5, -2e-09],\n" in one.json_text()
    assert json.loads(one.json_text()) == one.model_dump(mode="json")
    (tmp_path / "map.json").write_text(one.json_text(), encoding="utf-8")
    assert Map.read(tmp_path / "map.json") == one


def test_toml(tmp_path: Path) -> None:
    path = tmp_path / "cart.toml"
    path.write_text('colour = "blue"\n[[wheels]]\nradius_mm = 300\nmaker = "Ågren"\n', encoding="utf-8")
    assert Cart.read(path) == CART


def test_digest_is_of_the_text() -> None:
    assert CART.digest == hashlib.sha256(CART.json_text().encode()).hexdigest()
    assert CART.digest != Cart().digest


def test_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        CART.colour = "red"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            {"color": "red"},
            "unknown field 'color'; expected one of colour, spare, wheels; did you mean 'colour'?",
        ),
        ({"zzz": 1}, "unknown field 'zzz'; expected one of colour, spare, wheels; remove it"),
        ({"colour": "green"}, "colour = \"green\"; expected 'red' or 'blue'; change it"),
        ({"wheels": [{}]}, "field 'wheels.0.radius_mm' is missing; expected a value for it; add it"),
        ({"wheels": [{"radius_mm": 0}]}, "wheels.0.radius_mm = 0; expected greater than 0; change it"),
        ({"spare": {"radius_mm": 1, "radius": 2}}, "did you mean 'radius_mm'?"),
        ({"wheels": [{"radius_mm": 1, "makr": "x"}]}, "did you mean 'maker'?"),
        ({"wheels": [{"radius_mm": 1}] * 5}, "expected at most four wheels"),
        ({"wheels": [{"radius_mm": float("nan")}]}, "finite number"),
        (3, "record = 3"),
        (None, "record = null"),
    ],
    ids=str,
)
def test_fault_is_one_line_with_its_path(data: object, said: str) -> None:
    with pytest.raises(SettingsError) as fault:
        Cart.parse(data)
    assert said in str(fault.value)
    assert "\n" not in str(fault.value)


def test_fault_says_where() -> None:
    with pytest.raises(SettingsError, match=r"^cart\.toml: colour"):
        Cart.parse({"colour": 1}, where="cart.toml")


def test_long_values_are_cut() -> None:
    with pytest.raises(SettingsError) as fault:
        Cart.parse({"colour": "x" * 10_000})
    assert len(str(fault.value)) < 200


@pytest.mark.parametrize(("name", "kind"), [("cart.json", "JSON"), ("cart.toml", "TOML")])
def test_damaged_file(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    path.write_text("{ colour =", encoding="utf-8")
    with pytest.raises(FileError, match=f"expected valid {kind}; repair or replace the file") as fault:
        Cart.read(path)
    assert str(path) in str(fault.value)
    assert "\n" not in str(fault.value)


def test_binary_file(tmp_path: Path) -> None:
    path = tmp_path / "cart.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileError, match="valid JSON"):
        Cart.read(path)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        Cart.read(tmp_path / "none.json")
    with pytest.raises(FileError, match="a readable file; check the path"):
        Cart.read(tmp_path)


def test_wrong_value_in_a_file_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cart.json"
    path.write_text(json.dumps({"colour": "green"}), encoding="utf-8")
    with pytest.raises(SettingsError) as fault:
        Cart.read(path)
    assert str(fault.value).startswith(f"{path}: colour")
