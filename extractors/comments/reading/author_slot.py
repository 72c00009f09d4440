"""Which part of a record is its author's name: voted for by what stands in the same slot of all records."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from extractors.caching import kept
from extractors.comments.finding.outline import CommentOutline
from extractors.comments.reading.dating import MAX_LINE, Dated
from extractors.comments.reading.markup import AUTHOR_NAMED, PROFILE_LINK, TITLE_NAMED, has_letter, is_action
from extractors.comments.reading.names import BY, MAX_NAME, OPENS_WITH_SAYS, name_in, says_at
from extractors.comments.reading.record import InlineRun, Line, Record
from extractors.comments.reading.roles import is_role, without_roles
from extractors.comments.reading.template import Template

NAMED: Final = 2.2
"""What a class like "author" is worth, and what a name must be worth to be taken."""

_NAME_LINE: Final = 200  # characters: longer lines are prose
_HEAD, _FOOT, _AROUND_DATE = 8, 4, 2  # lines of a record in which names are looked for
_TITLE_PRICE: Final = 2.0  # of an element that is called a title: comments have titles on some sites
_REPLY_TITLE: Final = re.compile(r"^(?:re|aw|sv|odp|rép)\s{0,2}(?:\^\d{1,3}|\[\d{1,3}\])?\s{0,2}:", re.IGNORECASE)
_LABEL_PRICE: Final = 1.5  # of "Admin" beside something else
_RUNS: Final = 12  # runs of a line that could be a name
_HEADER_TAGS: Final = frozenset("cite b strong h2 h3 h4 h5 h6 a dt em span address".split())
_BOLD: Final = frozenset("b strong h3 h4 h5".split())
_AVATAR_OF: Final = re.compile(
    r"^(?:avatar (?:of|de|von|for)|gravatar (?:of|for))\s+|'s (?:avatar|picture|gravatar)$", re.IGNORECASE
)
_IMAGES: Final = 60  # elements of a record among which its avatar is looked for

Slot = tuple[str, int, str | int]


@dataclass(frozen=True, slots=True)
class Signed:
    """One place of one record that could hold the author's name."""

    slot: Slot
    value: str
    element: int
    line: int
    score: float
    runs: frozenset[int]  # ids of the runs read


def authors_in(template: Template, dated: Sequence[Dated], body: int | None) -> list[Signed | None]:
    """The name of each record's author, or null. `body` is the slot of the text."""
    candidates = [list(_candidates(template, record, dated[record.number], body)) for record in template.records]
    groups: dict[Slot, dict[int, Signed]] = defaultdict(dict)
    for number, names in enumerate(candidates):
        for name in names:
            groups[name.slot].setdefault(number, name)
    size = len(template.records)
    worth = {slot: _group_worth(template.outline, list(names.values()), size) for slot, names in groups.items()}
    chosen: list[Signed | None] = []
    for names in candidates:
        best = max(names, key=lambda name: (worth[name.slot], -name.line), default=None)
        chosen.append(best if best is not None and worth[best.slot] > NAMED else None)
    return chosen


def _group_worth(outline: CommentOutline, names: list[Signed], size: int) -> float:
    worth = sum(name.score for name in names) / len(names) + 3.0 * len(names) / size
    if len(names) >= 4 and len(names) > 0.5 * size:  # else a slot of the site's staff, who are few
        different = len({name.value for name in names})
        if different == 1:  # a label, or one person who answered alone: where authors' names stand it may be one
            worth -= 1.0 if all(_is_called_author(outline, name.element) for name in names) else 3.0
        elif different / len(names) < 0.15:
            worth -= 1.0
    return worth


