"""Any page at all: nothing raised but PageError, the same answer twice, no time wasted on hostile markup."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.comments import find_thread
from extractors.comments.reading.names import is_cut, name_in
from extractors.errors import PageError
from extractors.html import Document

PIECES = (
    "<div class=comment>", '<li class="comment depth-2" id=comment-7>', "</div>", "</li>", "<p>",
    "<ul class=children>", "</ul>", "<cite>Anna</cite>", "<b>par Jonas</b>", "5 mars 2012 à 10 h 15",
    "<time datetime=2012-03-05>hier</time>", "<table><tr><td>", "</table>", "<dl><dt>", "<dd>", "Répondre",
    "3 commentaires", "<a href=#comment-7>", "</a>", "<form><textarea>", "</form>", "<!-- x -->", "[…]",
    "<img class=avatar alt=Anna>", "Ping :", "\x00", "\ufffd", "<article itemprop=comment itemscope>",
    '<script type="application/ld+json">{"comment":[{"@type":"Comment","text":1}]}</script>',
    "<h2>One Response to</h2>",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=20)), max_size=60).map("".join))
def test_no_markup_breaks_the_finder_and_it_answers_the_same_twice(html: str) -> None:
    try:
        threads = [find_thread(Document(html, "http://x.example/a?b#c")) for _ in range(2)]
    except PageError:
        return
    assert threads[0].comments == threads[1].comments
    assert threads[0].discussion == threads[1].discussion
    positions = [comment.position for comment in threads[0].comments]
    assert positions == list(range(1, len(positions) + 1))
    assert all(c.parent is None or 1 <= c.parent < c.position for c in threads[0].comments)


@given(st.text(max_size=200))
def test_any_text_is_a_name_or_none(text: str) -> None:
    name = name_in(text)
    assert name is None or (name.strip() == name and isinstance(is_cut(name), bool))


def comments(numbers: range) -> str:
    row = (
        '<li class="comment" id="comment-{0}"><cite>Anna {0}</cite> <a href="#comment-{0}">March 5, 2012 at '
        "10:15 am</a><p>Words of comment {0}.</p></li>"
    )
    return f'<ol class="commentlist">{"".join(row.format(n) for n in numbers)}</ol>'


def nested(numbers: range) -> str:
    return "".join(f"<div class=comment id=comment-{n}>March 5, 2012 by <b>Anna</b><p>some text" for n in numbers)


def noise(numbers: range) -> str:
    return "".join(PIECES[(n * 7) % 20] + f"<div class=k{n}z>word {n}" for n in numbers)


def one_line(numbers: range) -> str:
    words = "".join(f"up says {n} by <i>a</i> march " for n in numbers)
    return f"<div id=comments><div class=comment id=comment-1><b>Anna</b> March 5, 2012<p>{words}</p></div></div>"


@pytest.mark.integration
@pytest.mark.parametrize(("make", "size"), [(comments, 200), (nested, 200), (noise, 1500), (one_line, 3000)])
def test_four_times_the_page_costs_no_sixteen_times_the_time(make: Callable[[range], str], size: int) -> None:
    def seconds(numbers: range) -> float:
        document = Document(make(numbers), "http://x.example/")
        started = time.process_time()  # other work on the machine does not count
        find_thread(document)
        return time.process_time() - started

    def growth(start: int) -> float:
        return seconds(range(start, start + 4 * size)) / seconds(range(start + 5 * size, start + 6 * size))

    # Other words in each page, or a cache would count as speed; numbers of one length, or pages would differ in kind.
    # A quadratic reader is slow in every round; a round alone may meet a collection of the whole test process' objects.
    assert any(growth(start) < 12 for start in (1_000_000, 2_000_000, 3_000_000))
