from typing import Any

import numpy as np
import pytest

from mindscan.anatomy import compiled as module
from mindscan.anatomy.compiled import compiled


def test_a_loop_does_what_it_says() -> None:
    @compiled("f8(f8[::1])")
    def total(values: Any) -> float:
        found = 0.0
        for value in values:
            found += value
        return found

    assert total(np.arange(5.0)) == 10


def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*types: str, cache: bool = False, **options: bool) -> Any:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: ("compiled", function)

    monkeypatch.setattr(module, "njit", nowhere)
    assert compiled("void()")(abs) == ("compiled", abs)
