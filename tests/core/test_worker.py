"""Worker processes do what they are told, whoever asks."""

import os

import pytest

from mindscan.core.worker import do_all


def test_workers_keep_memory_for_the_next_head_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "MALLOC_TRIM_THRESHOLD_"
    monkeypatch.delenv(name, raising=False)
    assert int(*do_all(os.getenv, [name], 1)) > 2**30
    monkeypatch.setenv(name, "77")
    assert list(do_all(os.getenv, [name], 1)) == ["77"]


def test_a_fault_of_a_task_is_that_of_the_asker() -> None:
    with pytest.raises(ValueError, match="seven"):
        list(do_all(int, ["seven"], 1))
