"""Embed codes of 2012 to today, in many languages, whole and mangled; posts of Mastodon and Bluesky."""

from __future__ import annotations

import pytest

from extractors.html import Document, text_of
from extractors.records import DatePrecision, Tweet, TweetSource
from extractors.tweets.bluesky import bluesky_sent_at
from extractors.tweets.finds import TweetFinds, find_tweets

ID = "1196500000000000000"  # sent 2019-11-18T18:46Z
URL = f"https://twitter.com/baker/status/{ID}"


def found(body: str, language: str = "en") -> TweetFinds:
    html = f'<html lang="{language}"><body><p>Before it.</p>{body}<p>After it, as always.</p></body></html>'
    return find_tweets(Document(html, "https://example.org/page"))


def one(body: str, language: str = "en") -> Tweet:
    (tweet,) = found(body, language).tweets
    return tweet


EMBED = (
    '<blockquote class="twitter-tweet"><p lang="en" dir="ltr">Rye is back. <a href="https://t.co/abc1">'
    'https://t.co/abc1</a> <a href="https://twitter.com/hashtag/bread?src=hash">#bread</a> by '
    '<a href="https://twitter.com/miller">@miller</a> <a href="https://t.co/pic1">pic.twitter.com/pic1</a></p>'
    '&mdash; The Baker (@baker) <a href="' + URL + '?ref_src=twsrc%5Etfw">November 18, 2019</a></blockquote>'
    '<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>'
)


def test_an_embed_gives_a_complete_record() -> None:
    assert one(EMBED) == Tweet(
        text="Rye is back. https://t.co/abc1 #bread by @miller pic.twitter.com/pic1",
        id=ID,
        url=f"{URL}?ref_src=twsrc%5Etfw",
        author_name="The Baker",
        handle="baker",
        date="2019-11-18T18:46+00:00",
        date_text="November 18, 2019",
        date_precision=DatePrecision.MINUTE,
        urls=("https://t.co/abc1", "https://t.co/pic1"),
        hashtags=("bread",),
        mentions=("miller",),
    )


MANGLED = {
    "byline in a paragraph": EMBED.replace("&mdash;", "<p>&mdash;").replace(
        "</a></blockquote>", "</a></p></blockquote>"
    ),
    "no closing paragraph": EMBED.replace("</p>&mdash;", " &mdash;"),
    "no closing quotation": EMBED.replace("</blockquote>", ""),
    "another class": EMBED.replace('class="twitter-tweet"', 'class="k1"'),
    "no class": EMBED.replace(' class="twitter-tweet"', ""),
    "several paragraphs": EMBED.replace("back. ", "back.</p><p>"),
    "attributes first": EMBED.replace(
        'class="twitter-tweet"', 'data-dnt="true" lang="en" class="x twitter-tweet tw-align-center"'
    ),
    "two hyphens": EMBED.replace("&mdash;", "--"),
    "a break before the name": EMBED.replace("&mdash;", "&mdash;<br>"),
    "inside a figure": f'<figure class="wp-block-embed"><div class="wp-block-embed__wrapper">{EMBED}</div></figure>',
    "on x.com": EMBED.replace("https://twitter.com", "https://x.com"),
}


@pytest.mark.parametrize("way", MANGLED)
def test_a_mangled_embed_gives_the_same_record(way: str) -> None:
    tweet, whole = one(MANGLED[way]), one(EMBED)
    assert (tweet.text, tweet.id, tweet.handle, tweet.author_name, tweet.date) == (
        whole.text, whole.id, whole.handle, whole.author_name, whole.date,
    )  # fmt: skip
    assert (tweet.urls, tweet.hashtags, tweet.mentions) == (whole.urls, whole.hashtags, whole.mentions)


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("de", "18. November 2019"), ("fr", "18 novembre 2019"), ("es", "18 de noviembre de 2019"),
        ("it", "18 novembre 2019"), ("pt", "18 de novembro de 2019"), ("nl", "18 november 2019"),
        ("pl", "18 listopada 2019"), ("ru", "18 ноября 2019 г."), ("ja", "2019年11月18日"), ("ko", "2019년 11월 18일"),
        ("tr", "18 Kasım 2019"), ("sv", "18 november 2019"),
    ],
)  # fmt: skip
def test_the_date_is_read_in_the_language_of_the_embed(language: str, shown: str) -> None:
    tweet = one(EMBED.replace("November 18, 2019", shown), language)
    assert (tweet.date, tweet.date_text) == ("2019-11-18T18:46+00:00", shown)


