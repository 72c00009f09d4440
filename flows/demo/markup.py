"""From the plain text of the content files to blocks that the templates print.

A blank line separates blocks, lines that begin with "- " make a list, `**bold**` and `[label](address)` mean what
they mean in Markdown, and a bare address becomes a link, as WordPress does. No HTML is made here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_INLINE = re.compile(
    r"\[(?P<label>[^\]\[]+)\]\((?P<href>[^()\s]+)\)"
    r"|\*\*(?P<strong>.+?)\*\*"
    r"|(?P<bare>https?://[^\s<>\"\]\[]*[^\s<>\"\]\[.,;:!?)])"
    r"|(?P<line>\n)"
)
_TWEET_ENTITY = re.compile(r"(?P<url>https?://\S+)|@(?P<mention>\w+)|#(?P<hashtag>\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkupSpan:
    """A run of text. `kind` is text, strong, link or line (a line break, without text)."""

    kind: str
    text: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkupBlock:
    """A paragraph (one item) or a list (one item a bullet)."""

    kind: str
    items: tuple[tuple[MarkupSpan, ...], ...]


def spans(text: str) -> tuple[MarkupSpan, ...]:
    """The runs of one paragraph in order."""
    found: list[MarkupSpan] = []
    end = 0
    for match in _INLINE.finditer(text):
        if match.start() > end:
            found.append(MarkupSpan(kind="text", text=text[end : match.start()]))
        end = match.end()
        if match["label"]:
            found.append(MarkupSpan(kind="link", text=match["label"], href=match["href"]))
        elif match["strong"]:
            found.append(MarkupSpan(kind="strong", text=match["strong"]))
        elif match["bare"]:
            found.append(MarkupSpan(kind="link", text=match["bare"], href=match["bare"]))
        else:
            found.append(MarkupSpan(kind="line"))
    if end < len(text):
        found.append(MarkupSpan(kind="text", text=text[end:]))
    return tuple(found)


def blocks(text: str) -> tuple[MarkupBlock, ...]:
    """The paragraphs and lists of a text in order."""
    found = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines = part.splitlines()
        if all(line.startswith("- ") for line in lines):
            found.append(MarkupBlock(kind="list", items=tuple(spans(line[2:]) for line in lines)))
        else:
            found.append(MarkupBlock(kind="paragraph", items=(spans(part),)))
    return tuple(found)


def tweet_spans(text: str) -> tuple[MarkupSpan, ...]:
    """The runs of a tweet: links, mentions and hashtags lead where the network's own widget sends them."""
    found: list[MarkupSpan] = []
    end = 0
    for match in _TWEET_ENTITY.finditer(text):
        if match.start() > end:
            found.append(MarkupSpan(kind="text", text=text[end : match.start()]))
        end = match.end()
        if match["url"]:
            href = match["url"]
        elif match["mention"]:
            href = f"https://twitter.com/{match['mention']}"
        else:
            href = f"https://twitter.com/search?q=%23{match['hashtag']}"
        found.append(MarkupSpan(kind="link", text=match[0], href=href))
    if end < len(text):
        found.append(MarkupSpan(kind="text", text=text[end:]))
    return tuple(found)
