"""Which known comment is which comment of a page, whatever became of its theme, its dates and its typography.

A comment is the one it was when the site says so (its number), or when author and text say so. The number alone does
not: sites count anew after an import, and templates number what they show from one. So a number that comes back with
another author and another text is another comment.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from extractors.records import Comment, CommentKind
from storage.crawl.identity import plain, stated_date
from storage.database.values import storable

_NUMBER = re.compile(r"#?(?:[^\W\d_]++[-_:.])*(?:[^\W\d_]++)?(\d{1,20})")
_NUMBER_AND_PARENT = re.compile(r"wpd-comm(?:ent)?-(\d+)[-_]\d+")  # wpDiscuz: comment, then the one that it answers
_LONG = 40  # characters: two people, or one twice, hardly write the same so long
_ALIKE = 0.5  # share of the words in common from which a text is another state of the same
_MANY = 8  # different words; of a text of so many ...
_NEARLY_ALL = 0.8  # ... this share in a longer text means that the longer one was made from it


def number_of(site_id: str | None) -> str | None:
    """The comment's number, without what a theme puts before it: comment-448, li-comment-448 and wpd-comm-448_12 are
    one. None where the id is no number with a name, such as a UUID."""
    if not site_id:
        return None
    found = _NUMBER_AND_PARENT.fullmatch(site_id) or _NUMBER.fullmatch(site_id)
    return found[1] if found else None


class Told(NamedTuple):
    """A comment as identity sees it. `date` is the stated one; a date reckoned from "3 days ago" is none."""

    id: str | None
    author: str
    text: str
    date: str | None
    removed: bool  # the place of a comment that the site took away
    fingerprint: str


class Known(NamedTuple):
    """A stored comment. `erased`: its author and text are gone, its fingerprint is not."""

    number: int
    told: Told
    page_id: int
    erased: bool
    gone: bool
    decided: bool


def told(comment: Comment, fingerprint: str) -> Told:
    return Told(
        storable(comment.id),
        plain(storable(comment.author)),
        plain(storable(comment.body)),
        stated_date(comment),
        comment.kind is CommentKind.REMOVED,
        fingerprint,
    )


def comment_keys(ids: Sequence[str | None], fingerprints: Sequence[str]) -> list[str]:
    """One key a comment of a page, all different, none depending on the order of comments that differ.

    The comment's number, or where others have that number too its whole id; where a page gives the same id to several
    comments, or none, the fingerprint; where even that is the same (a comment posted twice), a counter behind it.
    """
    names = unambiguous(ids)
    taken: dict[str, int] = defaultdict(int)
    keys = []
    for name, print_ in zip(names, fingerprints, strict=True):
        base = name or f"~{print_}"
        taken[base] += 1
        keys.append(base if taken[base] == 1 else f"{base}#{taken[base]}")
    return keys


def unambiguous(ids: Sequence[str | None]) -> list[str | None]:
    """For each id of a page the shortest name that is its alone: its number, the id, or None."""
    numbers = [number_of(site_id) or site_id for site_id in ids]
    by_number, by_id = Counter(numbers), Counter(ids)
    return [
        number if number and by_number[number] == 1 else site_id if site_id and by_id[site_id] == 1 else None
        for site_id, number in zip(ids, numbers, strict=True)
    ]


def settled_keys(wanted: Sequence[str], found: Sequence[int | None], held: dict[str, int]) -> list[str]:
    """The keys to store: the wanted ones, as far as no other comment of the article holds them.

    `found` are the numbers of the known comments, None for new ones; `held` are the stored keys. A known comment whose
    wanted key is taken keeps the one it has, a new one gets a counter behind it.
    """
    old = {number: key for key, number in held.items()}
    taken = set(held)
    keys = []
    for key, number in zip(wanted, found, strict=True):
        if number is not None and (key in taken):
            keys.append(old[number])
            continue
        free, count = key, 1
        while free in taken:
            count += 1
            free = f"{key}#{count}"
        taken.add(free)
        keys.append(free)
    return keys


def match(here: Sequence[Told], known: Iterable[Known], page_id: int) -> list[int | None]:
    """For each comment of a page (`page_id`) the number of the known comment it is, or None if it is new.

    What is surest goes first: the same number with the same words; the same words of the same date; the same words
    where a date is missing; then other words under the same number, and an edit that date and author give away.
    Of several known ones that fit, the one that an editor decided on is meant, then the one that is still there.
    """
    ranked = sorted(known, key=lambda one: (not one.decided, one.gone, one.number))
    by_name: dict[str, list[Known]] = defaultdict(list)
    by_words: dict[tuple[str, str], list[Known]] = defaultdict(list)
    by_print: dict[str, list[Known]] = defaultdict(list)
    by_text: dict[str, list[Known]] = defaultdict(list)
    by_moment: dict[tuple[str, str] | None, list[Known]] = defaultdict(list)
    for one in ranked:
        for name in {one.told.id, number_of(one.told.id)} - {None, ""}:
            by_name[str(name)].append(one)
        if one.erased:
            by_print[one.told.fingerprint].append(one)
        else:
            by_words[one.told.author, one.told.text].append(one)
            by_text[one.told.text].append(one)
            by_moment[moment_of(one.told)].append(one)
    names = unambiguous([comment.id for comment in here])
    named = [by_name.get(name, []) if name else [] for name in names]
    worded = [by_words.get((comment.author, comment.text), []) for comment in here]
    moments = Counter(map(moment_of, here))
    rounds: list[tuple[list[list[Known]], Callable[[Told, Known], bool]]] = [
        (named, lambda comment, one: one.erased or same_words(comment, one.told)),
        (worded, lambda comment, one: comment.date == one.told.date and comment.date is not None),
        (
            worded,
            lambda comment, one: may_be_one_day(comment, one.told) and (one.page_id == page_id or is_long(comment)),
        ),
        (named, lambda comment, one: is_edit(comment, one.told)),
        ([by_print.get(comment.fingerprint, []) for comment in here], lambda comment, one: True),
        (
            [by_text.get(comment.text, []) if is_long(comment) else [] for comment in here],
            lambda comment, one: one.page_id == page_id and comment.date == one.told.date,
        ),
        (
            [alone(by_moment[moment]) if moment and moments[moment] == 1 else [] for moment in map(moment_of, here)],
            lambda comment, one: one.page_id == page_id and not (comment.id and one.told.id),
        ),
    ]
    found: list[int | None] = [None] * len(here)
    used: set[int] = set()
    for candidates, fits in rounds:
        for index, comment in enumerate(here):
            if found[index] is not None:
                continue
            meant = next((one for one in candidates[index] if one.number not in used and fits(comment, one)), None)
            if meant is not None:
                found[index] = meant.number
                used.add(meant.number)
        if len(used) == len(here):
            break
    return found


def same_words(comment: Told, other: Told) -> bool:
    return (comment.author, comment.text) == (other.author, other.text)


def is_long(comment: Told) -> bool:
    return len(comment.text) >= _LONG


def moment_of(comment: Told) -> tuple[str, str] | None:
    """Author and minute, where both are known: in a thread without ids they give an edit away."""
    if not comment.author or comment.date is None or "T" not in comment.date:
        return None
    return comment.author, comment.date


def alone(candidates: list[Known]) -> list[Known]:
    return candidates if len(candidates) == 1 else []


def may_be_one_day(comment: Told, other: Told) -> bool:
    """Whether the stated dates can be one date, at another precision: themes differ in what they show."""
    if comment.date is None or other.date is None:
        return True
    return comment.date[:10] == other.date[:10]


def is_edit(comment: Told, other: Told) -> bool:
    """Whether two comments of one number are one comment: its author or its text is the same, or nearly."""
    if comment.removed or other.removed or comment.author == other.author or comment.text == other.text:
        return True
    names = set(comment.author.casefold().split()), set(other.author.casefold().split())
    if comment.author and other.author and (names[0] <= names[1] or names[1] <= names[0]):
        return True  # a label glued to the name, or a name that was completed
    mine, theirs = set(comment.text.casefold().split()), set(other.text.casefold().split())
    common, shorter, longer = len(mine & theirs), min(len(mine), len(theirs)), max(len(mine), len(theirs))
    return common >= _ALIKE * max(1, longer) or (shorter >= _MANY and common >= _NEARLY_ALL * shorter)
