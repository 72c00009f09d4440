"""What a Prefect server of ours finds in its environment."""

from __future__ import annotations

import pytest

from flows.orchestration.environment import of_server

BLOCKS = "PREFECT_SERVER_REGISTER_BLOCKS_ON_START"


def test_only_a_server_that_starts_runs_writes_the_block_types_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BLOCKS, raising=False)
    assert of_server(only_records=True)[BLOCKS] == "false"
    assert BLOCKS not in of_server(only_records=False)


def test_what_the_operator_says_of_block_types_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BLOCKS, "true")
    assert of_server(only_records=True)[BLOCKS] == "true"
