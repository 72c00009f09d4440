"""Which part of a record is its author, its date, its body: decided by what stands in the same slot of all records."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from extractors.comments.names import BY, MAX_NAME, OPENS_WITH_SAYS, name_in, says_at
from extractors.comments.outline import Outline, count
from extractors.comments.record import MAX_SLOT_DEPTH, Line, Record, Run
from extractors.dates import FoundDate, find_date

_AUTHOR_NAMED: Final = re.compile(
    r"(?:^|[-_ ])(?:fn|author(?:[-_]?(?:name|link))?|commenter(?:[-_]?name)?|\w*user[-_]?(?:name|link)?|nick(?:name)?|poster|auteur|autor|"
    r"autore|name|pseudo|screen[-_]?name|display[-_]?name|byline[-_]author|by|signature|citation|comments?[-_]?author|"
    r"comment[-_]name|comment[-_]user(?:name)?|c-author|profile|who|posted[-_]?by|\w+-user|creator|member)(?:$|[-_ ])"
)
_DATE_NAMED: Final = re.compile(
    r"date|time|posted|published|datum|fecha|data\b|stamp|when|\bago\b|meta|info|otherdetails"
)
_BODY_NAMED: Final = re.compile(
    r"(?:^|[-_ a-z])(?:content|text|texte|body|message|msg|entry|commentary|description|copy|inner|comtext|post_?body|comentario|texto|inhalt)"
)
_NOT_BODY_NAMED: Final = re.compile(
    r"meta|author|header|head\b|footer|foot\b|date|info|avatar|byline|submitted|signature|reply"
)
_FURNITURE: Final = re.compile(
    r"(?:^|[-_ ])(?:reply|replies|reply-link|vote\w*|voting|rating\w*|rate|like\w*|dislike\w*|karma|share\w*|sharing|report\w*|flag\w*|edit(?:-link)?|"
    r"avatar\w*|gravatar|signature|sig|cluv|commentluv|says|permalink\w*|moderat\w*|badge\w*|rank|tools?|actions?|controls?|buttons?|"
    r"thdrpy|perma|toolbar|number|num|comment-?(?:number|count|id|links?|permalink|tools|actions|reply|options|footer|edit)|awaiting-moderation|"
    r"screen-reader-text|sr-only|visually-hidden|likebtn\w*|pd-rating|hidden|quote-link|links|respond|thumbs?\w*|score|recommend\w*|abuse|\w*rating)(?:$|[-_ ])"
)
_STRONG_FURNITURE: Final = re.compile(
    r"(?:^|[-_ ])(?:cluv|commentluv|signature|sig|respond|sharedaddy|pd-rating|screen-reader-text)(?:$|[-_ ])"
)
_ACTION: Final = re.compile(
    r"^[\W\d_]*(?:(?:reply(?: to (?:this|comment))?|respond|quote|link|permalink|permanent link|report(?: (?:abuse|comment|as spam|spam))?|flag(?: as inappropriate)?|like|unlike|"
    r"share|edit|delete|spam|log ?in(?: to reply)?|login to post comments|up|down|vote|thumbs? (?:up|down)|hide|show|top|collapse|expand|parent|\(?edit\)?|"
    r"répondre|repondre|citer|signaler(?: un abus| ce commentaire)?|modérer|lien permanent|permalien|alerter|j'aime|modifier|"
    r"antworten|auf diesen kommentar antworten|zitieren|melden|kommentar melden|bearbeiten|gefällt mir|link zum kommentar|"
    r"responder|citar|denunciar|me gusta|enlace permanente|editar|"
    r"rispondi|cita|segnala|mi piace|responda|denuncie|gosto|beantwoorden|reageer|rapporteer|svara|svar|odpowiedz|ответить|yanıtla|cevapla|"
    r"report user|\d+ likes?|\d+ votes?|reply with quote|in reply to|mark as spam|new|guest|this comment was edited|awaiting moderation|"
    r"loading|ago|comment|#|says|said|dit|wrote|at|on|by|le|et)(?![^\W_])[\s\W\d_]*)+$",
    re.IGNORECASE,
)
_LETTER: Final = re.compile(r"[^\W\d_]")
_HEADER_TAGS: Final = frozenset("cite b strong h2 h3 h4 h5 h6 a dt em span address".split())
_INLINE: Final = frozenset("a b strong cite em i span font u".split())
_NO_BODY: Final = -1.0
_NAMED: Final = 2.2  # what a name like "author" is worth
_META_LINE: Final = 150  # characters
_RUNS: Final = 12  # runs of a line that could be a name
_DATE_LINE: Final = 300
_NAME_LINE: Final = 200
"""Characters; longer lines are prose."""


@dataclass(slots=True)
class Fields:
    """What was found in one record: texts, and the elements and runs they came from."""

    author: str | None = None
    author_element: int | None = None
    date: FoundDate | None = None
    date_text: str | None = None
    stated: FoundDate | None = None  # a machine-readable date beside the visible one
    body: str = ""
    body_runs: list[list[Run]] = field(default_factory=list)


@dataclass(slots=True)
class _Name:
    """One place of one record that could hold the author's name."""

    slot: tuple[object, ...]
    value: str
    element: int
    line: int
    score: float
    runs: frozenset[int]  # ids of the runs read


