"""A comment prepared for the signals: its words, links and page are worked out once, whatever the number of signals."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cached_property, lru_cache, reduce
from operator import or_
from typing import NamedTuple

from extractors.caching import kept
from moderation.letter_classes import DIGIT, classes_of
from moderation.normalise import normalised
from moderation.signals.lexicon import Hit, lexicon
from moderation.signals.word_traits import TELLING, TELLING_RARITY, word_traits
from moderation.tokens import WORD, folded
from moderation.verdict import Submission
from moderation.wordstats import word_statistics

NOTICE_KINDS = frozenset({"pingback", "trackback"})
JUDGED = 6000
"""Characters of a comment that are looked at. Longer ones are cut: the rest would cost time and tell nothing new."""

_URL = re.compile(
    r"(?i)\b(?:(?:https?|hxxps?|ftp)://|www\.)[^\s<>\"'\[\]{}|\\^`]+"
    r"|(?<![\w@.\-/])(?:[a-z0-9][a-z0-9-]{0,62}\.)+"
    r"(?:com|net|org|info|biz|shop|store|online|site|xyz|top|club|icu|vip|ru|cn|tk|ml|ga|cf|gq|pw|su|ly|co|io|me|us|eu|uk|de|fr|es|it|nl|pl|br|in|id|vn|tr|ua|ca|au|ch|at|be|se|dk|no|fi|cz|link|click|live|life|pro|tv|cc|ws)\b(?:/[^\s<>\"'\[\]]*)?"
)
_ADDRESS_HINT = re.compile(r"(?i)://|www\.|[a-z0-9-]\.[a-z]{2}")  # tells quickly that a text has no address
_HOST = re.compile(r"(?i)^(?:[a-z]+://)?(?:[^/@\s]*@)?(\[[0-9a-f:]+\]|[^/:?#\s]+)")


# a theme without markup for the date leaves it behind the name: "Anna 20. Juni", "Bo, Do 9 Apr", "Cy December 20,"
_DATE_TAIL = re.compile(
    r"(?i)(?<![\s,–-])[\s,–-]++(?:(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim)[a-z]*\.?,?\s++)?"
    r"(?:\d{1,2}\.?\s*+(?:jan|feb|fév|mär|mar|apr|avr|mai|may|jun|jui|jul|aug|aoû|sep|okt|oct|nov|dez|dec|déc)\w*\.?,?"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s++\d{1,2}(?:st|nd|rd|th)?,?|\d{1,2}\.\d{1,2}\.?)(?:\s*+\d{2,4})?$"
)
_NOTICE_FORM = re.compile(r"\s*\[\s?(?:\.{3}|…)\s?\]\s.*\s\[\s?(?:\.{3}|…)\s?\]\s*$", re.DOTALL)


class Address(NamedTuple):
    """An address written in the text: its place, host and path (with query)."""

    start: int
    end: int
    host: str
    path: str


_COUNTED = 0.3  # of an article's words: half are common ones in languages that were counted, a fifth in others
BEGINNING = 6  # letters by which forms of one word agree


class PageView:
    """What the article says, in a form made for looking things up. Shared by all comments of a page; what only some
    comments ask for is worked out when the first one asks.

    `words` are those of more than three letters, `title_words` those of the title among them.
    """

    def __init__(self, title: str, text: str) -> None:
        title_words = _folded_words(title)
        self._text = text[:_PAGE_READ]
        self._all_words = _folded_words(self._text)
        self.title_folded = " ".join(title_words)
        self.title_words = frozenset(word for word in title_words if len(word) > 3)
        self.words = self.title_words.union(word for word in self._all_words if len(word) > 3)

    @cached_property
    def shingles(self) -> frozenset[tuple[str, ...]]:
        """Every six words in a row."""
        return frozenset(zip(*(self._all_words[at:] for at in range(6)), strict=False))

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The hosts that it writes out."""
        return written_hosts(self._text)

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """The first letters of `words`."""
        return frozenset(word[:BEGINNING] for word in self.words)

    @cached_property
    def is_counted(self) -> bool:
        """Whether the word statistics know the article's language."""
        rarity = word_statistics().rarity
        common = sum(rarity(word) <= TELLING_RARITY for word in self._all_words)
        return common >= _COUNTED * len(self._all_words)

    def says(self, words: Sequence[str]) -> bool:
        """Whether all of these words that are longer than three letters stand in the article; some must be."""
        long_words = [word for word in words if len(word) > 3]
        return bool(long_words) and all(word in self.words for word in long_words)


