"""What can go wrong between an address and its bytes.

FetchError                    `reason` is a stable word for tables and alarms
├── Transient                 the network's fault: try again later (`retry_after` seconds, None: your default)
│   ├── Unreachable           no DNS answer, connection refused or reset, TLS failure
│   ├── Truncated             the body ended before its declared end, or its compression is damaged
│   ├── DeadlineExceeded      the whole exchange took longer than the total deadline
│   └── Busy                  429 or 5xx, of the page or of its robots.txt; or the host asked everybody to wait
├── Refused                   we do not ask: scheme, address that is not public, robots.txt
└── Permanent                 the page's fault: quarantine it with the reason, the run goes on
    ├── Gone                  404 or 410
    ├── BadAnswer             another 4xx, an answer nobody asked for, or something that is not HTTP
    ├── TooLarge              over the cap on decompressed bytes
    ├── NotAPage              not HTML (or, for a feed or a sitemap, not text)
    └── RedirectLoop          more redirects than allowed, or back to where it came from
"""

from __future__ import annotations

import unicodedata


class FetchError(Exception):
    """Base of everything that fetching raises on purpose. The message is one sentence: the URL, what, what to do."""

    default_reason = "fetch"

    def __init__(self, url: str, sentence: str, *, reason: str | None = None, status: int | None = None) -> None:
        self.url = url
        self.status = status  # of HTTP; None if that is not what went wrong
        self.sentence = sentence
        self.reason = reason or self.default_reason
        super().__init__(f"{printable(url)}: {printable(sentence, limit=1000)}")


class Transient(FetchError):
    """Try again later. `retry_after` is in seconds, already capped; None means "use your default back-off"."""

    default_reason = "transient"

    def __init__(
        self,
        url: str,
        sentence: str,
        *,
        reason: str | None = None,
        status: int | None = None,
        retry_after: float | None = None,
        at_once: bool = True,
    ) -> None:
        self.retry_after = retry_after
        self.at_once = at_once  # worth another attempt within seconds
        super().__init__(url, sentence, reason=reason, status=status)


class Unreachable(Transient):
    default_reason = "unreachable"


class Truncated(Transient):
    default_reason = "truncated"


class DeadlineExceeded(Transient):
    default_reason = "deadline"


class Busy(Transient):
    default_reason = "busy"


class Refused(FetchError):
    default_reason = "refused"


class Permanent(FetchError):
    default_reason = "permanent"


class Gone(Permanent):
    default_reason = "gone"


class BadAnswer(Permanent):
    default_reason = "bad_answer"


class TooLarge(Permanent):
    default_reason = "too_large"


class NotAPage(Permanent):
    default_reason = "not_a_page"


class RedirectLoop(Permanent):
    default_reason = "redirect_loop"


def printable(text: str, limit: int = 300) -> str:
    """The text on one line for terminals, messages and logs: control characters, line ends, terminal escapes and
    direction marks escaped, blanks of every kind as blanks, cut after `limit` characters.

    What is shown comes from hostile pages: a line end in it must not start a line of its own in a log, nor an escape
    sequence move the cursor.
    """
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    if shown.isprintable():
        return shown
    return "".join(_shown(char) for char in shown)


def _shown(char: str) -> str:
    if char.isprintable():
        return char
    return " " if unicodedata.category(char) == "Zs" else char.encode("unicode_escape").decode("ascii")
