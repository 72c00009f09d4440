"""The whole hostile corpus through the fetcher, with a guard that remembers every connection tried."""

from __future__ import annotations

import pytest

from benchmarks import hostile
from flows.fetching.client import Fetcher
from flows.fetching.errors import Refused, Unreachable
from flows.fetching.pace import Pace
from flows.fetching.policy import FetchRequest

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not hostile.HOSTILE.is_dir(), reason="NOT TESTED: ../shared/bench/hostile is absent"),
]


async def test_no_ssrf_target_is_connected_to_and_every_public_one_is() -> None:
    found = await hostile.ssrf(hostile.corpus())
    assert len(found) == 90
    assert [case for case in found if not case.holds] == []


async def test_a_name_that_changes_its_address_is_asked_at_the_judged_one_only() -> None:
    with hostile.corpus().EgressGuard(ports=set(), hosts={"rebind.example": ["93.184.215.14", "127.0.0.1"]}) as egress:
        async with Fetcher(hostile.policy(), pace=Pace()) as fetcher:
            with pytest.raises(Unreachable):
                await fetcher.fetch(FetchRequest(url="http://rebind.example/"))
            with pytest.raises(Refused):
                await fetcher.fetch(FetchRequest(url="http://rebind.example/"))
    assert egress.attempts == [("93.184.215.14", 80)]
    assert egress.lookups == ["rebind.example"] * 2


@pytest.mark.integration
async def test_every_hostile_response_ends_as_expected_and_nothing_leaves_loopback() -> None:
    corpus = hostile.corpus()
    with corpus.Server() as server:
        ports = {int(server.url.rpartition(":")[2])}
        with corpus.EgressGuard(ports=ports) as egress:
            found = await hostile.responses(corpus, server, ports, None)
    assert len(found) == 147
    assert [case for case in found if not case.holds] == []
    assert egress.attempts == []
    # Endless answers are ended by the deadline, which their error proves; a busy machine may take longer to say so.
    endless = [case for case in found if case.expect == "timeout"]
    assert endless
    assert {case.got for case in endless} == {"DeadlineExceeded (deadline)"}
