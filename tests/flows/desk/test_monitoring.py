"""What a monitoring system asks the desk: whether it is well, and the figures of its sites for those with a token."""

from __future__ import annotations

from storage.database.errors import DatabaseUnreachable
from tests.flows.desk.room import account, editor, put, visitor


async def test_health_needs_no_account_and_says_when_the_database_is_away(database, monkeypatch):
    async with visitor(database) as client:
        well = await client.get("/healthz")
        assert (well.status_code, well.text) == (200, "ok\n")

        def away(db):
            raise DatabaseUnreachable("no such server")

        monkeypatch.setattr("flows.desk.monitoring.reachable", away)
        ill = await client.get("/healthz")
    assert (ill.status_code, ill.text) == (503, "the database does not answer\n")  # why is not for strangers


async def test_figures_are_for_accounts_and_only_of_the_sites_that_they_may_see(database):
    put(database, ["merci", "encore"])
    async with visitor(database) as client:
        assert (await client.get("/metrics")).status_code == 401
    account(database, "marie")
    async with editor(database, "marie") as client:
        told = (await client.get("/metrics")).text
    assert 'tamis_comments_waiting{site="mag"} 2.0' in told
    assert 'tamis_articles{site="mag"} 1.0' in told
