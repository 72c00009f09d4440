"""Authentication, then size, then parsing."""

from __future__ import annotations

import pytest

from tests.flows.desk.room import account, editor, visitor


class Watched:
    """A body that says how much of it was asked for."""

    def __init__(self, pieces: int) -> None:
        self.pieces, self.read = pieces, 0

    async def __aiter__(self):  # type: ignore[no-untyped-def]
        for _ in range(self.pieces):
            self.read += 1
            yield b" " * 100_000


async def test_a_stranger_is_refused_before_his_body_is_read(database) -> None:
    body = Watched(1_000)
    async with visitor(database) as client:
        answer = await client.post("/api/decisions", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 401
    assert answer.headers["connection"] == "close"  # or the server would go on to read what nobody takes
    assert body.read <= 1


@pytest.mark.parametrize("path", ["/api/decisions", "/api/rules", "/login"])
async def test_a_body_beyond_its_limit_is_refused_unread(database, path) -> None:
    account(database, "ana")
    async with editor(database, "ana") as client:
        announced = await client.post(path, content=b" " * 300_000)
        kind = "application/x-www-form-urlencoded" if path == "/login" else "application/json"
        unannounced = await client.post(path, content=Watched(20), headers={"Content-Type": kind})
    assert announced.status_code == unannounced.status_code == 413


async def test_half_a_character_is_a_fault_of_the_request(database) -> None:
    account(database, "ana")
    async with editor(database, "ana") as client:
        body = b'{"items":[{"id":1,"version":1,"key":"\\ud800\\ud800\\ud800aaaaaaaaa"}],"action":"publish"}'
        answer = await client.post("/api/decisions", content=body, headers={"Content-Type": "application/json"})
        undone = b'{"keys":["\\ud800"],"key":"aaaaaaaaaa"}'
        undo = await client.post("/api/undo", content=undone, headers={"Content-Type": "application/json"})
    assert answer.status_code in (404, 422)
    assert undo.status_code in (404, 422)
