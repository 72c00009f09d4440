"""Notices of other sites and removed comments told from readers' comments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from extractors.comments.finding.outline import Outline
from extractors.comments.reading.record import Record
from extractors.records import CommentKind

_LABEL: Final = re.compile(
    r"^\W{0,3}(?P<kind>ping(?:back)?s?|trackbacks?|webmentions?|rétroliens?|retroliens?|rückverweise?|enlaces? "
    r"entrantes?)\s*(?:from|von|de|by|:|\])+\s*",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(r"(?:^|[-_ ])(?P<kind>pingback|trackback|webmention|ping)s?(?:$|[-_ ])")
_EXCERPT: Final = re.compile(
    r"^\W{0,3}\[(?:\.\.\.|…)\]\s.*\S\s*\[(?:\.\.\.|…)\]\W{0,3}$|\[(?:\.\.\.|…)\]\W{0,3}$", re.DOTALL
)
_REMOVED: Final = re.compile(
    r"^\W*(?:\w+ )?(?:this |the )?(?:comment|post|reply|message)s?(?: was| has been| is| by [\w ]{1,40} has been)? "
    r"(?:removed|deleted|hidden|withdrawn)"
    r"|^\W*(?:ce |le )?(?:commentaire|message)(?: a été| est)? (?:supprimé|modéré|retiré|effacé)"
    r"|^\W*(?:dieser |der )?(?:kommentar|beitrag)(?: wurde| ist)? .{0,40}(?:gelöscht|entfernt)"
    r"|^\W*(?:este |el )?comentario(?: ha sido| fue)? (?:eliminado|borrado|removido|excluído)"
    r"|^\W*(?:questo |il )?commento (?:è stato )?(?:rimosso|eliminato)|^\W*\[(?:removed|deleted|supprimé|"
    r"gelöscht)\]\W*$",
    re.IGNORECASE,
)
_MAX_REMOVED: Final = 160


@dataclass(frozen=True, slots=True)
class Notice:
    """What a pingback or trackback says: who sent it, from where, and its excerpt (or its title, if it has none)."""

    kind: CommentKind
    title: str | None
    url: str | None
    title_is_body: bool


def kind_of(outline: Outline, record: Record, body: str) -> CommentKind:
    """The kind of a record. A pingback is known by its class, its label, or its bracketed excerpt."""
    named = _NAMED.search(outline.named[record.start])
    if named:
        return CommentKind.TRACKBACK if named["kind"] == "trackback" else CommentKind.PINGBACK
    for line in record.lines[:3]:
        label = _LABEL.match(line.text)
        if label:
            return CommentKind.TRACKBACK if label["kind"].lower().startswith("track") else CommentKind.PINGBACK
    if _EXCERPT.search(body):
        return CommentKind.PINGBACK
    if len(body) <= _MAX_REMOVED and _REMOVED.search(body):
        return CommentKind.REMOVED
    return CommentKind.COMMENT


def notice(outline: Outline, record: Record, kind: CommentKind) -> Notice:
    """Title and address of a notice, whole: the titles of pages hold dates, "says" and separators that names do not."""
    link = _source_link(outline, record)
    title = None
    titled = False
    for line in record.lines[:4]:
        text = " ".join(line.text.split())
        label = _LABEL.match(text)
        if label:
            title = text[label.end() :].strip() or None
            titled = True
            break
    if link is not None:
        linked = " ".join(
            run.text.strip() for line in record.lines for run in line.runs if _within(outline, run.owner, link)
        ).strip()
        if linked and (title is None or linked in title):
            title = " ".join(linked.split())
    url = outline.elements[link].get("href") if link is not None else None
    return Notice(kind, title, url, titled)


def _source_link(outline: Outline, record: Record) -> int | None:
    for number in record.elements:
        element = outline.elements[number]
        href = element.get("href") if element.tag == "a" else None
        if href and href.startswith(("http://", "https://", "//")) and outline.text_length(number, outline.end[number]):
            return number
    return None


def _within(outline: Outline, number: int, root: int) -> bool:
    return root <= number < outline.end[root]
