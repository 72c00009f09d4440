"""Links inside the text of a tweet, by the twitter-text rules: with or without a scheme, ended by the domain list.

Grammar: https://github.com/twitter/twitter-text, "extractUrlsWithIndices". Written as a scan instead of one regular
expression with 1,574 alternatives: the domain is cut at the last dot that a top-level domain follows, and what may not
end a path is trimmed from the right, so time is linear in practice and nothing needs compiling at import.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extractors.tweets.tlds import LONGEST, TOP_LEVEL

MAX_LINK = 4_096  # characters, with the domain in its ASCII form
MAX_TCO_SLUG = 40
_MAX_DOMAIN = 512  # characters; encoding longer names costs quadratic time and DNS allows 253 octets anyway

SPACES = "\\x09-\\x0d\\x20\\x85\\xa0\\u1680\\u180e\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"
DIRECTION_MARKS = "\\u202a-\\u202e\\u061c\\u200e\\u200f\\u2066-\\u2069"
LATIN_ACCENTS = (
    "\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\xff\\u0100-\\u024f\\u0253\\u0254\\u0256\\u0257\\u0259\\u025b\\u0263\\u0268\\u026f"
    "\\u0272\\u0289\\u028b\\u02bb\\u0300-\\u036f\\u1e00-\\u1eff"
)
PUNCTUATION = r"""!'#%&()*+,\\\-./:;<=>?@\[\]^_{|}~$"""
_INVALID = "\\ufffe\\ufeff\\uffff"

_MAX_LABELS = 31  # DNS would allow 127; texts that have more than a few are hostile
_NAME = f"[^{PUNCTUATION}{SPACES}{_INVALID}{DIRECTION_MARKS}]"
_LABEL = f"{_NAME}(?:[_-]{{0,62}}{_NAME}){{0,62}}"  # DNS: 63 octets
_CANDIDATE = re.compile(
    rf"(?P<before>[^A-Za-z0-9@＠$#＃{_INVALID}]|[{DIRECTION_MARKS}]|^)"
    rf"(?P<scheme>https?://)?(?P<labels>{_LABEL}(?:\.{_LABEL}){{1,{_MAX_LABELS}}})",
    re.IGNORECASE,
)
_NAME_RUN = re.compile(f"{_NAME}+")
_PUNYCODE = re.compile(r"xn--[-0-9a-z]+", re.IGNORECASE)
_AFTER_DOMAIN = re.compile(r"[0-9A-Za-z@+\-]")
_ASCII_LABELS = re.compile(rf"(?:[-a-z0-9{LATIN_ACCENTS}]{{1,253}}+\.)+", re.IGNORECASE)
_PORT = re.compile(r":[0-9]+")