_PAGE_READ = 60_000  # characters


def _folded_words(text: str) -> list[str]:
    words = WORD.findall(text.lower())
    return words if text.isascii() else list(map(folded, words))


_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
LETTERS_A_WORD = 2  # of a script without spaces, as in the language bench


def words_in(words: Sequence[str]) -> int:
    """How many words these are, where Chinese, Japanese, Thai, Lao, Burmese and Khmer write theirs without spaces."""
    if _UNSPACED.search(" ".join(words)) is None:
        return len(words)
    letters = [len(_UNSPACED.findall(word)) for word in words]
    return sum(max(1, round(count / LETTERS_A_WORD)) if count else 1 for count in letters)


class View:
    """One comment as the signals see it.

    `words` are lower case and folded (look-alike letters, l33t and accents put back), `word_starts` their places in
    `folded`; `span` gives those in the comment's text. `hits` are the phrases of the word lists by family. `hosts` are
    the hosts the body links to, own-site hosts left out; `author_host` is the host of the author's address. `count` is
    the number of words as the script counts them, `is_notice` whether another page's software wrote the comment.
    `classes` is the text in letter classes: what a pattern needs is looked for there before the pattern is tried.
    """

    __slots__ = (
        "_found",
        "_fresh",
        "_page",
        "_some_traits",
        "_telling",
        "_traits",
        "addresses",
        "all_hosts",
        "author",
        "author_host",
        "author_words",
        "body_hosts",
        "classes",
        "count",
        "folded",
        "hits",
        "hosts",
        "is_notice",
        "letters",
        "norm",
        "notice_form",
        "own_host",
        "own_links",
        "submission",
        "text",
        "word_starts",
        "words",
    )

    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self.text = text = submission.text[:JUDGED]
        self.classes = classes_of(text)
        self.norm = norm = normalised(text)
        self.folded = norm.folded
        found = list(WORD.finditer(norm.folded))
        self.words = words = [match.group() for match in found]
        if not norm.folded.isascii():
            self.words = words = list(map(folded, words))
        self.word_starts = [match.start() for match in found]
        self._found = found
        self.letters = sum(map(len, words))
        self.count = len(words) if text.isascii() else words_in(words)
        self.is_notice = submission.kind in NOTICE_KINDS
        self.addresses = addresses_in(text) if _ADDRESS_HINT.search(text) is not None else ()
        self.own_host = host_of(submission.site or "")
        self.author = _without_date(submission.author) if submission.author else ""
        self.author_words = _name_words(self.author) if self.author else ()
        self.author_host = host_of(submission.author_url or "")
        body = [address.host for address in self.addresses]
        written = set(body)
        body.extend(host for link in submission.links if (host := host_of(link)) and host not in written)
        self.body_hosts = tuple(host for host in body if not same_site(host, self.own_host))
        self.own_links = len(body) - len(self.body_hosts)
        self.hosts = frozenset(self.body_hosts)
        self._telling: frozenset[str] | None = None
        self._traits = list(map(word_traits.__getitem__, words))
        self._some_traits = reduce(or_, set(self._traits), 0)
        self._fresh: dict[str, list[Hit]] = {}
        self._page = (
            page_view(submission.article_title or "", submission.article_text or "")
            if submission.article_text or submission.article_title
            else None
        )
        self.all_hosts = tuple(sorted(self.hosts | {self.author_host} if self.author_host else self.hosts))
        self.notice_form = text.startswith(("[", " [")) and _NOTICE_FORM.match(text) is not None
        self.hits: dict[str, list[Hit]] = lexicon().scan(words, text)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The place in the text of words[first:last]."""
        return self.norm.span(self.word_starts[first], self._found[last - 1].end())

    def has(self) -> list[str]:
        """What signals may need: "" always, author, address (written in the text), host (of the author too), digit,
        page (a known article), thread (known other comments or parent), lines, and words-FAMILY for each word list."""
        having = ["", *(f"words-{family}" for family in self.hits)]
        submission = self.submission
        if self.author:
            having.append("author")
        if self.addresses:
            having.append("address")
        if self.all_hosts:
            having.append("host")
        if DIGIT in self.classes:
            having.append("digit")
        if submission.article_text or submission.article_title:
            having.append("page")
        if submission.siblings or submission.parent_text:
            having.append("thread")
        return having

    def shouts(self) -> bool:
        """Whether a third of the letters are capitals: then capitals mark no name."""
        return sum(map(str.isupper, self.text)) * 3 >= self.letters

    def page(self) -> PageView | None:
        """What the article says; None where it is not known."""
        return self._page

    def fresh(self, family: str) -> list[Hit]:
        """The hits of a family that do not merely take up the article's own subject; worked out once."""
        hits = self.hits.get(family)
        if not hits:
            return []
        page = self._page
        if page is None:
            return hits
        found = self._fresh.get(family)
        if found is None:
            words = self.words
            found = [hit for hit in hits if not page.says(words[max(0, hit.first) : hit.last])]
            self._fresh[family] = found
        return found

    def fresh_of(self, families: Collection[str]) -> list[tuple[str, list[Hit]]]:
        """The fresh hits of those families that have any, in the order of `families`."""
        if not self.hits or self.hits.keys().isdisjoint(families):
            return []
        return [(family, found) for family in families if (found := self.fresh(family))]

    def telling(self) -> frozenset[str]:
        """The words that say what the comment is about: rarer than about one text in fifty; worked out once."""
        if self._telling is None:
            self._telling = frozenset(
                [word for word, traits in zip(self.words, self._traits, strict=True) if traits & TELLING]
            )
        return self._telling

    def words_with(self, trait: int) -> list[int]:
        """Which of the words have a trait of `word_traits`."""
        if not self._some_traits & trait:
            return []
        return [at for at, traits in enumerate(self._traits) if traits & trait]

    def in_address(self, start: int, end: int) -> bool:
        """Whether these characters belong to an address written in the text."""
        return any(address.start < end and start < address.end for address in self.addresses)

    def spans_of(self, hits: list[Hit]) -> tuple[tuple[int, int], ...]:
        return tuple(self.span(hit.first, hit.last) for hit in hits if hit.first >= 0)

    def quoted(self, spans: tuple[tuple[int, int], ...], most: int = 4) -> str:
        """The words at these spans, for a reason that a person reads."""
        quotes = list(dict.fromkeys(self.text[start:end] for start, end in spans))
        return ", ".join(quotes[:most]) + (", …" if len(quotes) > most else "")


