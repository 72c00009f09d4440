"""Two runs that end at the same moment do the upkeep of the same rows, and neither fails."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from operator import itemgetter

from sqlalchemy import select

from storage.crawl import campaigns
from storage.crawl.campaigns import find_campaigns
from storage.crawl.loading import load
from storage.database.tables import campaigns as campaign_rows
from storage.database.tables import comments
from storage.opening import open_database
from storage.upkeep.after_run import after_run

WORDS = [" ".join(f"mot{topic}{letter}" for letter in "abcdefghijklmnop") for topic in range(12)]


def test_two_workers_that_meet_in_the_same_campaigns_do_not_wait_for_each_other(
    database, database_url, make, say, monkeypatch
):
    for number, words in enumerate(WORDS):
        load(
            database,
            [make.extracted(f"https://mag.example/{number}", [say(words), say(words, author="Zoé")])],
            None,
            make.now,
        )
    find_campaigns(database, make.now)
    with database.read() as connection:
        known = dict(connection.execute(select(campaign_rows.c.id, campaign_rows.c.sample)).tuples().all())
    number = next(one for one in sorted(known) if one + 8 in known)  # a set holds them in the order in which they came
    first, last = known[number], known[number + 8]
    for name, order in (("a", (first, last)), ("b", (last, first))):
        thread = [say(f"{words} {name}", author=name) for words in order]
        load(database, [make.extracted(f"https://mag.example/{name}", thread)], None, make.now)
    with database.read() as connection:
        rows = connection.execute(select(comments.c.id, comments.c.author).where(comments.c.author.in_(["a", "b"])))
        mine = {
            name: [row.id for row in group] for name, group in groupby(sorted(rows, key=itemgetter(1)), itemgetter(1))
        }
    unsigned, summarise, both = campaigns.unsigned, campaigns.summarise, threading.Barrier(2)
    here = threading.local()

    def half(now):
        return unsigned(now).where(comments.c.id.in_(here.mine))

    def together(connection, campaign):
        summarise(connection, campaign)
        with contextlib.suppress(threading.BrokenBarrierError):  # one that waits for its turn never comes
            both.wait(2)

    monkeypatch.setattr(campaigns, "unsigned", half)
    monkeypatch.setattr(campaigns, "summarise", together)

    def one(name):
        here.mine = mine[name]
        with open_database(database_url) as db:
            return find_campaigns(db, make.now)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(one, ["a", "b"])) == [2, 2]


def test_all_upkeep_is_done_by_four_workers_at_once(database, database_url, make, say, judge):
    for number in range(40):
        thread = [say(f"{WORDS[0]} {number % 7}"), say(f"Bonjour, je cherche une formation de type {number}")]
        outcome = make.extracted(f"https://mag.example/{number}", thread, [judge("review", 0.5), judge()])
        load(database, [outcome], None, make.now)

    def one(_):
        with open_database(database_url) as db:
            return after_run(db, make.now)

    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(one, range(4)))) == 4
