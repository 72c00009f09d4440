"""Articles in several pages: one row, whole whichever page comes first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractors.article.parts import Parts
from extractors.records import Block, BlockKind, Section
from storage.crawl.loading import load
from storage.crawl.outcomes import Extracted, GonePage
from storage.crawl.own_past import compared

URL = "https://mag.example/le-relieur/"
WORDS = "Le relieur plie les cahiers, les presse une nuit entière puis les coud un à un"


@pytest.fixture
def part(make, say):
    def one(number: int, words: str | None = None, comments=(), others: tuple[int, ...] = (), **changes) -> Extracted:
        url = URL if number == 1 else f"{URL}{number}/"
        text = f"{WORDS}, {words or number}."
        section = Section(level=1, heading=None, text=text, blocks=(Block(kind=BlockKind.PARAGRAPH, text=text),))
        outcome = make.extracted(url, comments, text=text, sections=(section,), lead=None, **changes)
        addresses = tuple(f"{URL}{other}/" for other in others)
        return replace(outcome, parts=Parts(number=number, first=URL, others=addresses))

    return one


def text(*words: object) -> str:
    return "\n\n".join(f"{WORDS}, {word}." for word in words)


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 1, 3)])
def test_an_article_in_three_pages_is_one_row_with_all_its_text(database, make, part, rows, order):
    pages = {number: part(number, others=(2, 3)) for number in order}
    for number in order:
        load(database, [pages[number]], None, make.now)
    assert rows("SELECT url, text FROM articles WHERE gone_at IS NULL") == [{"url": URL, "text": text(1, 2, 3)}]
    assert rows("SELECT count(*) AS n FROM sections") == [{"n": 1}]


def test_pages_that_come_together_are_one_article(database, make, part, rows):
    done = load(database, [part(2), part(1, others=(2,))], None, make.now)
    assert (done.new_articles, rows("SELECT text FROM articles")) == (1, [{"text": text(1, 2)}])


def test_loading_the_pages_again_changes_nothing(database, make, part, rows):
    pages = [part(1, others=(2,)), part(2)]
    load(database, pages, None, make.now)
    load(database, [part(2)], None, make.now)
    again = load(database, [part(1, others=(2,)), part(2)], None, make.now)
    assert (again.new_articles, again.changed_articles) == (0, 0)
    assert rows("SELECT version FROM articles") == [{"version": 1}]


def test_a_further_page_that_changes_makes_a_new_version_of_the_article(database, make, part, rows):
    load(database, [part(1, others=(2,)), part(2)], None, make.now)
    done = load(database, [part(2, "nouvelle colle")], None, make.now)
    assert (done.changed_articles, rows("SELECT text FROM articles")) == (1, [{"text": text(1, "nouvelle colle")}])


def test_the_first_page_alone_is_not_compared_with_the_whole(database, make, part):
    load(database, [part(1, others=(2, 3)), part(2), part(3)], None, make.now)
    found = compared(database, part(1, others=(2, 3)))
    assert found is not None
    assert (found.signs, found.same) == ((), True)


def test_further_pages_are_asked_for_and_told_apart(database, make, part, rows):
    load(database, [part(1, others=(2,))], None, make.now)
    assert rows("SELECT url, is_continuation, source FROM pages WHERE state = 'new'") == [
        {"url": f"{URL}2/", "is_continuation": True, "source": "next_page"}
    ]
    load(database, [part(2)], None, make.now)
    assert rows("SELECT kind FROM pages ORDER BY url") == [{"kind": "article"}, {"kind": "comments"}]


def test_the_first_page_is_asked_for_by_the_others(database, make, part, rows):
    load(database, [part(2)], None, make.now)
    assert rows("SELECT url FROM pages WHERE state = 'new'") == [{"url": URL}]
    assert rows("SELECT id FROM articles") == []


def test_what_was_an_article_of_its_own_becomes_part_with_its_comments(database, make, part, say, rows):
    alone = replace(part(2, comments=[say("Belle page", id="c2")], canonical_url=f"{URL}2/"), parts=None)
    load(database, [alone], None, make.now)
    load(database, [part(1, others=(2,))], None, make.now)
    load(database, [part(2, comments=[say("Belle page", id="c2")])], None, make.now)
    assert rows("SELECT url, text FROM articles WHERE gone_at IS NULL") == [{"url": URL, "text": text(1, 2)}]
    assert rows("SELECT count(*) AS n FROM comments WHERE removed_at IS NULL") == [{"n": 1}]


def test_a_further_page_that_is_gone_leaves_the_article_once_the_first_is_read(database, make, part, rows):
    load(database, [part(1, others=(2, 3)), part(2), part(3)], None, make.now)
    gone = GonePage(exchange=make.exchange(f"{URL}3/", status=404), next_due=None)
    load(database, [gone], None, make.now)
    load(database, [part(1, "un", others=(2,))], None, make.now)
    assert rows("SELECT text FROM articles") == [{"text": text("un", 2)}]


def test_an_article_that_became_whole_has_its_own_text_only(database, make, part, rows):
    load(database, [part(1, others=(2,)), part(2)], None, make.now)
    load(database, [replace(part(1, "un et tout"), parts=None)], None, make.now)
    load(database, [replace(part(1, "un et tout"), parts=None)], None, make.now)
    assert rows("SELECT text FROM articles") == [{"text": text("un et tout")}]
