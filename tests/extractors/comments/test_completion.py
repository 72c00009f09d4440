"""Comments named beside a page: where they are, what is believed of an answer, and where they go in the thread."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.comments.completion.merging import completed, missing
from extractors.comments.completion.wordpress import (
    Named,
    Sources,
    Unreadable,
    api_address,
    api_comments,
    feed_comments,
    sources,
)
from extractors.extract import extract
from extractors.records import Comment, CommentKind, DatePrecision, Discussion, Order, Page, Shortfall

URL = "https://blog.example.org/metiers/relieur/"
API_LINK = '<link rel="https://api.w.org/" href="/wp-json/">'


def page_html(head: str = API_LINK, body: str = "", classes: str = "single postid-41") -> str:
    return f'<!doctype html><html><head>{head}</head><body class="{classes}"><p>Bonjour</p>{body}</body></html>'


def entry(number: int, body: str = "<p>Merci.</p>", **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "post": 41,
        "parent": 0,
        "author_name": "Odile",
        "author_url": "",
        "date": "2015-05-04T09:30:12",
        "content": {"rendered": body},
        "link": f"{URL}#comment-{number}",
        "status": "approved",
        "type": "comment",
    } | fields


def read(*entries: object) -> tuple[Named, ...]:
    return api_comments(orjson.dumps(entries), 41, URL)


@pytest.mark.parametrize(
    ("head", "body", "classes"),
    [
        (API_LINK + '<link rel="shortlink" href="https://blog.example.org/?p=41">', "", ""),
        (API_LINK, '<form><input type="hidden" name="comment_post_ID" value="41"></form>', ""),
        (API_LINK, "", "single single-post postid-41 logged-out"),
    ],
)
def test_the_api_and_the_number_of_the_article_are_read_from_the_page(head: str, body: str, classes: str) -> None:
    found = sources(page_html(head, body, classes), URL)
    assert (found.api, found.post) == ("https://blog.example.org/wp-json/", 41)


def test_the_api_may_be_named_by_a_header() -> None:
    header = '<https://blog.example.org/wp-json/>; rel="https://api.w.org/"'
    assert sources(page_html(head=""), URL, link_header=header).api == "https://blog.example.org/wp-json/"


def test_a_page_of_another_system_names_nothing() -> None:
    assert sources(page_html(head=""), URL) == Sources()


def test_an_api_on_another_host_is_not_believed() -> None:
    there = '<link rel="https://api.w.org/" href="https://elsewhere.example.net/wp-json/">'
    assert sources(page_html(head=there), URL) == Sources()


def test_the_feed_that_the_page_names_goes_before_the_usual_place() -> None:
    named = '<link rel="alternate" type="application/rss+xml" href="/metiers/relieur/feed">'
    others = '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'
    assert sources(page_html(API_LINK + others + named), URL).feed == "https://blog.example.org/metiers/relieur/feed"
    assert sources(page_html(API_LINK + others), URL).feed == f"{URL}feed/"
    plain = "https://blog.example.org/?p=41"
    assert sources(page_html(), plain).feed == "https://blog.example.org/?p=41&feed=rss2"


def test_an_api_without_pretty_addresses_is_asked_by_its_route() -> None:
    assert api_address("https://a.example/wp-json/", 7, 2) == (
        "https://a.example/wp-json/wp/v2/comments?post=7&per_page=100&page=2&orderby=id&order=asc"
    )
    assert api_address("https://a.example/index.php?rest_route=/", 7).startswith(
        "https://a.example/index.php?rest_route=/wp/v2/comments&post=7&"
    )


def test_an_entry_of_the_api_becomes_a_record_of_rendered_text() -> None:
    body = (
        '<p>Merci &amp; bravo<script>alert(1)</script></p>\n<p>Voir <a href="/guide">le guide</a> '
        '<a href="javascript:x()">non</a></p>'
    )
    (named,) = read(entry(7, body, parent=3, author_name="Tom &#038; <b>Ana</b>", author_url="http://tom.example/"))
    assert (named.number, named.parent) == (7, 3)
    assert named.record == Comment(
        position=0,
        id="comment-7",
        permalink=f"{URL}#comment-7",
        author="Tom & Ana",
        author_url="http://tom.example/",
        date="2015-05-04T09:30",
        date_text="2015-05-04T09:30:12",
        date_precision=DatePrecision.MINUTE,
        body="Merci & bravo\nVoir le guide non",
        links=("https://blog.example.org/guide",),
    )


def test_pingbacks_keep_their_kind() -> None:
    assert read(entry(7, type="pingback"))[0].record.kind is CommentKind.PINGBACK


@pytest.mark.parametrize(
    "bad",
    [
        entry(7, post=42),
        entry(7, status="hold"),
        entry(True),
        entry(-7),
        entry(10**18),
        entry("7"),  # type: ignore[arg-type]
        entry(7, content="text"),
        entry(7, content={"rendered": ["<p>x</p>"]}),
        entry(7, "x" * 300_000),
        entry(7, '<p a="1" ' + "b=1 " * 200_001 + ">x</p>"),
        "text",
        None,
        [],
    ],
    ids=range(13),
)
def test_an_entry_that_is_not_what_it_should_be_is_left_out(bad: object) -> None:
    assert [named.number for named in read(bad, entry(8))] == [8]


@pytest.mark.parametrize("field", ["author_name", "author_url", "date", "link", "type", "parent"])
@pytest.mark.parametrize("value", [None, 12, [], {"a": 1}, "javascript:alert(1)", "x" * 5_000, "\u0000\u202e"])
def test_a_strange_field_costs_the_field_and_not_the_comment(field: str, value: object) -> None:
    (named,) = read(entry(7, **{field: value}))
    assert named.record.body == "Merci."
    assert not (named.record.author_url or "").startswith("javascript")
    assert named.record.date in (None, "2015-05-04T09:30")
    assert len(named.record.author or "") <= 245


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"{}",
        b'{"code":"rest_forbidden"}',
        b"7",
        b"[" * 100_000,
        b"\xff\xfe[]",
        b'[{"id":1',
        b'["\\ud800"]',
        b"[NaN]",
    ],
)
def test_an_answer_that_is_no_list_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        api_comments(body, 41, URL)


def test_no_more_entries_are_read_than_were_asked_for() -> None:
    assert len(read(*(entry(number) for number in range(1, 500)))) == 100


def feed(*items: str, head: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel>{''.join(items)}</channel></rss>"
    ).encode()


def item(number: int, body: str = "<p>Merci.</p>", author: str = "<dc:creator>Odile</dc:creator>") -> str:
    return (
        f"<item><title>Par : Odile</title><link>{URL}#comment-{number}</link>{author}"
        "<pubDate>Mon, 04 May 2015 07:30:12 +0000</pubDate><description>court</description>"
        f"<content:encoded><![CDATA[{body}]]></content:encoded></item>"
    )


def test_a_comment_feed_gives_the_same_records_the_oldest_first() -> None:
    answer = f'<p>En réponse à <a href="{URL}#comment-3">Odile</a>.</p>\n<p>Tout à fait.</p>'
    first, second = feed_comments(feed(item(9, answer), item(3, author="")), URL)
    assert (first.number, first.record.author, first.record.body) == (3, "Odile", "Merci.")
    assert (second.number, second.parent, second.record.body) == (9, 3, "Tout à fait.")
    assert second.record.links == ()
    assert second.record.date == "2015-05-04T07:30+00:00"


def test_an_item_without_the_number_of_a_comment_is_left_out() -> None:
    assert feed_comments(feed("<item><link>https://blog.example.org/</link></item>", item(3)), URL)[0].number == 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"<rss><channel>",
        feed(item(3), head='<!DOCTYPE r [<!ENTITY a "aaaa">]>'),
        b"<a>" * 5_000,
    ],
)
def test_what_is_no_feed_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        feed_comments(body, URL)


def thread(*comments: Comment, claimed: int = 9, order: Order | None = Order.OLDEST) -> Page:
    said = Discussion(
        platform="wordpress", claimed=claimed, found=len(comments), order=order, shortfall=Shortfall.JAVASCRIPT
    )
    return Page(url=URL, canonical_url=URL, comments=comments, discussion=said)


def shown(position: int, number: int, parent: int | None = None) -> Comment:
    return Comment(position=position, id=f"comment-{number}", body=f"shown {number}", parent=parent)


def elsewhere(number: int, parent: int | None = None) -> Named:
    return Named(
        number=number, parent=parent, record=Comment(position=0, id=f"comment-{number}", body=f"named {number}")
    )


def numbers(page: Page) -> list[str]:
    return [str(comment.id).removeprefix("comment-") for comment in page.comments]


def test_missing_comments_go_to_their_places_and_shown_ones_stay_as_they_are() -> None:
    page = thread(shown(1, 10), shown(2, 12, parent=1), shown(3, 20), claimed=6)
    whole = completed(
        page, [elsewhere(n, p) for n, p in ((5, None), (10, None), (15, 10), (16, 12), (30, None))], "api"
    )
    assert numbers(whole) == ["5", "10", "12", "16", "15", "20", "30"]
    assert [comment.position for comment in whole.comments] == [1, 2, 3, 4, 5, 6, 7]
    assert [comment.parent for comment in whole.comments] == [None, None, 2, 3, 2, None, None]
    assert whole.comments[1].body == "shown 10"
    assert (whole.discussion.platform, whole.discussion.found, whole.discussion.shortfall) == ("wordpress+api", 7, None)


def test_a_thread_with_the_newest_first_keeps_that_order() -> None:
    page = thread(shown(1, 30), shown(2, 20), order=Order.NEWEST)
    assert numbers(completed(page, [elsewhere(10), elsewhere(25), elsewhere(40)], "feed")) == "40 30 25 20 10".split()


def test_the_shortfall_stays_while_comments_are_missing() -> None:
    assert completed(thread(shown(1, 10)), [elsewhere(11)], "api").discussion.shortfall is Shortfall.JAVASCRIPT


def test_a_page_that_lacks_nothing_is_the_same_page() -> None:
    page = thread(shown(1, 10))
    assert completed(page, [elsewhere(10)], "api") is page


def test_a_comment_without_a_number_is_known_by_what_it_says() -> None:
    page = thread(Comment(position=1, author="Odile", body="Merci  beaucoup"))
    same = Named(number=4, parent=None, record=Comment(position=0, author="odile", body="merci beaucoup"))
    assert missing(page, [same]) == ()


@given(st.integers(0, 10_000), st.booleans())
def test_any_part_of_a_thread_is_completed_to_the_whole_one(seed: int, newest: bool) -> None:
    chance = random.Random(seed)
    parents = {n: chance.choice([None, *range(1, n)]) for n in range(1, chance.randint(2, 15))}

    def below(parent: int | None) -> list[int]:
        children = sorted((n for n, above in parents.items() if above == parent), reverse=newest and parent is None)
        return [number for child in children for number in (child, *below(child))]

    whole = below(None)
    kept = [n for n in whole if chance.random() < 0.5]
    places = {number: position for position, number in enumerate(kept, start=1)}
    page = thread(
        *(shown(places[n], n, places.get(parents[n] or 0)) for n in kept),
        claimed=len(whole),
        order=Order.NEWEST if newest else Order.OLDEST,
    )
    found = completed(page, [elsewhere(n, parent) for n, parent in parents.items()], "api")
    assert sorted(map(int, numbers(found))) == sorted(whole)
    assert [number for number in map(int, numbers(found)) if number in places] == kept
    assert [comment.position for comment in found.comments] == list(range(1, len(whole) + 1))
    assert all(comment.parent is None or comment.parent < comment.position for comment in found.comments)
    assert completed(found, [elsewhere(n, parent) for n, parent in parents.items()], "api") is found


def test_a_comment_reads_the_same_on_the_page_and_in_the_api() -> None:
    body = "<p>Très bonne fiche&nbsp;!<br />Une question : quel diplôme ?</p>\n<blockquote><p>Un CAP.</p></blockquote>"
    item_html = (
        '<li class="comment depth-1" id="comment-{n}"><div class="comment-body" id="div-comment-{n}">'
        '<div class="comment-author vcard"><cite class="fn">Odile</cite> <span class="says">dit :</span></div>'
        '<div class="comment-meta commentmetadata"><a href="#comment-{n}">4 mai 2015 à 9 h 30 min</a></div>'
        f"{body}"
        '<div class="reply"><a class="comment-reply-link" href="#r">Répondre</a></div></div></li>'
    )
    text = "<p>" + "Le relieur coud, colle et dore les livres avec patience et précision. " * 8 + "</p>"
    listed = "".join(item_html.replace("{n}", str(n)) for n in (7, 8, 9))
    html = f'<html lang="fr"><body><h1>Relieur</h1>{text}<h3>3 réponses</h3><ol class="commentlist">{listed}</ol></body></html>'
    on_page = extract(html, URL).comments[0]
    (named,) = read(entry(7, body))
    assert (on_page.id, on_page.author, on_page.date, on_page.body) == (
        named.record.id,
        named.record.author,
        named.record.date,
        named.record.body,
    )
