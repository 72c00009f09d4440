"""Word lists: which families of words a comment uses, found in one pass over its words.

The lists are data (`moderation/data/lexicon.txt`, its head explains the form) in a dozen languages, so that a signal
works in languages of which no labelled comment was ever seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from moderation.tokens import WORD, folded

_CACHED_WORDS = 200_000  # about 30 MB at most; a night's comments hold fewer different words


GOODS = frozenset(
    "shopping brands pharma diet gambling adult loans earn seo helpdesk services spells recovery streaming "
    "clinics".split()
)
"""Families that name something for sale."""
OFFERS = frozenset("selfpromo shopping seo services helpdesk loans spells recovery streaming clinics".split())
"""Families of which one reads as an offer that a reader, too, may make."""
COMMERCIAL = GOODS | {"prize", "selfpromo", "action"}


class Hit(NamedTuple):
    """A phrase of a family at words[first:last]."""

    first: int
    last: int


Phrase = tuple[str, tuple[str, ...]]  # family, the words after the first


class Entry(NamedTuple):
    """What begins with one word: families of the word alone, longer phrases by their second word, longest first, and
    longer phrases whose second word is a stem."""

    single: tuple[str, ...]
    longer: dict[str, list[Phrase]]
    stems: tuple[Phrase, ...]


class _Entries(dict[str, Entry | None]):
    """What may begin with each word that was met; None for most."""

    def __init__(self, entry_of: Callable[[str], Entry | None]) -> None:
        super().__init__()
        self._entry_of = entry_of

    def __missing__(self, word: str) -> Entry | None:
        if len(self) >= _CACHED_WORDS:
            self.clear()
        entry = self[word] = self._entry_of(word)
        return entry


class Lexicon:
    """Phrases of every family, by their first word."""

    def __init__(self, lines: str) -> None:
        self._first: dict[str, list[Phrase]] = {}
        self._stems: dict[str, list[Phrase]] = {}
        self._anywhere: list[tuple[str, str]] = []
        self._known = _Entries(self._entry_of)
        self.families: tuple[str, ...] = ()
        self._read(lines)
        self._stem_lengths = tuple(sorted({len(stem) for stem in self._stems}))
        self._shortest = self._stem_lengths[0] if self._stems else 0
        self._stem_beginnings = frozenset(stem[: self._shortest] for stem in self._stems)

    def _read(self, lines: str) -> None:
        family = ""
        for line in lines.splitlines():
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            if line.startswith("["):
                family = line.strip("[]")
                self.families += (family,)
                continue
            for phrase in line.split(" | "):
                self._add(family, phrase.strip())

    def _add(self, family: str, phrase: str) -> None:
        if phrase.startswith("~"):
            self._anywhere.append((phrase[1:], family))
            return
        is_stem = phrase.endswith("*")
        words = [folded(word) for word in WORD.findall(phrase.lower())]
        if not words:
            return
        rest = tuple(words[1:])
        if is_stem and rest:
            rest = (*rest[:-1], rest[-1] + "*")
        target = self._stems if is_stem and not rest else self._first
        known = target.setdefault(words[0], [])
        if (family, rest) not in known:
            known.append((family, rest))

    def first_words(self) -> Iterator[tuple[str, list[Phrase]]]:
        """Every first word with its phrases, word stems included."""
        yield from self._first.items()
        yield from self._stems.items()

    def _entry_of(self, word: str) -> Entry | None:
        """What may begin with this word."""
        found = list(self._first.get(word, ()))
        if word[: self._shortest] in self._stem_beginnings:
            for length in self._stem_lengths:
                if length > len(word):
                    break
                found.extend(self._stems.get(word[:length], ()))
        return _entry(found) if found else None

    def scan(self, words: Sequence[str], text: str) -> dict[str, list[Hit]]:
        """Hits by family, in order. A word counts once a family: the longest phrase takes its words.

        `words` are lower case and folded; `text` is the comment as it stands, for scripts without spaces.
        """
        hits: dict[str, list[Hit]] = {}
        last_word = len(words) - 1
        for at, entry in enumerate(map(self._known.__getitem__, words)):
            if entry is None:
                continue
            if at < last_word and (entry.longer or entry.stems):
                phrases = entry.longer.get(words[at + 1], ()) if entry.longer else ()
                for family, rest in (*phrases, *entry.stems) if entry.stems else phrases:
                    if _follows(words, at + 1, rest):
                        _take(hits, family, Hit(at, at + 1 + len(rest)))
            for family in entry.single:
                _take(hits, family, Hit(at, at + 1))
        if not text.isascii():
            self._scan_unspaced(text, hits)
        return hits

    def _scan_unspaced(self, text: str, hits: dict[str, list[Hit]]) -> None:
        if _UNSPACED.search(text) is None:
            return
        for phrase, family in self._anywhere:
            if phrase in text:
                hits.setdefault(family, []).append(Hit(-1, -1))


_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


def _entry(phrases: list[Phrase]) -> Entry:
    longer: dict[str, list[Phrase]] = {}
    stems: list[Phrase] = []
    for family, rest in sorted(phrases, key=lambda phrase: -len(phrase[1])):
        if rest and rest[0].endswith("*"):
            stems.append((family, rest))
        elif rest:
            longer.setdefault(rest[0], []).append((family, rest))
    return Entry(
        single=tuple(dict.fromkeys(family for family, rest in phrases if not rest)), longer=longer, stems=tuple(stems)
    )


def _take(hits: dict[str, list[Hit]], family: str, hit: Hit) -> None:
    taken = hits.get(family)
    if taken is None:
        hits[family] = [hit]
    elif taken[-1].last <= hit.first:
        taken.append(hit)


def _follows(words: Sequence[str], at: int, rest: tuple[str, ...]) -> bool:
    if at + len(rest) > len(words):
        return False
    for offset, wanted in enumerate(rest):
        word = words[at + offset]
        if word != wanted and not (wanted[-1] == "*" and word.startswith(wanted[:-1])):
            return False
    return True


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The shipped word lists, read once."""
    return Lexicon(resources.files("moderation").joinpath("data/lexicon.txt").read_text(encoding="utf-8"))
