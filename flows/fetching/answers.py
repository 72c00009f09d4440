"""Reading an answer's status and headers: which error a status means, how long to wait, what kind of thing it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from flows.fetching.errors import BadAnswer, Busy, FetchError, Gone, NotAPage
from flows.fetching.policy import Expect

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_NEVER_XML = re.compile(r"^(?:image/(?!svg)|video/|audio/|font/|application/(?:pdf|zip|msword|vnd\.))")
_DELTA_SECONDS = re.compile(r"^[0-9]+$")
_HTTP_DATE = re.compile(r"^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$")

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"GIF8", "a GIF image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"RIFF", "a media file"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"OggS", "a media file"),
    (b"ID3", "a media file"),
    (b"wOF", "a font"),
)


def failure(url: str, status: int, retry_after: float | None) -> FetchError:
    """The error that a status other than 200, 203, 304 or a redirect stands for."""
    if status in (404, 410, 451):
        return Gone(url, f"the site says the page is gone (HTTP {status})", status=status)
    if status in (408, 425, 429) or 500 <= status <= 599:
        sentence = f"the site is busy or broken (HTTP {status}); it is tried again later"
        return Busy(url, sentence, status=status, retry_after=retry_after)
    if status in (204, 205):
        return NotAPage(url, f"the site answered without content (HTTP {status}); it is skipped", status=status)
    if status in (401, 402, 403, 407):
        reason, sentence = "forbidden", f"the site does not let us in (HTTP {status}); ask its owner"
    elif status == 206:
        reason, sentence = "partial", "the site sent a part nobody asked for (HTTP 206); it is not kept"
    elif 400 <= status <= 499:
        reason, sentence = "status", f"the site refuses the request (HTTP {status})"
    else:
        reason, sentence = "bad_status", f"HTTP {status} is no answer to a request for a page; look at the site"
    return BadAnswer(url, sentence, reason=reason, status=status)


def retry_after(value: str | None, now: datetime, cap: float) -> float | None:
    """Seconds of a Retry-After header (RFC 9110 section 10.2.3), at most `cap`; None if it says nothing usable."""
    text = (value or "").strip()
    if _DELTA_SECONDS.match(text):
        return min(float(text), cap) if len(text) <= 15 else cap
    if _HTTP_DATE.match(text):
        try:
            seconds = (parsedate_to_datetime(text).astimezone(UTC) - now).total_seconds()
        except (ValueError, OverflowError):
            return None
        return min(seconds, cap) if seconds > 0 else None
    return None


def check_type(url: str, content_type: str | None, expect: Expect) -> None:
    """Judge the declared type before the body is read. Raises NotAPage."""
    media = (content_type or "").partition(";")[0].strip().lower()
    if not media or expect is Expect.ANY:
        return
    if media not in _PAGE_TYPES if expect is Expect.PAGE else _NEVER_XML.match(media):
        wanted = "an HTML page" if expect is Expect.PAGE else "a feed or a sitemap"
        raise NotAPage(url, f"it is {media!r}, not {wanted}; it is skipped")


def check_body(url: str, body: bytes, content_type: str | None, expect: Expect) -> None:
    """Judge the bytes themselves, since types lie. Raises NotAPage."""
    if expect is Expect.ANY:
        return
    for signature, name in _SIGNATURES:
        if body.startswith(signature) and not (expect is Expect.XML and signature == b"\x1f\x8b"):
            raise NotAPage(url, f"it says it is {content_type or 'nothing'}, but it is {name}; it is skipped")
    if not content_type and body and b"<" not in body[:4096].replace(b"\0", b""):
        raise NotAPage(url, "it has no type and no markup; it is skipped")
