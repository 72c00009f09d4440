"""Widgets of many plugins and themes, each rebuilt from its markup with messages of our own."""

from __future__ import annotations

import pytest

from extractors.html import Document
from extractors.records import Tweet
from extractors.tweets.finds import TweetFinds, find_tweets

ID = "268400000000000000"  # sent 2012-11-13T17:08Z

SHELL = """<!doctype html><html lang="en"><head><title>Bread</title>
<script>var share = "https://twitter.com/share";</script></head><body>
<header><ul class="social"><li class="twitter"><a href="https://twitter.com/bakery">Follow us on Twitter</a></li></ul>
</header><main><article><h1>Bread at home</h1><p>Knead it, said
<a href="https://twitter.com/miller/status/268400000000000700">the miller on Twitter</a>, and let it rest.</p>
<p>It takes an hour, sometimes two, and a warm place. More on <a href="/yeast">yeast</a> next week.</p>
<ul class="share"><li class="tweet"><a href="https://twitter.com/share" class="twitter-share-button">Tweet</a></li>
<li class="facebook"><a href="https://facebook.com/sharer">Share</a></li></ul></article></main>
<aside>%s<div class="widget"><h3>Recent posts</h3><ul><li><a href="/rye">Rye for beginners and others</a></li>
<li><a href="/oven">An oven is not all you need</a></li></ul></div></aside>
<div id="twitter_update_list"></div></body></html>"""


def found(widget: str) -> TweetFinds:
    return find_tweets(Document(SHELL % widget, "https://example.org/bread"))


def lines(finds: TweetFinds) -> list[str]:
    return [tweet.text for tweet in finds.tweets]


TEXTS = ["Fresh rye at noon http://t.co/rye1", "RT @miller: stone ground is best #flour", "Closed on Monday. See you!"]

