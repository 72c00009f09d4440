"""Topics of forums: pages with posts and no article, whatever stands around the posts."""

from __future__ import annotations

from extractors.extract import extract
from extractors.records import CommentKind, Page

URL = "https://boards.example/t/old-lamps/31"
SAYINGS = (
    (
        "harbourmaster",
        "2024-02-20",
        "Does anybody still have the oil for the old lamps? The chandler closed years ago, and the rest leaks.",
    ),
    (
        "lampwright",
        "2024-02-21",
        "Two barrels are left in my shed. Bring your own cans, and do not smoke on the way, the road is bumpy.",
    ),
    (
        "harbourmaster",
        "2024-02-22",
        "Thank you, I shall come on Friday with the cart. The light on the pier needs forty litres a month, and in the dark months twice as much.",
    ),
)


def post(author: str, day: str, text: str) -> str:
    return (
        "<div class='topic-body crawler-post'><div class=crawler-post-meta><span class=creator itemprop=author>"
        f"<a href=/u/{author}><span itemprop=name>{author}</span></a></span>"
        f"<time class=post-time datetime={day}T10:00:00Z>{day}</time></div><div class=post><p>{text}</p></div></div>"
    )


def topic(before: str = "", wrapped: str = "{}", url: str = URL) -> Page:
    posts = "".join(post(*saying) for saying in SAYINGS)
    return extract(
        "<!doctype html><html><head><title>Oil for old lamps - Boards</title></head><body>"
        f"{before}{wrapped.format(f'<h1>Oil for old lamps</h1>{posts}')}</body></html>",
        url,
    )


def test_a_topic_is_a_page_of_posts_and_its_opening_post_says_who_and_when() -> None:
    page = topic()
    assert [one.kind for one in page.comments] == [CommentKind.POST] * 3
    assert (page.text, page.title, page.author) == ("", "Oil for old lamps", "harbourmaster")
    assert (page.published or "").startswith("2024-02-20")


def test_a_topic_that_a_script_shows_is_read_from_its_noscript() -> None:
    page = topic("<div id=app data-preloaded='{}'></div>", "<noscript data-path=/t/31>{}</noscript>")
    assert [one.author for one in page.comments] == ["harbourmaster", "lampwright", "harbourmaster"]


def test_a_noscript_beside_a_page_s_own_text_stays_unread() -> None:
    shown = "".join(
        f"<p>The keeper of the lamps fills them every evening, and this is evening {n} of the year.</p>"
        for n in range(20)
    )
    page = extract(
        f"<html><body><h1>The keeper of the lamps</h1>{shown}<noscript><p>{'Please turn scripts on. ' * 30}</p></noscript>"
        "</body></html>",
        URL,
    )
    assert "scripts" not in page.text


def test_notices_beside_the_posts_are_no_article() -> None:
    page = topic(
        "<p>This site uses cookies to keep you logged in. By staying here you agree to that and to our rules.</p>"
    )
    assert (page.text, len(page.comments)) == ("", 3)


def test_a_later_page_of_a_topic_does_not_date_or_sign_it() -> None:
    page = topic(url=f"{URL}?page=2")
    assert (page.author, page.published) == (None, None)
