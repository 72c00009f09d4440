"""What the records of lists hold, summed for all lists of a page at once."""

from __future__ import annotations

from extractors.comments.finding.listing import Listing
from extractors.comments.finding.outline import CommentOutline
from extractors.comments.finding.score import tallies
from extractors.html import Document

PAGE = """<body><ul>
<li id="comment-1"><cite>Anna</cite> <time>3 March 2020</time> <p>Text of the first one</p>
  <ul><li id="comment-2"><cite>Ben</cite> <time>4 March 2020</time> <p>An answer with <a href="/x">a link</a></p></li></ul>
</li>
<li id="comment-3"><p>Short</p></li>
</ul></body>"""


def test_a_record_counts_without_those_nested_in_it() -> None:
    outline = CommentOutline(Document(PAGE, "https://example.org/"))
    starts = tuple(outline.ids)
    stops = tuple(outline.end[start] for start in starts)
    nested = Listing("li.", starts, stops)
    outer = Listing("li.", (starts[0], starts[2]), (stops[0], stops[2]))
    both, tops = tallies(outline, [nested, outer])
    assert (both.date, both.author, both.ident, both.empty) == (2, 2, 3, 1)
    assert (tops.date, tops.author, tops.ident, tops.empty) == (1, 1, 2, 1)
    assert both.text == tops.text == outline.text_length(starts[0], stops[0]) + outline.text_length(starts[2], stops[2])
    assert both.link == tops.link == len("a link")
    assert tallies(outline, [outer]) == [tops]
    assert tallies(outline, []) == []