@kept(20_000)
def _without_date(name: str) -> str:
    return _DATE_TAIL.sub("", name.strip())


@kept(20_000)
def _name_words(name: str) -> tuple[str, ...]:
    return tuple(folded(word) for word in WORD.findall(name.lower()))


def addresses_in(text: str) -> tuple[Address, ...]:
    """The addresses written out in a text, in order."""
    found = []
    for match in _URL.finditer(text):
        written = match.group().rstrip(".,;:!?)")
        host = host_of(written)
        if not host or "." not in host:
            continue
        rest = written.split("://", 1)[-1]
        found.append(
            Address(match.start(), match.start() + len(written), host, rest[rest.find("/") :] if "/" in rest else "")
        )
    return tuple(found)


@kept(50_000)
def host_of(address: str) -> str:
    """The host of an address, lower case, without "www." and port; "" if there is none."""
    found = _HOST.match(address.strip())
    if found is None:
        return ""
    host = found.group(1).lower().rstrip(".")
    return host.removeprefix("www.")


def same_site(host: str, own: str) -> bool:
    """Whether `host` is the site `own` or a part of it, in either direction."""
    return bool(own) and (host == own or host.endswith("." + own) or own.endswith("." + host))


@lru_cache(maxsize=256)
def page_view(title: str, text: str) -> PageView:
    """The page's words, for the comments under it. Kept for 256 pages."""
    return PageView(title, text)


def written_hosts(text: str) -> frozenset[str]:
    """The hosts of the addresses written out in a text."""
    return frozenset(address.host for address in addresses_in(text)) if "." in text else frozenset()
