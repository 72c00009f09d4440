"""What the database knows of a comment's sender, as verdicts get it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.records import CommentKind
from moderation.moderate import Moderator
from moderation.submissions import submissions_of
from moderation.verdict import Action
from storage.crawl.history import with_history
from storage.crawl.loading import load
from storage.crawl.replaying import judged_comments
from storage.desk.decisions import decide
from storage.upkeep.after_run import after_run
from storage.upkeep.erasure import erase_author

URL = "https://mag.example/fiche"
NIGHT = timedelta(days=1)


@pytest.fixture
def night(database, make):
    """Loads each page, and ends the run as a night does."""

    def run(*pages):
        load(database, pages, None, make.now)
        after_run(database, make.now)
        return make.later(days=1)

    return run


def known(database, make, comments, now):
    page = make.page(f"{URL}/tonight", comments)
    return with_history(database, "mag", submissions_of(page), now)


def signals_of(submissions):
    return [{one.signal for one in verdict.evidence} for verdict in Moderator(lean=True).judge_all(submissions)]


def test_an_author_who_was_published_before_is_known_the_next_night(database, make, say, night):
    now = night(make.extracted(f"{URL}/1", [say("Un premier avis.", "Odile"), say("Un autre.", "Paul")]))
    tonight = [say("Un avis de plus.", "Odile", date="2026-02-09"), say("Bonjour.", "Inconnue", date="2026-02-09")]
    odile, stranger = known(database, make, tonight, now)
    assert (odile.earlier_published, stranger.earlier_published) == (1, None)
    with_signal, without = signals_of([odile, stranger])
    assert "known-author" in with_signal
    assert "known-author" not in without


def test_a_comment_does_not_speak_for_itself(database, make, say, night):
    said = say("Un premier avis.", "Odile", id="c1")
    now = night(make.extracted(f"{URL}/1", [said]))
    assert known(database, make, [said], now)[0].earlier_published is None
    assert known(database, make, [replace(said, date=None)], now)[0].earlier_published is None


def test_what_came_in_the_same_night_is_not_yet_known(database, make, say, night):
    night(make.extracted(f"{URL}/1", [say("Un premier avis.", "Odile")]))
    tonight = [say("Un avis de plus.", "Odile", date="2026-02-09")]
    assert known(database, make, tonight, make.now - NIGHT)[0].earlier_published is None


def test_only_what_was_published_and_still_stands_speaks_for_an_author(database, make, say, judge, night):
    held, gone, refused = (say(f"Un avis de {name}.", name, id=name) for name in ("Ana", "Bob", "Cyr"))
    page = f"{URL}/1"
    verdicts = [judge("review"), judge(), judge()]
    now = night(make.extracted(page, [held, gone, refused], verdicts))
    number = next(one.comment_id for one in judged_comments(database) if one.submission.author == "Cyr")
    decide(database, number, "eva", Action.REJECT, "spam", 1, now, "k")
    now = night(make.extracted(page, [held, refused], [judge("review"), judge()]))  # Bob's was taken down
    tonight = [say("Encore.", name, date="2026-02-09") for name in ("Ana", "Bob", "Cyr")]
    assert [one.earlier_published for one in known(database, make, tonight, now)] == [None, None, None]


def test_a_known_name_with_an_address_that_it_never_gave_is_not_known(database, make, say, night):
    blog = {"author_url": "http://odile.example/"}
    now = night(make.extracted(f"{URL}/1", [say("Un premier avis.", "Odile", **blog)]))
    own, shop = (
        say("Encore un avis.", "Odile", date="2026-02-09", **blog),
        say("Encore un avis.", "Odile", date="2026-02-09", author_url="http://shop.example/"),
    )
    assert [one.earlier_published for one in known(database, make, [own, shop], now)] == [1, None]


def test_an_address_under_many_names_is_known_across_sites_and_nights(database, make, say, night):
    shop = {"author_url": "http://shop.example/x"}
    for number, name in enumerate(("Anna", "Bert", "Carl")):
        page = make.extracted(f"{URL}/{number}", [say(f"Nice, number {number}.", name, **shop)])
        other = make.exchange(f"https://{number}.example/a")
        now = night(page, make.extracted(other.url, [say("Good.", name)], exchange=other))
    fourth, reader = known(
        database,
        make,
        [say("So nice.", "Dora", **shop), say("Nice.", "Eve", author_url="http://eve.example/")],
        now,
    )
    assert (fourth.host_names, reader.host_names) == (4, None)
    with_signal, without = signals_of([fourth, reader])
    assert "host-under-many-names" in with_signal
    assert "host-under-many-names" not in without


def test_comments_whose_address_got_new_names_are_judged_again(database, make, say, night):
    shop = {"author_url": "http://shop.example/x"}
    for number, name in enumerate(("Anna", "Bert")):
        night(make.extracted(f"{URL}/{number}", [say(f"Nice, number {number}.", name, **shop)]))
    since = make.now
    assert list(judged_comments(database, context_since=since)) == []
    night(make.extracted(f"{URL}/3", [say("So nice.", "Carl", **shop), say("Merci.", "Odile")]))
    again = list(judged_comments(database, context_since=since))
    assert [(one.submission.author, one.submission.host_names) for one in again] == [
        ("Anna", 3),
        ("Bert", 3),
        ("Carl", 3),
    ]
    assert list(judged_comments(database, context_since=make.later())) == []


def test_a_whole_page_is_looked_up_in_a_few_queries(database, make, say, night):
    from sqlalchemy import event

    readers = [say(f"Avis {n}.", f"Lecteur {n}", author_url=f"http://l{n}.example/") for n in range(60)]
    now = night(make.extracted(f"{URL}/1", readers))
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    later = [replace(one, date="2026-02-09") for one in readers]
    found = known(database, make, later, now)
    assert [one.earlier_published for one in found] == [1] * 60
    assert len([sql for sql in asked if sql.startswith("SELECT")]) <= 5


def test_a_notice_and_the_site_itself_have_no_history(database, make, say, night):
    now = night(make.extracted(f"{URL}/1", [say("Un avis.", "Odile"), say("Merci !", "Odile", by_site=True)]))
    tonight = [
        say("[...] un avis [...]", "Odile", date="2026-02-09", kind=CommentKind.PINGBACK),
        say("Merci !", "Odile", date="2026-02-09", by_site=True),
    ]
    assert {(one.earlier_published, one.host_names) for one in known(database, make, tonight, now)} == {(None, None)}


def test_erasing_an_author_takes_the_addresses_too(database, make, say, rows, night):
    night(make.extracted(f"{URL}/1", [say("Un avis.", "Odile", author_url="http://odile.example/")]))
    assert [row["host"] for row in rows("SELECT host FROM comment_hosts")] == ["odile.example"]
    erase_author(database, "Odile", asked_by="ana", now=make.now, archive=None)
    assert rows("SELECT host FROM comment_hosts") == []
