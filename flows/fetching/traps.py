"""Addresses that a crawl must not enter, and why: forms, programs, calendars, views without end.

Only what pages link to is looked at; an address that an operator, a sitemap or a feed names is asked for as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

REASONS = {
    "account": "for accounts and programs (wp-admin, wp-login, xmlrpc, ...)",
    "reply": "reply forms",
    "feed": "feeds of comments and of lists",
    "search": "search results",
    "file": "files",
    "view": "other views of a page (sorted, printed, shared, ...)",
    "calendar": "days of a calendar",
    "parameters": "parameters in ever new combinations",
    "loop": "addresses that repeat themselves",
}
"""What each reason means, as the end of "left out: 12 ..."."""

MOST_COMBINATIONS = 60
"""Of several parameters, or of one that is no number, at one path: an engine's pages have few, a filter has no end."""
MOST_NUMBERS = 50_000
"""Of one numbered parameter at one path: whole sites are numbered ?p=1 to ?p=20000, a counter has no end."""
MOST_KEPT = 200_000
LONGEST = 600  # characters
DEEPEST = 14  # parts of a path

_ACCOUNT = re.compile(
    r"/(?:wp-admin|wp-login\.php|wp-signup\.php|wp-register\.php|wp-cron\.php|wp-trackback\.php|wp-comments-post\.php|"
    r"xmlrpc\.php|wp-json|administrator|cgi-bin|login|logout|signin|sign-in|signup|register|lostpassword|"
    r"user/(?:login|register|password|logout)|(?:comment|comments)/reply|mon-compte|my-account|account|connexion|"
    r"deconnexion|inscription|panier|cart|checkout|basket|commande|admin|trackback)(?:/|$|\.php$)",
    re.IGNORECASE,
)
_FEED = re.compile(r"/(?:feeds?|rss2?|atom|rdf)(?:/|$)|\.(?:rss|atom|rdf)$", re.IGNORECASE)
_FILE = re.compile(
    r"/(?:wp-content|wp-includes)/|^(?>.*?/(?:uploads|files|downloads?)/)(?:.*/)?+[^/]*\.(?!html?$|php\d?$|aspx?$)[a-z0-9]{1,5}$",
    re.IGNORECASE,
)
_SEARCH = re.compile(r"/(?:search|recherche|suche|szukaj|buscar|cerca)(?:/|$)", re.IGNORECASE)
_CALENDAR = re.compile(
    r"/(?:calendar|calendrier|agenda|kalender|kalendarz|calendario|events?|evenements?)/(?:[a-z]+/)?"
    r"(?:19|20|21)\d\d[-/]?\d{1,2}(?:[-/]?\d{1,2})?/?$",
    re.IGNORECASE,
)
_REPLY = frozenset({"replytocom", "reply_to", "replyto", "comment_reply", "quote"})
_ACCOUNT_PARAMETERS = frozenset({"redirect_to", "return_to", "returnurl", "destination", "_wpnonce", "logout"})
_FEED_VALUES = frozenset({"feed"})
_SEARCHES = frozenset({"s", "q", "search", "query", "keywords", "recherche", "searchword"})
_VIEWS = frozenset(
    "share like_comment sort order orderby order_by sortby sort_by dir direction view display layout print printable "
    "printview pdf tmpl format output skin theme style font fontsize amp m nb per_page perpage limit showcomment "
    "mobile desktop wptouch_switch openidserver nocache preview replies filter filters color colour price".split()
)
_CALENDARS = frozenset("month year day week date ical mois annee jour cal calendar tribe-bar-date eventdate".split())


class Traps:
    """Says of each link whether it leads into one, and counts each such address once, by reason.

    It remembers how many combinations of parameters each path has had; `known` are the addresses of earlier runs.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.left_out: Counter[str] = Counter()
        self._told: set[int] = set()
        self._seen: dict[tuple[str, tuple[str, ...]], set[str]] = {}
        for url in known:
            parts = urlsplit(url)
            if parts.query:
                self._is_endless(parts.path, parts.query)

    def keeps(self, url: str) -> bool:
        """Whether this normalised address may be entered."""
        reason = self.reason(url)
        if reason is None:
            return True
        if hash(url) not in self._told:
            self.left_out[reason] += 1
            if len(self._told) < MOST_KEPT:
                self._told.add(hash(url))
        return False

    def reason(self, url: str) -> str | None:
        """Why not to enter an address, one of REASONS; None: nothing speaks against it."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return "loop"
        if len(url) > LONGEST or repeats(parts.path):
            return "loop"
        if _ACCOUNT.search(parts.path):
            return "account"
        if _FEED.search(parts.path):
            return "feed"
        if _FILE.search(parts.path):
            return "file"
        if _SEARCH.search(parts.path) and not is_blogger_list(parts.path, parts.query):
            return "search"
        if _CALENDAR.search(parts.path):
            return "calendar"
        return self._reason_of_query(parts.path, parts.query) if parts.query else None

    def _reason_of_query(self, path: str, query: str) -> str | None:
        names = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
        for reason, words in (
            ("reply", _REPLY),
            ("account", _ACCOUNT_PARAMETERS),
            ("feed", _FEED_VALUES),
            ("search", _SEARCHES),
        ):
            if names & words:
                return reason
        if names & _CALENDARS:
            return "calendar"
        if "option" in names:  # Joomla names its components so: ?option=com_content&view=article&id=5
            names -= {"view", "layout", "limit"}
        if names & _VIEWS and not (names == {"m"} and re.search(r"(?:^|&)m=\d{4,8}(?:&|$)", query)):
            return "view"  # ?m=201103 is a month of WordPress, ?m=1 a telephone's view
        return "parameters" if self._is_endless(path, query) else None

    def _is_endless(self, path: str, query: str) -> bool:
        pairs = parse_qsl(query, keep_blank_values=True)
        key = (path, tuple(sorted({name for name, _ in pairs})))
        seen = self._seen.setdefault(key, set())
        if query in seen:
            return False
        numbered = (len(pairs) == 1 and pairs[0][1].isdigit()) or is_blogger_list(path, query)
        if len(seen) >= (MOST_NUMBERS if numbered else MOST_COMBINATIONS):
            return True
        seen.add(query)
        return False


def is_blogger_list(path: str, query: str) -> bool:
    """Blogger shows its labels and its older entries as searches; they are lists that have an end."""
    return path.startswith("/search/label/") or (path == "/search" and "updated-max=" in query)


def repeats(path: str) -> bool:
    """Whether a path has one part three times or more, or more parts than any honest site."""
    parts = [part for part in path.split("/") if part]
    most = max(Counter(part for part in parts if not part.isdigit()).values(), default=0)
    return most >= 3 or len(parts) > DEEPEST


def told(left_out: Counter[str] | dict[str, int]) -> str:
    """What was left out, in words: "312 reply forms, 40 days of a calendar"; empty if nothing was."""
    ranked = sorted(left_out.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{number:,} {REASONS.get(reason, reason)}" for reason, number in ranked if number)