SHAPES = {
    "jquery.tweet.js": """<div class="tweet"><ul class="tweet_list">
        <li class="tweet_first tweet_odd"><a class="tweet_avatar" href="http://twitter.com/bakery"><img src="a.png"></a>
        <span class="tweet_time"><a href="http://twitter.com/bakery/status/{id}1" title="view tweet">about 2 hours
        ago</a>
        </span><span class="tweet_join"></span><span class="tweet_text">{0}</span></li>
        <li class="tweet_even"><span class="tweet_time"><a href="http://twitter.com/bakery/status/{id}2">3 days ago</a>
        </span><span class="tweet_text">{1}</span></li>
        <li class="tweet_odd"><span class="tweet_time"><a href="http://twitter.com/bakery/status/{id}3">4 days ago</a>
        </span><span class="tweet_text">{2}</span></li></ul></div>""",
    "blogger.js": """<div id="twitter_div"><h2>Twitter Updates</h2><ul id="twitter_update_list">
        <li><span>{0}</span>
        <a style="font-size:85%" href="http://twitter.com/bakery/statuses/{id}1">2 hours ago</a></li>
        <li><span>{1}</span> <a style="font-size:85%" href="http://twitter.com/bakery/statuses/{id}2">1 day ago</a></li>
        <li><span>{2}</span>
        <a style="font-size:85%" href="http://twitter.com/bakery/statuses/{id}3">2 days ago</a></li>
        </ul><a href="http://twitter.com/bakery">follow me on Twitter</a></div>""",
    "twitter tools": """<li class="widget"><h4>My tweets</h4><div class="aktt_tweets"><ul>
        <li>{0} <a href="http://twitter.com/bakery/statuses/{id}1" class="aktt_tweet_time">2 hours ago</a></li>
        <li>{1} <a href="http://twitter.com/bakery/statuses/{id}2" class="aktt_tweet_time">1 day ago</a></li>
        <li>{2} <a href="http://twitter.com/bakery/statuses/{id}3" class="aktt_tweet_time">2 days ago</a></li>
        <li class="aktt_more_updates"><a href="http://twitter.com/bakery">More updates...</a></li></ul></div></li>""",
    "juiz last tweet": """<div class="juiz_last_tweet_inside"><ul class="juiz_last_tweet_tweetlist">
        <li><span class="juiz_lt_content">{0}<span class="juiz_last_tweet_footer_item"><em class="juiz_ltw_metadata">
        Time ago <a href="http://twitter.com/bakery/statuses/{id}1">12 hours ago</a> via web</em></span></span></li>
        <li><span class="juiz_lt_content">{1}<span class="juiz_last_tweet_footer_item"><em class="juiz_ltw_metadata">
        Time ago <a href="http://twitter.com/bakery/statuses/{id}2">1 day ago</a> via web</em></span></span></li>
        <li><span class="juiz_lt_content">{2}<span class="juiz_last_tweet_footer_item"><em class="juiz_ltw_metadata">
        Time ago <a href="http://twitter.com/bakery/statuses/{id}3">2 days ago</a> via web</em></span></span></li>
        </ul></div>""",
    "rotating tweets": """<div class="rotatingtweets wp"><div class="rotatingtweet"><p class="rtw_main">{0}</p>
        <p class="rtw_meta"><a href="https://twitter.com/bakery/status/{id}1">about 2 hours ago</a> from
        <a href="https://twitter.com/bakery">Bakery's Twitter</a> via
        <a href="http://twitter.com">Web Client</a></p></div>
        <div class="rotatingtweet" style="display:none"><p class="rtw_main">{1}</p>
        <p class="rtw_meta"><a href="https://twitter.com/bakery/status/{id}2">1 day ago</a> from
        <a href="https://twitter.com/bakery">Bakery's Twitter</a> via
        <a href="http://twitter.com">Web Client</a></p></div>
        <div class="rotatingtweet" style="display:none"><p class="rtw_main">{2}</p>
        <p class="rtw_meta"><a href="https://twitter.com/bakery/status/{id}3">2 days ago</a> from
        <a href="https://twitter.com/bakery">Bakery's Twitter</a> via <a href="http://twitter.com">Web Client</a></p>
        </div></div>""",
    "genesis latest tweets": """<div class="widget latest-tweets"><h4>Latest Tweets</h4><ul>
        <li>{0}
        <span style="font-size: 85%;"><a href="http://twitter.com/bakery/status/{id}1">5 hours ago</a></span></li>
        <li>{1} <span style="font-size: 85%;"><a href="http://twitter.com/bakery/status/{id}2">1 day ago</a></span></li>
        <li class="last">{2}
        <span style="font-size: 85%;"><a href="http://twitter.com/bakery/status/{id}3">2 days ago</a>
        </span></li></ul></div>""",
    "kebo": """<ul class="kebo-tweets list light"><li class="ktweet"><div class="kmeta">
        <a class="kaccount" href="https://twitter.com/bakery">@bakery</a><a class="kdate"
        href="https://twitter.com/bakery/statuses/{id}1"><time title="Time posted: 13 Nov 2012,
        17:08">3h</time></a></div>
        <p class="ktext">{0}</p></li><li class="ktweet"><div class="kmeta">
        <a class="kaccount" href="https://twitter.com/bakery">@bakery</a><a class="kdate"
        href="https://twitter.com/bakery/statuses/{id}2"><time>5h</time></a></div><p class="ktext">{1}</p></li>
        <li class="ktweet"><div class="kmeta">
        <a class="kaccount" href="https://twitter.com/bakery">@bakery</a><a class="kdate"
        href="https://twitter.com/bakery/statuses/{id}3"><time>1d</time></a></div><p class="ktext">{2}</p></li></ul>""",
    "drupal views": """<div class="view view-tweets"><div class="view-content">
        <div class="views-row views-row-1 views-row-odd views-row-first"><div class="views-field views-field-text">
        <span class="field-content">{0}</span></div><div class="views-field views-field-created-time">
        <span class="field-content"><em class="placeholder">3 hours 4 min</em> ago</span></div></div>
        <div class="views-row views-row-2 views-row-even"><div class="views-field views-field-text">
        <span class="field-content">{1}</span></div><div class="views-field views-field-created-time">
        <span class="field-content"><em class="placeholder">2 days 1 hour</em> ago</span></div></div>
        <div class="views-row views-row-3 views-row-odd views-row-last"><div class="views-field views-field-text">
        <span class="field-content">{2}</span></div><div class="views-field views-field-created-time">
        <span class="field-content"><em class="placeholder">3 days 1 hour</em> ago</span></div></div></div></div>""",
    "theme with icons": """<div class="footer-widget"><h3>Twitter Feed</h3><div class="tweets-slider">
        <div class="item"><i class="icon-twitter"></i><p>{0}</p><span class="date">3 hours ago</span></div>
        <div class="item"><i class="icon-twitter"></i><p>{1}</p><span class="date">1 day ago</span></div>
        <div class="item"><i class="icon-twitter"></i><p>{2}</p><span class="date">5 days
        ago</span></div></div></div>""",
    "saved timeline": """<ol class="timeline-TweetList">
        <li class="timeline-TweetList-tweet"><div class="timeline-Tweet" data-tweet-id="{id}1">
        <div class="timeline-Tweet-author"><a class="TweetAuthor-link" href="https://twitter.com/bakery">
        <span class="TweetAuthor-name">The Bakery</span> <span class="TweetAuthor-screenName">@bakery</span></a></div>
        <p class="timeline-Tweet-text" lang="en">{0}</p><div class="timeline-Tweet-metadata">
        <a class="timeline-Tweet-timestamp" href="https://twitter.com/bakery/status/{id}1">
        <time datetime="2012-11-13T17:08:00+0000">13 Nov</time></a></div></div></li>
        <li class="timeline-TweetList-tweet"><div class="timeline-Tweet" data-tweet-id="{id}2">
        <div class="timeline-Tweet-author"><a class="TweetAuthor-link" href="https://twitter.com/bakery">
        <span class="TweetAuthor-name">The Bakery</span> <span class="TweetAuthor-screenName">@bakery</span></a></div>
        <p class="timeline-Tweet-text" lang="en">{1}</p><div class="timeline-Tweet-metadata">
        <a class="timeline-Tweet-timestamp" href="https://twitter.com/bakery/status/{id}2">
        <time datetime="2012-11-13T17:08:00+0000">13 Nov</time></a></div></div></li>
        <li class="timeline-TweetList-tweet"><div class="timeline-Tweet" data-tweet-id="{id}3">
        <div class="timeline-Tweet-author"><a class="TweetAuthor-link" href="https://twitter.com/bakery">
        <span class="TweetAuthor-name">The Bakery</span> <span class="TweetAuthor-screenName">@bakery</span></a></div>
        <p class="timeline-Tweet-text" lang="en">{2}</p><div class="timeline-Tweet-metadata">
        <a class="timeline-Tweet-timestamp" href="https://twitter.com/bakery/status/{id}3">
        <time datetime="2012-11-13T17:08:00+0000">13 Nov</time></a></div></div></li></ol>""",
    "profile widget": """<div class="twtr-widget"><div class="twtr-hd"><h3>The Bakery</h3></div>
        <div class="twtr-tweets">
        <div class="twtr-reference-tweet"></div><div class="twtr-tweet"><div class="twtr-tweet-wrap">
        <div class="twtr-avatar">
        <a href="http://twitter.com/intent/user?screen_name=bakery"><img alt="bakery profile" src="a.png"></a></div>
        <div class="twtr-tweet-text"><p>
        <a class="twtr-user" href="http://twitter.com/intent/user?screen_name=bakery">bakery
        </a> {0} <em><a class="twtr-timestamp" href="http://twitter.com/bakery/status/{id}1">2 hours ago</a> &middot;
        <a class="twtr-reply" href="http://twitter.com/intent/tweet?in_reply_to={id}1">reply</a> &middot;
        <a class="twtr-rt" href="http://twitter.com/intent/retweet?tweet_id={id}1">retweet</a></em></p></div></div>
        </div>
        <div class="twtr-tweet"><div class="twtr-tweet-wrap"><div class="twtr-tweet-text"><p>
        <a class="twtr-user" href="http://twitter.com/intent/user?screen_name=bakery">bakery</a> {1}
        <em><a class="twtr-timestamp" href="http://twitter.com/bakery/status/{id}2">1 day ago</a> &middot;
        <a class="twtr-reply" href="http://twitter.com/intent/tweet?in_reply_to={id}2">reply</a></em></p></div></div>
        </div>
        <div class="twtr-tweet"><div class="twtr-tweet-wrap"><div class="twtr-tweet-text"><p>
        <a class="twtr-user" href="http://twitter.com/intent/user?screen_name=bakery">bakery</a> {2}
        <em><a class="twtr-timestamp" href="http://twitter.com/bakery/status/{id}3">2 days ago</a></em></p></div>
        </div></div>
        </div></div>""",
    "unlinked handles": """<section class="feed"><article class="card" data-tweet-id="{id}1"><header><h4>The Bakery</h4>
        <span class="handle">@bakery</span></header><p class="tweet-body">{0}</p><p class="meta">Likes: 3</p></article>
        <article class="card" data-tweet-id="{id}2"><header><h4>The Bakery</h4><span class="handle">@bakery</span>
        </header>
        <p class="tweet-body">{1}</p><p class="meta">Likes: 0</p></article><article class="card" data-tweet-id="{id}3">
        <header><h4>The Bakery</h4><span class="handle">@bakery</span></header><p class="tweet-body">{2}</p>
        <p class="meta">Likes: 12</p></article></section>""",
    "table, no classes": """<table><tr><th>Nos derniers tweets</th></tr><tr><td>{0}</td></tr><tr><td>{1}</td></tr>
        <tr><td>{2}</td></tr></table>""",
    "headed paragraphs": "<div><b>Twitter</b><p>{0}<p>{1}<p>{2}<hr>Get our <a href='/mail'>newsletter</a></div>",
    "lines between breaks": """<div><strong>Twitter :</strong><br>{0}<br>{1} http://t.co/a2<br>
        {2} http://t.co/a3<br></div>""",
    "definition list": """<dl class="twitter-feed"><dt>3 hours ago</dt><dd>{0}</dd><dt>1 day ago</dt><dd>{1}</dd>
        <dt>2 days ago</dt><dd>{2}</dd></dl>""",
    "name before the text": """<div class="twitter"><h3>Twitter</h3><ul><li><a
        href="http://twitter.com/bakery">bakery</a>:
        {0} <small>3 hours ago</small></li><li><a href="http://twitter.com/bakery">bakery</a>: {1}
        <small>1 day ago</small></li><li><a href="http://twitter.com/bakery">bakery</a>: {2}
        <small>2 days ago</small></li></ul></div>""",
    "absolute dates in French": """<section><h2>Derniers tweets</h2><ul>
        <li>{0}<br><span>Le 13 novembre 2012 à 18h08</span></li><li>{1}<br><span>Le 12 novembre 2012 à 9h00</span></li>
        <li>{2}<br><span>Le 11 novembre 2012 à 10h12</span></li></ul></section>""",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_widget_gives_its_messages_and_nothing_else(shape: str) -> None:
    linked = [
        text.replace("http://t.co/rye1", '<a href="http://t.co/rye1">http://t.co/rye1</a>')
        .replace("@miller", '<a href="http://twitter.com/miller">@miller</a>')
        .replace("#flour", '<a href="http://twitter.com/search?q=%23flour">#flour</a>')
        for text in TEXTS
    ]
    texts = TEXTS
    if shape == "lines between breaks":
        texts = [TEXTS[0], f"{TEXTS[1]} http://t.co/a2", f"{TEXTS[2]} http://t.co/a3"]
    for variant in (linked, TEXTS):
        finds = found(SHAPES[shape].format(*variant, id=ID[:-1]))
        assert lines(finds) == texts
        first, second, _ = finds.tweets
        assert first.urls == ("http://t.co/rye1",)
        assert (second.hashtags, second.mentions, second.retweet_of) == (("flour",), ("miller",), "miller")
        assert finds.nodes


@pytest.mark.parametrize("shape", [shape for shape, markup in SHAPES.items() if "{id}1" in markup])
def test_permalinks_give_id_author_and_the_minute(shape: str) -> None:
    tweets = found(SHAPES[shape].format(*TEXTS, id=ID[:-1])).tweets
    assert [tweet.id for tweet in tweets] == [f"{ID[:-1]}{number}" for number in (1, 2, 3)]
    assert {tweet.handle for tweet in tweets} == {"bakery"}
    assert {tweet.date for tweet in tweets} == {"2012-11-13T17:08+00:00"}


def test_a_page_of_buttons_links_and_empty_lists_has_no_tweets() -> None:
    assert found("") == TweetFinds()


NOT_TWEETS = {
    "timeline filled by a script": '<a class="twitter-timeline" href="https://twitter.com/bakery">Tweets by bakery</a>',
    "people to follow": """<div class="twitter-people"><h3>Bakers on Twitter</h3><ul>
        <li><a href="https://twitter.com/miller">@miller</a> grinds rye and spelt in the valley</li>
        <li><a href="https://twitter.com/oven">@oven</a> builds ovens of clay for small towns</li></ul></div>""",
    "trends": """<ul class="twitter-trends"><li><a href="https://twitter.com/search?q=%23rye">#rye</a></li>
        <li><a href="https://twitter.com/search?q=%23spelt">#spelt</a></li></ul>""",
    "click to tweet": """<div class="tweet-box"><p>Bread is patience made visible, and patience is bread.</p>
        <a href="https://twitter.com/intent/tweet?text=Bread&url=http%3A%2F%2Fexample.org">Click to tweet</a></div>""",
    "comments that name people": """<ol class="commentlist"><li class="comment">Nice! <a href="https://twitter.com/x1">
        @x1</a> said so <a href="http://t.co/q1">http://t.co/q1</a></li><li class="comment">I disagree with the baker.
        </li><li class="comment">Why so much salt in it?</li></ol>""",
    "prose that links to a tweet": """<p>As <a href="https://twitter.com/miller/status/268400000000000700">he wrote</a>
        on <a href="https://twitter.com/miller/status/268400000000000701">13 November 2012</a>, rye needs time.</p>""",
    "references": """<h2>References</h2><ol class="references"><li>The Miller, "On stones" (Tweet),
        <a href="https://twitter.com/miller/status/268400000000000701">13 November 2012</a>.</li><li>The Oven, "On fire"
        (Tweet), <a href="https://twitter.com/oven/status/268400000000000702">14 November 2012</a>.</li></ol>""",
    "share counts": """<ul class="sharing"><li class="tweet-count">12 Tweets</li><li class="tweet"><a
        href="https://twitter.com/intent/tweet?url=http://example.org">Tweet this article now please</a></li></ul>""",
}


@pytest.mark.parametrize("case", NOT_TWEETS)
def test_what_only_looks_like_tweets_is_none(case: str) -> None:
    assert lines(found(NOT_TWEETS[case])) == []


def test_an_item_is_not_swallowed_by_what_follows_the_list() -> None:
    finds = found(SHAPES["headed paragraphs"].format(*TEXTS))
    assert [node.tag for node in finds.nodes] == ["b", "p", "p", "p"]


def test_lists_of_several_people_keep_their_authors() -> None:
    column = """<div class="block tweets-of-{0}"><ul class="tweets"><li><a href="http://twitter.com/{0}">We bake at
        four http://t.co/{0}1</a></li><li><a href="http://twitter.com/{0}">And sell at seven http://t.co/{0}2</a></li>
        <li><a href="http://twitter.com/{0}">@miller thank you for the flour, it is good</a></li></ul></div>"""
    tweets = found("".join(column.format(name) for name in ("north", "south", "east"))).tweets
    assert [tweet.handle for tweet in tweets] == ["north"] * 3 + ["south"] * 3 + ["east"] * 3


def test_bold_words_after_the_author_are_the_message() -> None:
    item = """<li><a href="http://twitter.com/bakery">bakery</a> <b>Fresh</b> rye at noon
        <a href="http://twitter.com/bakery/status/26840000000000000{0}">2 hours ago</a></li>"""
    finds = found("<h3>Tweets</h3><ul>" + item.format(1) + item.format(2) + "</ul>")
    assert {(tweet.text, tweet.handle) for tweet in finds.tweets} == {("Fresh rye at noon", "bakery")}


def test_one_quoted_tweet_in_a_box_is_found() -> None:
    finds = found(
        f"""<div id="bbpBox_{ID}" class="bbpBox"><p class="bbpTweet">Fresh rye at noon
        <a href="http://t.co/rye1">t.co/rye1</a>
        <span class="timestamp"><a title="Tue Nov 13 17:08:00 +0000 2012" href="http://twitter.com/bakery/status/{ID}">
        November 13, 2012 5:08 pm</a> via web
        <a href="https://twitter.com/intent/tweet?in_reply_to={ID}">Reply</a></span>
        <span class="metadata"><span class="author"><a href="http://twitter.com/bakery"><img src="a.png"></a><strong>
        <a href="http://twitter.com/bakery">@bakery</a></strong><br>The Bakery</span></span></p></div>"""
    )
    (tweet,) = finds.tweets
    assert (tweet.text, tweet.id, tweet.handle) == ("Fresh rye at noon t.co/rye1", ID, "bakery")
    assert (tweet.date, tweet.urls) == ("2012-11-13T17:08", ("http://t.co/rye1",))


def test_a_latest_tweet_bar_is_found() -> None:
    finds = found(
        f"""<div id="latest-tweet"><i class="bird"></i><p>Fresh rye at noon, come early</p>
        <a class="when" href="https://twitter.com/bakery/status/{ID}">3 hours ago</a></div>"""
    )
    (tweet,) = finds.tweets
    assert isinstance(tweet, Tweet)
    assert (tweet.text, tweet.handle, tweet.date_text) == ("Fresh rye at noon, come early", "bakery", "3 hours ago")


def test_the_account_linked_around_the_list_is_the_author_of_what_names_none() -> None:
    tweets = found(SHAPES["blogger.js"].replace("statuses/{id}", "x/").format(*TEXTS)).tweets
    assert {tweet.handle for tweet in tweets} == {"bakery"}