def test_a_date_in_an_unread_language_is_kept_and_the_id_tells_it() -> None:
    tweet = one(EMBED.replace("November 18, 2019", "18 พฤศจิกายน 2019"), "th")
    assert (tweet.date, tweet.date_text) == ("2019-11-18T18:46+00:00", "18 พฤศจิกายน 2019")


def test_a_visible_day_that_is_not_the_day_in_utc_stays_as_shown() -> None:
    tweet = one(EMBED.replace("November 18, 2019", "November 19, 2019"))
    assert (tweet.date, tweet.date_precision) == ("2019-11-19", DatePrecision.DAY)


def test_old_ids_date_nothing() -> None:
    tweet = one(EMBED.replace(ID, "28000000000").replace("November 18, 2019", "3 Oct"))
    assert (tweet.date, tweet.date_text, tweet.date_precision) == (None, "3 Oct", DatePrecision.NOYEAR)


def test_embeds_of_2012_wrote_the_at_sign_outside_the_link() -> None:
    tweet = one(
        '<blockquote class="twitter-tweet"><p>RT @<a href="https://twitter.com/miller">miller</a> ground '
        '<a href="https://twitter.com/search/%23rye">#rye</a> <a title="http://example.org/long" '
        'href="http://t.co/SnO">example.org/lo…</a> via @<a href="https://twitter.com/oven">oven</a></p>'
        "&mdash; Baker (@baker) "
        '<a href="https://twitter.com/#!/baker/status/264400000000000000" data-datetime="2012-11-02T16:14:18+00:00">'
        "November 02, 2012</a></blockquote>"
    )
    assert tweet.text == "RT @miller ground #rye example.org/lo… via @oven"
    assert (tweet.is_retweet, tweet.retweet_of, tweet.via) == (True, "miller", "oven")
    assert (tweet.urls, tweet.mentions, tweet.date) == (
        ("http://t.co/SnO",),
        ("miller", "oven"),
        "2012-11-02T16:14+00:00",
    )


def test_a_placeholder_without_text_is_no_tweet_but_kept_out_of_the_article() -> None:
    finds = found(f'<blockquote class="twitter-tweet"><p><a href="{URL}"></a></p></blockquote>')
    assert finds.tweets == ()
    assert len(finds.nodes) == 1
    assert found(f'<blockquote class="twitter-tweet"><a href="{URL}">{URL}</a></blockquote>').tweets == ()


def test_a_lost_closing_tag_does_not_take_the_article_along() -> None:
    article = "<p>" + "The article goes on and on, about rye and spelt and ovens. " * 8 + "</p>"
    document = Document(
        f"<body><div>{EMBED.replace('</blockquote>', '')}{article}</div></body>", "https://example.org/"
    )
    finds = find_tweets(document)
    assert "The article goes on" in text_of(document.tree, drop=set(finds.nodes))


def test_a_quotation_that_names_no_tweet_is_left_alone() -> None:
    assert found("<blockquote><p>Bread is life.</p>— The Baker (@baker)</blockquote>") == TweetFinds()


def test_the_same_tweet_embedded_twice_is_reported_at_both_places() -> None:
    assert len(found(EMBED + "<p>Once more:</p>" + EMBED).tweets) == 2


