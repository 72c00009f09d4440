"""The whole hostile corpus through the fetcher, with a guard that remembers every connection tried."""

from __future__ import annotations

import pytest

from benchmarks import hostile

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not hostile.HOSTILE.is_dir(), reason="NOT TESTED: ../shared/bench/hostile is absent"),
]


async def test_no_ssrf_target_is_connected_to_and_every_public_one_is() -> None:
    found = await hostile.ssrf(hostile.corpus())
    assert len(found) == 90
    assert [case for case in found if not case.holds] == []


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
    assert max(case.seconds for case in found) < hostile.DEADLINE_S + 3