def _candidates(template: Template, record: Record, dated: Dated, body: int | None) -> Iterator[Signed]:
    alt = _avatar_alt(template.outline, record)
    last = len(record.lines) - 1
    for place, line in enumerate(record.lines):
        if _HEAD < place <= last - _FOOT and abs(place - dated.line) > _AROUND_DATE:
            continue
        text = line.text
        in_body = body is not None and all(template.in_slot(record, run.owner, body) for run in line.runs)
        if (in_body and 0 < place < last) or (len(text) > _NAME_LINE and place > 1):
            continue  # a name in the middle of the prose is no signature
        worth = 0.5 if place <= 1 else (0.2 if place <= 3 else 0.0)
        worth += 0.6 if dated.line >= 0 and abs(place - dated.line) <= 1 else 0.0
        if in_body:
            worth -= 0.8 if place == last and BY.match(text.lstrip(" -–—")) else 2.5
        spoken = [run for run in line.runs if run.text.strip()]
        if len(text) <= _NAME_LINE:
            yield from _of_line(template, record, line, place, worth)
            yield from _of_elements(template, record, spoken, place, worth)
        shown = dated.text if place == dated.line else None
        for name in _of_runs(template, record, spoken[: _RUNS if len(text) <= MAX_LINE else 3], place, worth, shown):
            yield replace(name, score=name.score + 1.5) if alt and alt == name.value.casefold() else name


def _of_line(template: Template, record: Record, line: Line, place: int, worth: float) -> Iterator[Signed]:
    """The name that the whole line states: "Posted by Anna on 5 March"."""
    value = _name_of(line.runs, " " if _touch(line.runs) else "")
    if value:
        slot: Slot = ("line", record.slots.get(_block_of(template, line, record), 0), min(place, 2))
        score = worth - 0.4 + _line_worth(line.text, value)
        yield Signed(slot, value, line.runs[0].owner, place, score, frozenset(map(id, line.runs)))


def _touch(runs: Sequence[InlineRun]) -> bool:
    """Does a design keep two texts of a line apart, and no blank: <b>Anna</b><i>May 5</i>?"""
    return any(
        one.text[-1:].isalnum() and (other.text[:1].isupper() or other.text[:1].isdigit())
        for one, other in pairwise(runs)
    )


def _name_of(runs: Sequence[InlineRun], glue: str) -> str | None:
    """The name that the runs state together, without labels such as "Post author" unless these are all there is."""
    for spoken in (without_roles(runs), runs):
        value = name_in(glue.join(run.text for run in spoken))
        if value and not is_action(value):
            return value
    return None


def _of_elements(
    template: Template, record: Record, spoken: list[InlineRun], place: int, worth: float
) -> Iterator[Signed]:
    """Names in elements of several runs on one line: '<span><a>Anna</a> said,</span>'."""
    outline = template.outline
    tried: set[int] = set()
    for run in spoken[:6]:
        for number in (run.owner, outline.parent[run.owner]):
            if number <= record.start or number in tried or number not in record.slots:
                continue
            tried.add(number)
            inner = [other for other in spoken if number <= other.owner < outline.end[number]]
            text = " ".join(other.text for other in inner)
            if len(inner) < 2 and says_at(text) is None:
                continue
            if len(text) > 2 * MAX_NAME or outline.text_length(number, outline.end[number]) > len(text) + 8:
                continue
            value = _name_of(inner, " ")
            if value:
                score = worth + named_worth(outline, number) + _line_worth(text, value) - 0.2
                runs = frozenset(id(other) for other in inner)
                yield Signed(("element", record.slots[number], ""), value, inner[0].owner, place, score, runs)


def _of_runs(
    template: Template, record: Record, spoken: list[InlineRun], place: int, worth: float, shown: str | None
) -> Iterator[Signed]:
    """Names that are a text of their own between two tags. `shown` is the date that the line holds."""
    outline = template.outline
    for at, run in enumerate(spoken):
        text = run.text.strip()
        if len(text) > 2 * MAX_NAME or (shown and text in shown):
            continue
        if template.is_furniture(record, run) and not _is_called_author(outline, run.owner):
            continue
        value = name_in(text)
        if not value or is_action(value):
            continue
        following = "".join(other.text for other in spoken[at + 1 :])[:60]
        before = "".join(other.text for other in spoken[:at])[-40:].strip()
        score = worth + _run_worth(outline, record, run, before, following) + _value_worth(text, value)
        score -= _LABEL_PRICE if len(spoken) > 1 and is_role(text) else 0.0
        slot: Slot = ("run", record.slots.get(run.owner, 0), _tag(outline, run.after))
        name = Signed(slot, value, run.owner, place, score, frozenset((id(run),)))
        yield name
        if run.after < 0:
            yield from _aliases(outline, record, run, name)


