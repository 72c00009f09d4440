"""robots.txt as RFC 9309 says, in one pass over the file and without regular expressions.

Only the group that speaks to us is kept: a file of a hundred thousand groups costs its own size, not their product
with its rules.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SPECIAL = frozenset("%*$")
_HEX = frozenset("0123456789abcdefABCDEF")
MAX_SITEMAPS = 100
MAX_URL = 8_000
"""Characters of an address that rules are tried on."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One allow or disallow line. `pieces` stand between its wildcards; `whole`: the path must end where it ends."""

    allows: bool
    pieces: tuple[str, ...]
    whole: bool
    length: int  # octets of the pattern: the longest rule that matches decides

    def matches(self, path: str) -> bool:
        """Linear in the path: each piece is sought behind the one before it, leftmost first."""
        first, *rest = self.pieces
        if not path.startswith(first):
            return False
        at = len(first)
        if not rest:
            return not self.whole or at == len(path)
        for piece in rest[:-1]:
            found = path.find(piece, at)
            if found < 0:
                return False
            at = found + len(piece)
        last = rest[-1]
        if self.whole:
            return path.endswith(last) and len(path) - len(last) >= at
        return path.find(last, at) >= 0


@dataclass(frozen=True, slots=True)
class RobotsText:
    """What one file says to one robot. `delay` is in seconds, as asked; None if it asks nothing sensible."""

    rules: tuple[Rule, ...]
    delay: float | None
    sitemaps: tuple[str, ...]

    def can_fetch(self, url: str) -> bool:
        """The longest matching rule decides, an allow among equals; what no rule matches is allowed."""
        path = path_of(url[:MAX_URL])
        if path == "/robots.txt":
            return True
        best: Rule | None = None
        for rule in self.rules:  # the longest first
            if best is not None and rule.length < best.length:
                break
            if (best is None or rule.allows) and rule.matches(path):
                best = rule
        return best is None or best.allows


@dataclass(slots=True)
class _Group:
    """What is said to one robot, from all of its groups."""

    rules: list[Rule] = field(default_factory=list)
    delay: float | None = None
    named: bool = False


def parse(text: str, agent: str) -> RobotsText:
    """The rules for the robot with that product token, else those for "*"; groups for the same robot are one."""
    ours, everybody = _Group(), _Group()
    addressed: list[_Group] = []  # whom the present group speaks to
    sitemaps: dict[str, None] = {}
    in_rules = False
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        key, value = field_of(line)
        if key == "user-agent":
            if in_rules:
                addressed, in_rules = [], False
            group = {agent.lower(): ours, "*": everybody}.get(product_of(value))
            if group is not None:
                group.named = True
                addressed.append(group)
        elif key in ("allow", "disallow"):
            in_rules = True
            if value and addressed:
                rule = rule_of(value, allows=key == "allow")
                for group in addressed:
                    group.rules.append(rule)
        elif key == "crawl-delay":
            seconds = delay_of(value)
            for group in addressed if seconds is not None else ():
                group.delay = max(seconds or 0.0, group.delay or 0.0)
        elif key == "sitemap" and value and len(sitemaps) < MAX_SITEMAPS:
            sitemaps[value] = None
    chosen = ours if ours.named else everybody
    # a file that says the same a hundred thousand times says it once
    rules = sorted(dict.fromkeys(chosen.rules), key=lambda rule: -rule.length)
    return RobotsText(tuple(rules), chosen.delay, tuple(sitemaps))


def field_of(line: str) -> tuple[str, str]:
    """A line's key in lower case and its value, without comment and blanks; two empty texts for anything else."""
    line = line.partition("#")[0].replace("\0", " ").strip()
    key, colon, value = line.partition(":")
    if not colon:
        words = line.split(None, 2)  # "Disallow /path": the colon is forgotten often enough
        if len(words) != 2:
            return "", ""
        key, value = words
    return key.strip().lower(), value.strip()


def product_of(value: str) -> str:
    """The product token of a user-agent line, in lower case: "tamis" of "Tamis/1.0"; "*" for everybody."""
    if value.startswith("*"):
        return "*" if not value[1:].strip() or value[1:2].isspace() else ""
    end = next((at for at, char in enumerate(value) if not (char.isascii() and (char.isalpha() or char in "-_"))), None)
    return value[:end].lower()


def delay_of(value: str) -> float | None:
    try:
        seconds = float(value[:40])
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds > 0 else None


def rule_of(pattern: str, *, allows: bool) -> Rule:
    """The rule of a path pattern: "*" stands for anything, "$" at the end for the path's end (section 2.2.3)."""
    whole = pattern.endswith("$")
    written = pattern[:-1] if whole else pattern
    if not written.startswith(("/", "*")):
        written = "/" + written
    pieces = tuple(same_octets(piece) for piece in written.split("*"))
    if len(pieces) > 2:  # "**" says no more than "*"
        pieces = (pieces[0], *(piece for piece in pieces[1:-1] if piece), pieces[-1])
    length = sum(map(len, pieces)) + len(pieces) - 1 + whole
    return Rule(allows, pieces, whole, length)


def path_of(url: str) -> str:
    """Path and query of an address in the form that rules are compared in."""
    parts = urlsplit(url)
    return same_octets((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def same_octets(text: str) -> str:
    """Section 2.2.2: octets outside ASCII are percent-encoded, encoded letters and digits are decoded; "*" and "$"
    that stand for themselves are encoded, so that both ways of writing them are one."""
    if text.isascii() and not _SPECIAL & set(text):
        return text
    made: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == "%" and at + 2 < len(text) and _HEX.issuperset(text[at + 1 : at + 3]):
            octet = chr(int(text[at + 1 : at + 3], 16))
            made.append(octet if octet in _UNRESERVED else text[at : at + 3].upper())
            at += 3
            continue
        if char in "*$" or not char.isascii():
            made += [f"%{octet:02X}" for octet in char.encode("utf-8", "replace")]
        else:
            made.append(char)
        at += 1
    return "".join(made)