def label(outline: Outline, records: list[Record]) -> list[Fields]:
    """The fields of each record, in their order."""
    labeller = _Labeller(outline, records)
    labeller.find_dates()
    labeller.find_body_slot()
    labeller.find_authors()
    labeller.read_bodies()
    return labeller.fields


class _Labeller:
    """Holds what the steps of `label` tell each other."""

    def __init__(self, outline: Outline, records: list[Record]) -> None:
        self.outline = outline
        self.records = records
        self.fields = [Fields() for _ in records]
        self.date_lines: list[int] = [-1] * len(records)
        self.body_slot: int | None = None
        self.names_runs: list[frozenset[int]] = [frozenset() for _ in records]
        self.furniture = [self._furniture(record) for record in records]
        self.constant = self._constant_texts()
        self.numbered = self._are_numbered()

    # --- furniture -------------------------------------------------------------------------------------------------
    def _furniture(self, record: Record) -> set[int]:
        """Elements of the record that are buttons, votes, badges, signatures; subtrees included."""
        outline = self.outline
        found: set[int] = set()
        for number in record.elements:
            if number != record.start and outline.parent[number] in found:
                found.add(number)
                continue
            name = outline.named[number]
            if number == record.start or not name or not _FURNITURE.search(name):
                continue
            stop = outline.end[number]
            long = outline.text_length(number, stop) > 120 or (
                count(outline.dates, number, stop) > 0 and count(outline.authors, number, stop) > 0
            )
            if _STRONG_FURNITURE.search(name) or not (
                long or _BODY_NAMED.search(outline.elements[number].get("class") or "")
            ):
                found.add(number)
        return found

    def _are_numbered(self) -> bool:
        """Does (nearly) every record open with a line that is its number?"""
        numbered = sum(any(line.number is not None for line in record.lines[:2]) for record in self.records)
        return len(self.records) > 1 and numbered >= 0.8 * len(self.records)

    def _constant_texts(self) -> set[tuple[int, str]]:
        """(slot, text) pairs that most records share word for word: labels of the template."""
        if len(self.records) < 4:
            return set()
        seen: Counter[tuple[int, str]] = Counter()
        for record in self.records:
            pairs = {
                (record.slots.get(run.owner, 0), run.text.strip())
                for line in record.lines
                for run in line.runs
                if len(run.text) < 60 and _LETTER.search(run.text)
            }
            seen.update(pairs)
        return {pair for pair, times in seen.items() if times >= 0.6 * len(self.records) and pair[1]}

    def _is_furniture(self, record: Record, run: Run) -> bool:
        return (
            run.owner in self.furniture[record.number]
            or (record.slots.get(run.owner, 0), run.text.strip()) in self.constant
        )

    # --- dates -----------------------------------------------------------------------------------------------------
    def find_dates(self) -> None:
        votes: dict[tuple[object, ...], list[tuple[int, FoundDate, str, int, float]]] = defaultdict(list)
        for record in self.records:
            for place, line in enumerate(record.lines):
                text = line.spaced
                if len(text) > _DATE_LINE:
                    continue
                found = find_date(text)
                if found is None:
                    continue
                for after in record.lines[place + 1 : place + 3]:
                    text, found = self._with_next_line(text, found, after.text)
                owner = line.run_at(found.start).owner
                key = ("line", record.slots.get(owner, 0))
                worth = self._date_worth(record, owner, found, text, place)
                votes[key].append((record.number, found, text[found.start : found.end], place, worth))
        self._machine_dates(votes)
        size = len(self.records)
        ranked = sorted(
            votes.items(),
            key=lambda item: (
                -(3.0 * len({vote[0] for vote in item[1]}) / size + sum(vote[4] for vote in item[1]) / len(item[1]))
            ),
        )
        for _, entries in ranked:
            for number, found, text, place, worth in entries:
                fields = self.fields[number]
                if fields.date is None and worth > -1.0:
                    fields.date, fields.date_text = found, text
                    self.date_lines[number] = place

    def _with_next_line(self, text: str, found: FoundDate, following: str) -> tuple[str, FoundDate]:
        """Text and date with the year or time that stands alone on the next line."""
        complete = found.ago is not None or (found.hour is not None and found.year is not None)
        if complete or len(following) > 25 or not any(character.isdigit() for character in following):
            return text, found
        joined = f"{text.rstrip()} {following.strip()}"
        more = find_date(joined)
        if more is None or (more.month, more.day) != (found.month, found.day) or more == found:
            return text, found
        return joined, more

    def _date_worth(self, record: Record, owner: int, found: FoundDate, text: str, place: int) -> float:
        outline = self.outline
        named = " ".join(outline.named[n] for n in (owner, outline.parent[owner]) if n >= record.start)
        worth = 1.2 if _DATE_NAMED.search(named) else 0.0
        worth += 1.0 if outline.elements[owner].tag == "time" else 0.0
        worth += 0.8 if found.year is not None or found.ago is not None else -0.5
        worth += 0.4 if found.hour is not None else 0.0
        worth += 0.6 if place <= 3 else (0.3 if place >= len(record.lines) - 3 else -0.4)
        rest = len(text) - (found.end - found.start)
        return worth - (0.0 if rest < 60 else 1.5)

    def _machine_dates(self, votes: dict[tuple[object, ...], list[tuple[int, FoundDate, str, int, float]]]) -> None:
        outline = self.outline
        for record in self.records:
            for number in record.elements:
                element = outline.elements[number]
                stated = element.get("datetime") if element.tag == "time" else None
                if stated is None and element.tag in ("abbr", "span", "a", "meta"):
                    stated = element.get("title") or (element.get("content") if element.get("itemprop") else None)
                if not stated or len(stated) > 60:
                    continue
                found = find_date(stated)
                if found is None or found.year is None:
                    continue
                self.fields[record.number].stated = self.fields[record.number].stated or found
                key = ("stated", record.slots.get(number, 0))
                votes[key].append((record.number, found, stated, -1, 0.0))

    # --- body ------------------------------------------------------------------------------------------------------
    def find_body_slot(self) -> None:
        """The slot that holds the prose of most records, if the template has one."""
        held: dict[int, dict[int, int]] = defaultdict(dict)  # slot -> record -> characters of kept text
        soiled: Counter[int] = Counter()  # slot -> records in which it holds the author or the date too
        elements: dict[int, int] = {}  # slot -> an element of it
        for record in self.records:
            dirty: set[int] = set()
            for place, line in enumerate(record.lines):
                if _ACTION.match(line.text):
                    continue
                is_date = place == self.date_lines[record.number] and len(line.text) < _META_LINE
                for run in line.runs:
                    path = self._path(record, run.owner)
                    elements.update((record.slots[number], number) for number in path)
                    slots = [record.slots[number] for number in path]
                    if is_date or (path and self._names_author(path[0])):
                        dirty.update(slots)
                    elif not self._is_furniture(record, run):
                        weight = len(run.text.strip())
                        for slot in (*slots, 0):
                            held[slot][record.number] = held[slot].get(record.number, 0) + weight
            soiled.update(dirty)
        size = len(self.records)
        grand = sum(held.pop(0, {}).values()) or 1
        best, best_worth = None, 0.0
        for slot, shares in held.items():
            named = self._body_name(elements[slot])
            coverage, share, clean = len(shares) / size, sum(shares.values()) / grand, 1.0 - soiled[slot] / size
            worth = share + 0.6 * coverage + named + 0.5 * clean
            enough = share >= (0.35 if named > 0 else 0.75)
            if named > _NO_BODY and coverage >= 0.6 and enough and clean > 0.5 and worth > best_worth:
                best, best_worth = slot, worth
        self.body_slot = best

    def _path(self, record: Record, number: int) -> list[int]:
        """The element and those around it in the record, its root left out."""
        path = []
        while number > record.start and number in record.slots and len(path) < MAX_SLOT_DEPTH:
            path.append(number)
            number = self.outline.parent[number]
        return path

    def _names_author(self, number: int) -> bool:
        up = self.outline.parent[number]
        return self._named_worth(number) >= _NAMED or (up >= 0 and self._named_worth(up) >= _NAMED)

    def _body_name(self, number: int) -> float:
        """What the name of an element says for (or against) its being the body."""
        name, element = self.outline.named[number], self.outline.elements[number]
        if name and _BODY_NAMED.search(name) and not _NOT_BODY_NAMED.search(name):
            return 0.35
        if element.get("itemprop") in ("text", "description", "commentText", "reviewBody"):
            return 0.6
        if element.tag in _INLINE or element.tag in ("p", "li"):
            return _NO_BODY
        return -0.3 if name and _NOT_BODY_NAMED.search(name) else 0.0

    # --- author ----------------------------------------------------------------------------------------------------
    def find_authors(self) -> None:
        votes: dict[tuple[object, ...], list[_Name]] = defaultdict(list)
        by_record: list[list[_Name]] = []
        for record in self.records:
            names = self._names(record)
            by_record.append(names)
            seen: set[tuple[object, ...]] = set()
            for name in names:
                if name.slot not in seen:
                    seen.add(name.slot)
                    votes[name.slot].append(name)
        size = len(self.records)
        worth: dict[tuple[object, ...], float] = {}
        for slot, names in votes.items():
            different = len({name.value for name in names})
            value = sum(name.score for name in names) / len(names) + 3.0 * len(names) / size
            if len(names) >= 4 and len(names) > 0.5 * size:  # else a slot of the site's staff, who are few
                if different == 1:
                    value -= 3.0
                elif different / len(names) < 0.15:
                    value -= 1.0
            worth[slot] = value
        for record, names in zip(self.records, by_record, strict=True):
            best = max(names, key=lambda name: (worth[name.slot], -name.line), default=None)
            if best is not None and worth[best.slot] > 2.2:
                fields = self.fields[record.number]
                fields.author, fields.author_element = best.value, best.element
                self.names_runs[record.number] = best.runs

    def _names(self, record: Record) -> list[_Name]:
        outline = self.outline
        found: list[_Name] = []
        date_line = self.date_lines[record.number]
        date_text = self.fields[record.number].date_text or ""
        alt = self._avatar_alt(record)
        for place, line in enumerate(record.lines):
            if place > 8 and abs(place - date_line) > 2 and place < len(record.lines) - 4:
                continue
            in_body = self.body_slot is not None and all(self._in_body(record, run.owner) for run in line.runs)
            if in_body and 0 < place < len(record.lines) - 1:
                continue  # a name in the middle of the prose is no signature
            text = line.text
            if len(text) > _NAME_LINE and place > 1:
                continue
            near = 0.6 if date_line >= 0 and abs(place - date_line) <= 1 else 0.0
            place_worth = near + (0.5 if place <= 1 else (0.2 if place <= 3 else 0.0))
            if in_body:
                signed = BY.match(text.lstrip(" -–—")) and place == len(record.lines) - 1
                place_worth -= 0.8 if signed else 2.5
            if len(text) <= _NAME_LINE:
                value = name_in(text)
                if value and not _ACTION.match(value):
                    owner = self._block_of(line, record)
                    score = place_worth - 0.4 + self._line_worth(text, value)
                    slot = ("line", record.slots.get(owner, 0), min(place, 2))
                    found.append(_Name(slot, value, line.runs[0].owner, place, score, frozenset(map(id, line.runs))))
            spoken = [run for run in line.runs if run.text.strip()]
            if len(text) <= _NAME_LINE:
                found.extend(self._element_names(record, line, spoken, place, place_worth))
            for at, run in enumerate(spoken[: _RUNS if len(text) <= _DATE_LINE else 3]):
                stripped = run.text.strip()
                if len(stripped) > 2 * MAX_NAME or (place == date_line and stripped in date_text):
                    continue
                if self._is_furniture(record, run) and run.owner not in self._author_elements(record, run):
                    continue
                value = name_in(stripped)
                if not value or _ACTION.match(value):
                    continue
                following = "".join(other.text for other in spoken[at + 1 :])[:60]
                before = "".join(other.text for other in spoken[:at])[-40:]
                score = place_worth + self._run_worth(record, run, stripped, value, before, following)
                if alt and alt == value.casefold():
                    score += 1.5
                slot = (
                    "run",
                    record.slots.get(run.owner, 0),
                    outline.elements[run.after].tag if run.after >= 0 else "",
                )
                runs = frozenset((id(run),))
                found.append(_Name(slot, value, run.owner, place, score, runs))
                if run.after < 0:
                    self._aliases(record, line, run, value, score, place, runs, found)
        return found

    def _element_names(
        self, record: Record, line: Line, spoken: list[Run], place: int, place_worth: float
    ) -> Iterator[_Name]:
        """Names in elements of several runs on one line: '<span><a>Anna</a> said,</span>'."""
        outline = self.outline
        tried: set[int] = set()
        for run in spoken[:6]:
            for number in (run.owner, outline.parent[run.owner]):
                if number <= record.start or number in tried or number not in record.slots:
                    continue
                tried.add(number)
                inner = [other for other in spoken if number <= other.owner < outline.end[number]]
                text = " ".join(other.text for other in inner)
                if len(inner) < 2 and not says_at(text) is not None:
                    continue
                if len(text) > 2 * MAX_NAME or outline.text_length(number, outline.end[number]) > len(text) + 8:
                    continue
                value = name_in(text)
                if value and not _ACTION.match(value):
                    score = place_worth + self._named_worth(number) + self._line_worth(text, value) - 0.2
                    runs = frozenset(id(other) for other in inner)
                    yield _Name(("element", record.slots[number]), value, inner[0].owner, place, score, runs)

    def _aliases(
        self,
        record: Record,
        line: Line,
        run: Run,
        value: str,
        score: float,
        place: int,
        runs: frozenset[int],
        found: list[_Name],
    ) -> None:
        """The elements around the run that hold nothing else: a name is linked in one record and not in the next."""
        outline = self.outline
        number = run.owner
        own = len(run.text)
        bonus = self._named_worth(number)
        while (number := outline.parent[number]) > record.start:
            if number not in record.slots or outline.text_length(number, outline.end[number]) > own + 2:
                break
            extra = self._named_worth(number)
            gain = max(0.0, extra - bonus)
            found.append(_Name(("run", record.slots[number], ""), value, run.owner, place, score + gain, runs))

    def _author_elements(self, record: Record, run: Run) -> set[int]:
        return {run.owner} if self._named_worth(run.owner) > 2 else set()

    def _named_worth(self, number: int) -> float:
        name = self.outline.named[number]
        element = self.outline.elements[number]
        worth = 0.0
        if name and _AUTHOR_NAMED.search(name):
            worth += 2.2
        stated = element.get("itemprop")
        if stated in ("author", "creator", "name"):
            worth += 7.0 if stated == "name" else 4.0  # an author may be "Mr" and a name
        if element.tag == "cite":
            worth += 1.8
        elif element.tag in ("b", "strong", "h3", "h4", "h5"):
            worth += 0.7
        elif element.tag == "a":
            rel = element.get("rel") or ""
            href = element.get("href") or ""
            if "nofollow" in rel or "author" in rel or " url " in f" {name} ":
                worth += 1.2
            if re.search(
                r"/(?:user|users|profile|profiles|author|member|members|people|u|auteur|~)[/.=?]|[?&](?:user|uid|u|author)=|/~",
                href,
            ):
                worth += 1.2
            elif not href.startswith("#"):
                worth += 0.4
        return worth

    def _run_worth(self, record: Record, run: Run, text: str, value: str, before: str, following: str) -> float:
        worth = self._named_worth(run.owner)
        up = self.outline.parent[run.owner]
        if up > record.start and worth < 2:
            worth += 0.7 * min(self._named_worth(up), 2.5)
        if says_at(text) is not None or OPENS_WITH_SAYS.match(following):
            worth += 2.0
        if (BY.search(before + " x") and BY.match(before.strip() + " ")) or BY.match(text):
            worth += 1.2
        return worth + self._value_worth(text, value)

    def _line_worth(self, text: str, value: str) -> float:
        worth = 1.0 if says_at(text) is not None or BY.match(text) else 0.0
        return worth + self._value_worth(text, value)

    def _value_worth(self, text: str, value: str) -> float:
        words = len(value.split())
        worth = -0.5 * max(0, words - 4)
        if not _LETTER.search(value):
            worth -= 2.0
        if value.startswith(("http://", "https://")):
            worth -= 1.0
        if value[-1] in ".!?" and words > 2:
            worth -= 1.0
        if len(text) - len(value) > 60:
            worth -= 0.6
        return worth

    def _avatar_alt(self, record: Record) -> str | None:
        for number in record.elements[:60]:
            element = self.outline.elements[number]
            if element.tag == "img":
                alt = " ".join((element.get("alt") or "").split()).casefold()
                if alt:
                    return re.sub(
                        r"^(?:avatar (?:of|de|von|for)|gravatar (?:of|for))\s+|'s (?:avatar|picture|gravatar)$", "", alt
                    )
        return None

    def _block_of(self, line: Line, record: Record) -> int:
        number = line.runs[0].owner
        outline = self.outline
        while number > record.start and outline.elements[number].tag in _HEADER_TAGS and number in record.slots:
            number = outline.parent[number]
        return number

    def _in_body(self, record: Record, number: int) -> bool:
        while number >= record.start:
            slot = record.slots.get(number)
            if slot is None:
                return False
            if slot == self.body_slot:
                return True
            number = self.outline.parent[number]
        return False

    # --- bodies ----------------------------------------------------------------------------------------------------
    def read_bodies(self) -> None:
        for record, fields in zip(self.records, self.fields, strict=True):
            inside = self.body_slot is not None and any(
                self._in_body(record, run.owner) and run.text.strip() for line in record.lines for run in line.runs
            )
            kept: list[list[Run]] = []
            taken = self.names_runs[record.number]
            for place, line in enumerate(record.lines):
                runs = [
                    run
                    for run in line.runs
                    if id(run) not in taken
                    and not self._is_furniture(record, run)
                    and (not inside or self._in_body(record, run.owner))
                ]
                if not inside:
                    runs = self._residue(record, line, runs, place, bool(taken & set(map(id, line.runs))))
                if any(run.text.strip() for run in runs):
                    kept.append(runs)
            fields.body_runs = _trimmed(kept)

    def _residue(self, record: Record, line: Line, runs: list[Run], place: int, holds_name: bool) -> list[Run]:
        text = "".join(run.text for run in runs)
        if self.numbered and place < 2 and line.number is not None:
            return []
        if place == self.date_lines[record.number]:
            found = find_date(line.spaced)
            if found and len(line.text) - (found.end - found.start) < 90:
                return []
        if holds_name:
            rest = OPENS_WITH_SAYS.sub("", text)
            if len(rest.strip(" ,;:.()|·•–—-#0123456789")) < 25:
                return []
        return [] if _ACTION.match(text) else runs


def _trimmed(lines: list[list[Run]]) -> list[list[Run]]:
    """Without lines of buttons and numbers at either end."""
    first, last = 0, len(lines)
    while first < last and _is_button(lines[first]):
        first += 1
    while last > first and _is_button(lines[last - 1]):
        last -= 1
    return lines[first:last]


def _is_button(runs: list[Run]) -> bool:
    text = "".join(run.text for run in runs)
    return len(text) < 60 and bool(_ACTION.match(text)) and bool(_LETTER.search(text))
