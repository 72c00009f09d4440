"""Messages drawn as one link, quoted ones, posts on Threads, and lists of people that are no messages."""

from __future__ import annotations

import pytest

from extractors.html import Document
from extractors.records import Tweet, TweetSource
from extractors.tweets.finds import TweetFinds, find_tweets

URL = "https://letters.example/soup"
PROSE = "<p>What to do with vegetables when the winter comes again, and who says so.</p>" * 5
ID = "1489992410239811592"


def finds(html: str) -> TweetFinds:
    return find_tweets(
        Document(f"<html lang='en'><body><article><h1>Soup</h1>{PROSE}{html}</article></body></html>", URL)
    )


def only(html: str) -> Tweet:
    (tweet,) = finds(html).tweets
    return tweet


def card(href: str, name: str, handle: str, text: str, date: str, more: str = "") -> str:
    return (
        f'<div class="box"><a class="embed" href="{href}"><div><img src="/a.jpg"><div><span>{name}</span><span>{handle}</span>'
        f"</div></div><div>{text}</div>{more}<div><p>{date}</p><div><span><b>12</b> Retweets</span><span>84 Likes</span></div>"
        "</div></a></div>"
    )


def test_a_message_drawn_as_one_link_is_read_whole() -> None:
    found = finds(card(
        f"https://twitter.com/ada/status/{ID}", "Ada Quill", "@ada", "Soup it is, @bo <span>#soup</span>", "February 5th 2022"
    ))  # fmt: skip
    (tweet,) = found.tweets
    assert (tweet.id, tweet.handle, tweet.author_name) == (ID, "ada", "Ada Quill")
    assert (tweet.text, tweet.hashtags, tweet.mentions) == ("Soup it is, @bo #soup", ("soup",), ("bo",))
    assert (tweet.date, tweet.source) == ("2022-02-05T16:00+00:00", TweetSource.TWITTER)
    assert [node.get("class") for node in found.nodes] == ["box"]


def test_what_a_card_quotes_is_no_part_of_its_text() -> None:
    quoted = (
        '<div class="quoted-post"><span>Bo</span><span>@bo</span><div>Winter is here and it is a long one</div></div>'
    )
    tweet = only(card(f"https://x.com/ada/status/{ID}", "Ada", "@ada", "Soup it is", "Feb 5, 2022", quoted))
    assert (tweet.text, tweet.handle) == ("Soup it is", "ada")


@pytest.mark.parametrize(
    ("href", "handle", "source"),
    [
        ("https://bsky.app/profile/ada.bsky.social/post/3laycq4tnvs2b", "ada.bsky.social", TweetSource.BLUESKY),
        ("https://www.threads.net/@ada.q/post/CuW6-7KyXme", "ada.q", TweetSource.THREADS),
    ],
)
def test_cards_of_other_networks_are_posts_of_their_kind(href: str, handle: str, source: TweetSource) -> None:
    tweet = only(card(href, "Ada Quill", f"@{handle}", "Soup it is, once more", "12 November 2024"))
    assert (tweet.source, tweet.handle, tweet.text) == (source, handle, "Soup it is, once more")
    assert tweet.date is not None
    assert tweet.date.startswith("2024-11-12")


@pytest.mark.parametrize(
    "link",
    [
        f'<a href="https://twitter.com/ada/status/{ID}"><b>Ada Quill</b> said so <i>yesterday</i></a>',
        f'<a href="https://twitter.com/ada/status/{ID}"><img src="/shot.png"></a>',
        f'<a href="https://twitter.com/intent/like?tweet_id={ID}"><div>@ada</div><div>Like this soup of mine</div></a>',
    ],
)
def test_a_link_to_a_message_is_no_card(link: str) -> None:
    assert finds(f"<p>As {link}.</p>").tweets == ()


def embed(text: str, name: str, handle: str, number: str, date: str, inner: str = "") -> str:
    return (
        f'<blockquote class="twitter-tweet"><p>{text}</p>{inner}&mdash; {name} (@{handle}) '
        f'<a href="https://twitter.com/{handle}/status/{number}">{date}</a></blockquote>'
    )


def test_a_message_that_quotes_another_keeps_its_own_id() -> None:
    quoted = embed("Nobody will find that room", "Bo Reed", "boreed", "1217450156523692000", "January 14, 2020")
    found = finds(embed("This is what I meant:", "Ada Quill", "ada", "1217450156523692038", "January 15, 2020", quoted))
    assert [(tweet.id, tweet.handle, tweet.text) for tweet in found.tweets] == [
        ("1217450156523692038", "ada", "This is what I meant:"),
        ("1217450156523692000", "boreed", "Nobody will find that room"),
    ]


def test_a_message_whose_end_was_lost_does_not_swallow_the_next() -> None:
    first = embed("Soup it is", "Ada Quill", "ada", "1217450156523692038", "January 15, 2020").removesuffix(
        "</blockquote>"
    )
    second = embed("Bread it is", "Bo Reed", "boreed", "1217450156523692000", "January 14, 2020")
    assert [(tweet.id, tweet.text) for tweet in finds(first + second).tweets] == [
        ("1217450156523692038", "Soup it is"),
        ("1217450156523692000", "Bread it is"),
    ]


def widget(*items: str) -> str:
    rows = "".join(f"<li>{item}</li>" for item in items)
    return f'<aside><h3>Latest tweets</h3><ul class="twitter-feed">{rows}</ul></aside>'


def test_a_mention_at_the_start_of_a_text_is_part_of_it() -> None:
    said = '<a class="twitter-user" href="https://twitter.com/{0}">@{0}</a> I agree with you https://t.co/abc <i class="date">15 Jan 2020</i>'
    found = finds(widget(said.format("bo"), said.format("cy"))).tweets
    assert [tweet.text for tweet in found] == [
        "@bo I agree with you https://t.co/abc",
        "@cy I agree with you https://t.co/abc",
    ]
    assert [tweet.mentions for tweet in found] == [("bo",), ("cy",)]


@pytest.mark.parametrize(
    "people",
    [
        widget(
            *(
                f'{name}: <a href="https://t.co/{n}">@{name[:3].lower()}</a>'
                for n, name in enumerate(("Anna K", "Bodo R", "Cyril M"))
            )
        ),
        '<h3>Twitter</h3><p class="twitter">Anna Keller: @anna<br>Bo Reed: @bo<br>Cy Moss of the Council: @cy</p>',
        widget("Anna Keller, editor: @anna https", "Bo Reed: @bo", "Cy Moss: @cy"),
    ],
)
def test_a_list_of_who_is_who_is_no_list_of_messages(people: str) -> None:
    assert finds(people).tweets == ()


def test_a_post_on_threads_is_read_and_an_empty_embed_is_kept_out_of_the_text() -> None:
    link = "https://www.threads.net/@ada.q/post/CuW6-7KyXme"
    tweet = only(
        f'<blockquote class="text-post-media"><p>Soup it is #soup</p>&mdash; Ada Quill (@ada.q) <a href="{link}">July 5, 2023</a></blockquote>'
    )
    assert (tweet.source, tweet.id, tweet.handle, tweet.author_name) == (
        TweetSource.THREADS, "CuW6-7KyXme", "ada.q", "Ada Quill")  # fmt: skip
    assert (tweet.text, tweet.date, tweet.hashtags) == ("Soup it is #soup", "2023-07-05", ("soup",))
    empty = finds(
        f'<blockquote class="text-post-media" data-text-post-permalink="{link}"><a href="{link}">View on Threads</a></blockquote>'
    )
    assert (empty.tweets, len(empty.nodes)) == ((), 1)