def _aliases(outline: CommentOutline, record: Record, run: InlineRun, name: Signed) -> Iterator[Signed]:
    """The elements around the run that hold nothing else: a name is linked in one record and not in the next."""
    number = run.owner
    own = named_worth(outline, number)
    while (number := outline.parent[number]) > record.start:
        if number not in record.slots or outline.text_length(number, outline.end[number]) > len(run.text) + 2:
            break
        gain = max(0.0, named_worth(outline, number) - own)
        yield replace(name, slot=("run", record.slots[number], ""), score=name.score + gain)


def names_author(outline: CommentOutline, number: int) -> bool:
    """Is the element, or the one around it, called what elements with authors' names are called?"""
    up = outline.parent[number]
    return named_worth(outline, number) >= NAMED or (up >= 0 and named_worth(outline, up) >= NAMED)


def _is_called_author(outline: CommentOutline, number: int) -> bool:
    """`names_author`, a link in bold in the author's paragraph included."""
    up = outline.parent[number]
    return names_author(outline, number) or (up >= 0 and names_author(outline, up))


def named_worth(outline: CommentOutline, number: int) -> float:
    """What class, tag and link of an element say for its holding a name."""
    name, element = outline.named[number], outline.elements[number]
    worth = _name_worth(name) if name else 0.0
    stated = element.get("itemprop")
    if stated in ("author", "creator", "name"):
        worth += 7.0 if stated == "name" else 4.0  # an author may be "Mr" and a name
    if element.tag == "cite":
        worth += 1.8
    elif element.tag in _BOLD:
        worth += 0.7
    elif element.tag == "a":
        rel, href = element.get("rel") or "", element.get("href") or ""
        if "nofollow" in rel or "author" in rel or " url " in f" {name} ":
            worth += 1.2
        if PROFILE_LINK.search(href):
            worth += 1.2
        elif not href.startswith("#"):
            worth += 0.4
    return worth


@kept(8_192)  # the pages of a site share their class names
def _name_worth(name: str) -> float:
    worth = NAMED if AUTHOR_NAMED.search(name) else 0.0
    return worth - _TITLE_PRICE if TITLE_NAMED.search(name) else worth


def _run_worth(outline: CommentOutline, record: Record, run: InlineRun, before: str, following: str) -> float:
    worth = named_worth(outline, run.owner)
    up = outline.parent[run.owner]
    if up > record.start and worth < 2:
        worth += 0.7 * min(named_worth(outline, up), 2.5)
    text = run.text.strip()
    if says_at(text) is not None or OPENS_WITH_SAYS.match(following):
        worth += 2.0
    if BY.match(text) or BY.fullmatch(before + " "):
        worth += 1.2
    return worth


def _line_worth(text: str, value: str) -> float:
    return (1.0 if says_at(text) is not None or BY.match(text) else 0.0) + _value_worth(text, value)


def _value_worth(text: str, value: str) -> float:
    words = len(value.split())
    worth = -0.5 * max(0, words - 4)
    if not has_letter(value) or _REPLY_TITLE.match(text):
        worth -= 2.0
    if value.startswith(("http://", "https://")):
        worth -= 1.0
    if value[-1] in ".!?" and words > 2:
        worth -= 1.0
    return worth - (0.6 if len(text) - len(value) > 60 else 0.0)


def _avatar_alt(outline: CommentOutline, record: Record) -> str | None:
    """Whose picture stands in the record, as its alt text says, in lower case."""
    for number in record.elements[:_IMAGES]:
        element = outline.elements[number]
        alt = " ".join((element.get("alt") or "").split()) if element.tag == "img" else ""
        if alt:
            return _AVATAR_OF.sub("", alt).casefold()
    return None


def _block_of(template: Template, line: Line, record: Record) -> int:
    outline = template.outline
    number = line.runs[0].owner
    while number > record.start and number in record.slots and outline.elements[number].tag in _HEADER_TAGS:
        number = outline.parent[number]
    return number


def _tag(outline: CommentOutline, number: int) -> str:
    return str(outline.elements[number].tag) if number >= 0 else ""