_PATH_CHARACTER = rf"[a-z\u0400-\u04ff0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{LATIN_ACCENTS}]"
_PARENTHESES = rf"\((?:{_PATH_CHARACTER}+|{_PATH_CHARACTER}*\({_PATH_CHARACTER}+\){_PATH_CHARACTER}*)\)"
_PATH = re.compile(rf"/(?:{_PATH_CHARACTER}+|{_PARENTHESES})*", re.IGNORECASE)
_NEVER_ENDS_A_PATH = "!*';:,.$%[]\u2013~@|&"
_QUERY = re.compile(r"\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]+", re.IGNORECASE)
_NEVER_ENDS_A_QUERY = "!?*'@();:+$%[].,~|"
_TCO = re.compile(r"https?://t\.co/(?P<slug>[a-z0-9]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link as written. `start` and `end` are offsets in code points."""

    url: str
    start: int
    end: int


def links_in(text: str) -> Iterator[Link]:
    """Every link of a tweet's text, in order, without overlap."""
    position = 0
    while candidate := _CANDIDATE.search(text, position):
        start = candidate.start("labels") if candidate["scheme"] is None else candidate.start("scheme")
        domain_start = candidate.start("labels")
        domain_end = _domain_end(text, domain_start, candidate["labels"])
        if domain_end is None:
            position = _next_start(candidate)
            continue
        end, path = _rest_end(text, domain_end)
        position = end
        if not _is_encodable(text[start:end], text[domain_start:domain_end], candidate["scheme"]):
            continue
        if candidate["scheme"] is not None:
            link = _cut_at_tco(Link(url=text[start:end], start=start, end=end), text)
            if link:
                yield link
        elif candidate["before"] not in ("-", "_", ".", "/"):
            yield from _ascii_links(text, domain_start, domain_end, end if path else None)


def _next_start(candidate: re.Match[str]) -> int:
    """Where to look on after labels without a domain.

    Inside them a link may start after a letter that is not ASCII, if only the "_" before it stood in the way; what
    follows "-", "_" or "." is refused without a scheme anyway.
    """
    labels = candidate["labels"]
    if "_" not in labels or labels.isascii():
        return candidate.end()
    return max(candidate.start() + 1, candidate.start("labels"))


def _domain_end(text: str, start: int, labels: str) -> int | None:
    """The end of the domain: at the last dot that a top-level domain follows, with no "_" in the name before it."""
    dot = len(labels)
    while (dot := labels.rfind(".", 0, dot)) > 0:
        name = labels[labels.rfind(".", 0, dot) + 1 : dot]
        if "_" not in name and (end := _top_level_end(text, start + dot + 1)) is not None:
            return end
    return None


def _top_level_end(text: str, start: int) -> int | None:
    name = _NAME_RUN.match(text, start)
    if not name:
        return None
    letters = name.group()[:LONGEST].lower()
    for length in range(len(letters), 0, -1):
        if letters[:length] in TOP_LEVEL and not _AFTER_DOMAIN.match(text, start + length):
            return start + length
    punycode = _PUNYCODE.match(text, start)
    return punycode.end() if punycode else None


def _rest_end(text: str, start: int) -> tuple[int, bool]:
    """The end of port, path and query that follow a domain; whether there is a path or query to keep."""
    port = _PORT.match(text, start)
    after_port = port.end() if port else start
    path_end = after_port
    if path := _PATH.match(text, after_port):
        path_end = after_port + max(1, len(path.group().rstrip(_NEVER_ENDS_A_PATH)))
    if query := _QUERY.match(text, path_end):
        kept = query.group().rstrip(_NEVER_ENDS_A_QUERY)
        if kept:
            return path_end + len(kept), path_end > after_port
    return path_end, path_end > after_port


def _cut_at_tco(link: Link, text: str) -> Link | None:
    """t.co links end with their slug and query, whatever follows; a slug that t.co cannot have made is no link."""
    tco = _TCO.match(link.url)
    if not tco:
        return link
    if len(tco["slug"]) > MAX_TCO_SLUG:
        return None
    end = link.start + tco.end()
    if query := _QUERY.match(text, end):
        end += len(query.group().rstrip(_NEVER_ENDS_A_QUERY))
    return Link(url=text[link.start : end], start=link.start, end=end)


def _ascii_links(text: str, start: int, end: int, link_end: int | None) -> Iterator[Link]:
    """Without a scheme only ASCII (or accented Latin) domains count; a path belongs to the last of them."""
    found: list[tuple[int, int]] = []
    position = start
    while labels := _ASCII_LABELS.search(text, position, end):
        position = labels.end()
        dot = labels.end()
        while dot > labels.start():
            stop = _top_level_end(text, dot)
            if stop is not None and stop <= end:
                found.append((labels.start(), stop))
                position = stop
                break
            dot = text.rfind(".", labels.start(), dot - 1) + 1
    for number, (first, stop) in enumerate(found, start=1):
        if number == len(found) and link_end is not None:
            stop = link_end
        yield Link(url=text[first:stop], start=first, end=stop)


def _is_encodable(url: str, domain: str, scheme: str | None) -> bool:
    """Whether the domain is a valid host name (IDNA 2003) and the whole link not absurdly long."""
    if len(domain) > _MAX_DOMAIN:
        return False
    try:
        encoded = domain.encode("idna")
    except UnicodeError:
        return False
    scheme_length = 0 if scheme else len("https://")
    return scheme_length + len(url) + len(encoded) - len(domain) <= MAX_LINK
