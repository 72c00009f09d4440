"""What holds on every page: no exception, the same answer twice, offsets inside, and no work without a trace."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.errors import PageError
from extractors.html import Document
from extractors.tweets.finds import TweetFinds, find_tweets

PIECES = [
    '<blockquote class="twitter-tweet">', "</blockquote>", "<p>", "</p>", "<li>", "</li>", "</ul>",
    "<ul class='tweets'>",
    "<br>", "<b>Twitter</b>", "<div>", "</div>", "RT @miller: stone #flour http://t.co/a1 ", "Fresh rye at noon ",
    '<a href="http://t.co/a1">http://t.co/a1</a>', '<a href="https://twitter.com/baker">@baker</a>',
    '<a href="https://twitter.com/baker/status/268400000000000001">2 hours ago</a>', "&mdash; Baker (@baker) ",
    '<a href="https://twitter.com/baker/status/268400000000000002">November 13, 2012</a>', "<td>", "<tr>", "<table>",
    '<a href="https://twitter.com/intent/tweet?in_reply_to=268400000000000003">Reply</a>', "<time>13 Nov</time>",
    '<blockquote class="bluesky-embed">', '<a href="https://bsky.app/profile/a/post/3k">x</a>',
    '<a href="https://ovens.social/@baker/109500000000000001">18 November 2022</a>', "— B (@baker@ovens.social) ",
]  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=40))
def test_any_soup_of_markup_is_read_without_error_and_the_same_twice(pieces: list[str]) -> None:
    html = "<p>x</p>" + "".join(pieces)
    try:
        document = Document(html, "https://example.org/")
    except PageError:
        return
    first, again = find_tweets(document), find_tweets(document)
    assert first == again
    inside = set(document.tree.iter())
    assert inside.issuperset(first.nodes)
    for tweet in first.tweets:
        assert tweet.text
        assert all(f"#{tag}" in tweet.text.replace("＃", "#") for tag in tweet.hashtags)


def test_a_page_without_a_trace_is_not_walked() -> None:
    class Untouchable:
        html = "<p>Nothing here but bread, and a <a href='https://twitter.com/baker'>profile</a>.</p>"

        class tree:  # noqa: N801 - stands in for the attribute
            @staticmethod
            def get(name: str) -> None:
                return None

    assert find_tweets(Untouchable()) == TweetFinds()  # type: ignore[arg-type]


LIST = "<div class='widget twitter'><h3>Twitter</h3><ul>%s</ul></div>"
ITEM = (
    "<li class='item'><p>Batch {0} of the rye is out <a href='http://t.co/b{0}' class='u'>http://t.co/b{0}</a></p>"
    "<span class='when'><a href='https://twitter.com/baker/status/26840000000000000{0}'>{0} hours ago</a></span></li>"
)


@pytest.mark.parametrize("lost", range(4))
def test_a_lost_closing_tag_changes_no_record(lost: int) -> None:
    whole = LIST % "".join(ITEM.format(number) for number in range(1, 7))
    tags = list(re.finditer(r"</(?:li|p|span)>", whole))
    tag = tags[lost * 3 + 1]
    mangled = whole[: tag.start()] + whole[tag.end() :]
    tweets = [find_tweets(Document(f"<body>{html}</body>", "https://example.org/")).tweets for html in (whole, mangled)]
    assert tweets[0] == tweets[1]
    assert len(tweets[0]) == 6


def test_boxes_that_lost_their_end_and_hold_the_next_ones_are_told_apart() -> None:
    box = (
        "<div class='tweet'><strong>The Baker</strong> <a href='https://twitter.com/baker'>@baker</a>"
        "<div class='text'>Batch <!-- new -->{0} of the rye is out, come early https://t.co/b{0}</div>"
        "<div class='info'>{0} hours ago</div>"
    )
    widget = "<div class='widget_twitter'>" + "".join(box.format(number) for number in range(1, 16)) + "</div>"
    tweets = find_tweets(Document(f"<body>{widget}</body>", "https://example.org/")).tweets
    assert [tweet.urls for tweet in tweets] == [(f"https://t.co/b{number}",) for number in range(1, 16)]
    assert {(tweet.handle, tweet.text[:5]) for tweet in tweets} == {("baker", "Batch")}


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 3_000 + "<a href='https://twitter.com/a/status/268400000000000001'>2 hours ago</a>",
        "<ul>" + "<li>rye http://t.co/a1</li>" * 4_000 + "</ul>",
        "<blockquote class='twitter-tweet'><p>rye" * 400,
        "<b>Twitter</b>" + "<br>http://t.co/a1 rye" * 4_000,
        "<blockquote>" + "<a href='https://twitter.com/a/status/268400000000000001'>x</a>" * 3_000,
        "<div class='tweet'>"
        + "".join(f"<a class='date' href='//twitter.com/a/status/{n}'></a>" for n in range(9_000)),
        "<div class='tweet'>" + "<a class='date' href='//twitter.com/a/status/268400000000000001'></a>" * 9_000,
        "<div class='tweet'>http://t.co/a1" * 1_500,
    ],
    ids=["deep", "long", "nested", "lines", "links", "silent stamps", "one id", "boxes"],
)
def test_hostile_pages_end(hostile: str) -> None:
    find_tweets(Document(f"<body>{hostile}</body>", "https://example.org/"))
