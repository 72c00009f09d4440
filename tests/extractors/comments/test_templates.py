"""Templates that no adapter knows, of every build: the generic finder gives name, date and text of each comment."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extractors.comments import find_thread
from extractors.html import Document

ARTICLE = "<h1>Soups</h1>" + "<p>What to do with vegetables when the winter comes again.</p>" * 6
COMMENTS = (
    ("Anna Keller", "March 5, 2012 10:15 AM", "2012-03-05T10:15", "Thank you for this one, it is a lovely soup."),
    ("Jonas", "March 6, 2012 8:02 AM", "2012-03-06T08:02", "I would add some cumin at the end of it."),
    ("mila_38", "March 17, 2012 9:30 PM", "2012-03-17T21:30", "We tried it yesterday and everybody liked it."),
)

Row = Callable[[int, str, str, str], str]
TEMPLATES: dict[str, tuple[str, Row, str]] = {
    "anchors and paragraphs, signed below": (
        '<div id="comments"><h2>Comments</h2>',
        lambda n, a, d, b: f'<a name="00{n}"></a><p>{b}</p><p class="posted">Posted by: <a href="#">{a}</a> at {d}</p>',
        "</div>",
    ),
    "headings and their siblings": (
        '<h2>3 comments</h2><div class="commentblock">',
        lambda n, a, d, b: f"<h4>{a} wrote on {d}</h4><p>{b}</p>",
        "</div>",
    ),
    "rows of a table": (
        '<table class="comments">',
        lambda n, a, d, b: f'<tr><td class="who"><b>{a}</b><br>{d}</td><td class="what">{b}</td></tr>',
        "</table>",
    ),
    "one paragraph each": (
        '<div id="comments"><h3>Comments (3)</h3>',
        lambda n, a, d, b: f"<p><b>{a}</b> ({d}): {b}</p>",
        "</div>",
    ),
    "a list without class names": (
        '<div class="reactions"><ul>',
        lambda n, a, d, b: f"<li><p>{b}</p><span>By {a} on {d}</span></li>",
        "</ul></div>",
    ),
    "generated class names": (
        "<section><h3>3 Comments</h3>",
        lambda n, a, d, b: (
            f'<div class="css-1x2y{n}z"><div class="css-a1"><img src="/avatar/{n}.png"><span class="css-n9">{a}</span>'
            f'<span class="css-t8">{d}</span></div><div class="css-b7">{b}</div><button>Reply</button></div>'
        ),
        "</section>",
    ),
    "a guestbook": (
        '<div class="guestbook">',
        lambda n, a, d, b: f'<div class="entry"><div class="head">#{n} {a} - {d}</div>{b}<hr></div>',
        "</div>",
    ),
    "articles in a section": (
        '<section class="discussion">',
        lambda n, a, d, b: (
            f'<article class="reply" id="reply-{n}"><header><a class="user" href="/u/{n}">{a}</a><time>{d}</time></header>'
            f'<p>{b}</p><footer><a href="#">Like</a> <a href="#">Share</a></footer></article>'
        ),
        "</section>",
    ),
    "a definition list": (
        '<dl id="kommentare">',
        lambda n, a, d, b: f'<dt><a name="k{n}"></a><strong>{a}</strong> schrieb am {d}</dt><dd>{b}</dd>',
        "</dl>",
    ),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_of_any_build_is_read(name: str) -> None:
    opening, row, closing = TEMPLATES[name]
    rows = "".join(row(n, author, date, body) for n, (author, date, _, body) in enumerate(COMMENTS, 1))
    page = (
        f'<html lang="en"><body>{ARTICLE}{opening}{rows}{closing}<div id="footer">2012 Soups inc.</div></body></html>'
    )
    thread = find_thread(Document(page, "https://soups.example/winter"))
    assert [(c.author, c.date, c.body) for c in thread.comments] == [(a, iso, b) for a, _, iso, b in COMMENTS]
    assert thread.discussion.platform == "generic"