def test_amp_pages_embed_with_an_element_of_their_own() -> None:
    assert one(f'<amp-twitter width="1" data-tweetid="{ID}">{EMBED.split("<script")[0]}</amp-twitter>').id == ID
    assert found(f'<amp-twitter data-tweetid="{ID}"></amp-twitter>').tweets == ()


def test_a_bluesky_embed_gives_a_complete_record() -> None:
    tweet = one(
        '<blockquote class="bluesky-embed" data-bluesky-uri="at://did:plc:abcd/app.bsky.feed.post/3laycq4tnvs2b" '
        'data-bluesky-cid="baf"><p lang="en">Rye with @miller.bsky.social #bread<br><br>'
        '<a href="https://bsky.app/profile/did:plc:abcd/post/3laycq4tnvs2b?ref_src=embed">[image or embed]</a></p>'
        '&mdash; The Baker (<a href="https://bsky.app/profile/did:plc:abcd?ref_src=embed">@baker.bsky.social</a>) '
        '<a href="https://bsky.app/profile/did:plc:abcd/post/3laycq4tnvs2b?ref_src=embed">November 15, 2024 at '
        "5:54 PM</a>"
        "</blockquote>"
    )
    assert (tweet.source, tweet.text) == (TweetSource.BLUESKY, "Rye with @miller.bsky.social #bread")
    assert (tweet.id, tweet.handle, tweet.author_name) == ("3laycq4tnvs2b", "baker.bsky.social", "The Baker")
    assert (tweet.date, tweet.mentions, tweet.hashtags) == ("2024-11-15T17:54", ("miller.bsky.social",), ("bread",))
    assert tweet.urls == ()


def test_a_bluesky_quotation_without_a_byline_still_has_text_and_id() -> None:
    mark = '<blockquote class="bluesky-embed" data-bluesky-uri="at://did:plc:abcd/app.bsky.feed.post/3laycq4tnvs2b">'
    tweet = one(f"{mark}<p>Rye, <br>at last</p></blockquote>")
    assert (tweet.text, tweet.id, tweet.source) == ("Rye, at last", "3laycq4tnvs2b", TweetSource.BLUESKY)
    assert found(f'{mark}<a href="https://bsky.app/profile/a.b/post/3k">View post</a></blockquote>').tweets == ()


def test_a_bluesky_key_tells_the_time() -> None:
    assert bluesky_sent_at("3laycq4tnvs2b") is not None
    assert bluesky_sent_at("self") is None


def test_a_mastodon_quotation_gives_a_complete_record() -> None:
    tweet = one(
        '<blockquote><p>Rye again, says @miller@mill.example #bread <a href="https://example.org/rye">'
        "example.org/rye</a></p>&mdash; The Baker (@baker@ovens.social) "
        '<a href="https://ovens.social/@baker/109500000000000001">18 November 2022</a></blockquote>'
    )
    assert (tweet.source, tweet.handle, tweet.id) == (TweetSource.MASTODON, "baker@ovens.social", "109500000000000001")
    assert tweet.text == "Rye again, says @miller@mill.example #bread example.org/rye"
    assert (tweet.mentions, tweet.urls) == (("miller@mill.example",), ("https://example.org/rye",))
    assert (tweet.date, tweet.date_precision) == ("2022-11-18", DatePrecision.DAY)


def test_mastodon_embeds_without_text_are_marked_only() -> None:
    finds = found(
        '<blockquote class="mastodon-embed" data-embed-url="https://ovens.social/@baker/109500000000000001/embed">'
        '<a href="https://ovens.social/@baker/109500000000000001">Post by @baker@ovens.social'
        "<div>View on Mastodon</div>"
        '</a></blockquote><iframe src="https://ovens.social/@baker/1/embed" class="mastodon-embed"></iframe>'
    )
    assert finds.tweets == ()
    assert [node.tag for node in finds.nodes] == ["blockquote", "iframe"]
