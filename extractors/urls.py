"""Addresses: resolved, normalised, and the one address that a page names for itself."""

from __future__ import annotations

import functools
import re
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from extractors.caching import LONGEST, kept
from extractors.html import Document
from extractors.structured import Statements

_TRACKING = re.compile(
    r"^(?:utm_\w+|at_(?:medium|campaign|custom\d*|creation|variant|link\w*|ptr\w*|bbc_team)|mc_[ce]id|pk_(?:campaign|kwd|source|medium|content)"
    r"|mtm_\w+|hsa_\w+|_hs(?:enc|mi)|oly_(?:anon|enc)_id|vero_\w+|wt_mc\w*|wt_zmc|ns_(?:campaign|source|mchannel|linkname|fee)"
    r"|fbclid|gclid|gclsrc|dclid|msclkid|yclid|twclid|ttclid|igshid|gbraid|wbraid|mkt_tok|s_cid|cmpid|ocid|xtor|xtref|ncid"
    r"|__twitter_impression|ref_src|ref_url|smid|soc_(?:src|trk)|fb_(?:action_\w+|source|ref)|sfnsn|__hstc|__hssc|__hsfp|hsctatracking"
    r"|_ga|_gl|spm|phpsessid|jsessionid|replytocom)$",
    re.IGNORECASE,
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_DOTS = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")
_SAFE_IN_PATH = "/:@!$&'()*+,;=~-._"
_SAFE_IN_QUERY = _SAFE_IN_PATH + "?"
_HOST = re.compile(r"[a-z0-9._~%-]+")
_HEX = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_THREAD_PAGE = re.compile(r"(.)/comment-page-\d+(?=/?$)", re.IGNORECASE)
_VIEW = re.compile(r"(.)/(?:amp|print|printer|imprimer)(?=/?$)|(?<=.)\.amp(?=\.html?$)", re.IGNORECASE)
_INDEX = re.compile(r"(/)index\.(?:html?|php|aspx?)$", re.IGNORECASE)
_VIEW_QUERY = re.compile(
    r"(?:(?:amp|print|printable|printer_friendly|print_view)(?:=(?:1|true|yes)?)?|m=[01]|cpage=\d+|replytocom=\d+|"
    r"(?:outputtype|format|view|output)=(?:amp|print)|share=[a-z-]+|showcomment=\d+)$",
    re.IGNORECASE,
)
_KEPT = 4_096  # addresses kept from page to page: the links of a page are read by several, menus on every page
_SPACES = re.compile(r"[\x00-\x20\x7f\u00a0\ud800-\udfff]+")
_PLACEHOLDER = re.compile(r"^(?:undefined|null|none|false|example\.(?:com|org)|localhost)$", re.IGNORECASE)


@kept(_KEPT)
def normalised(url: str) -> str:
    """The same address in one spelling: lower-case scheme and host, no default port, no fragment, no tracking
    parameters, percent-encoding only where needed. A fixed point: normalising twice changes nothing.

    What is no http(s) address comes back without its fragment and outer blanks, otherwise as it is.
    """
    stripped = _SPACES.sub("", url)
    try:
        parts = urlsplit(stripped)
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return stripped.partition("#")[0]
    if parts.scheme not in ("http", "https") or not host:
        return stripped.partition("#")[0]
    if ":" in host:
        host = f"[{host}]"
    else:
        host = _ascii_host(host)
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    path = _without_dots(_SESSION_PATH.sub("", _percent(parts.path, _SAFE_IN_PATH))) or "/"
    kept = [pair for pair in parts.query.split("&") if pair and not _TRACKING.match(unquote(pair.partition("=")[0]))]
    return urlunsplit((parts.scheme, host, path, _percent("&".join(kept), _SAFE_IN_QUERY), ""))


def absolute(address: str, base: str) -> str | None:
    """The http(s) address that a link on a page leads to, not normalised; None when it leads nowhere on the web."""
    if len(address) + len(base) <= LONGEST:
        return _kept_absolute(address, base)
    return _absolute(address, base)


def _absolute(address: str, base: str) -> str | None:
    try:
        resolved = urljoin(base, _SPACES.sub("", address))
        parts = urlsplit(resolved)
    except ValueError:
        return None
    return resolved if parts.scheme in ("http", "https") and parts.netloc else None


def base_of(document: Document) -> str:
    """What relative links of the page are relative to: its <base href>, else its own address."""
    if document.base is None:
        hrefs = (href for element in document.tree.iter("base") if (href := element.get("href")))
        href = next(hrefs, None)
        document.base = (absolute(href, document.url) if href else None) or document.url
    return document.base


@kept(_KEPT)
def host_of(url: str) -> str:
    """The host without "www." and port, lower case; empty when there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.").rstrip(".")


_kept_absolute = functools.lru_cache(maxsize=_KEPT)(_absolute)


def canonical_url(document: Document, statements: Statements) -> str:
    """The page's one address, normalised: link rel=canonical, og:url, JSON-LD, else the address it was fetched from.

    A stated address is refused when it names less than the page's own: a home page for an article, a placeholder
    host, another site's home page. Those are template faults, and they would merge all articles of a site into one.
    """
    own = normalised(document.url)
    base = base_of(document)
    for stated in _stated_addresses(document, statements):
        resolved = absolute(stated, base)
        if resolved and _is_credible(candidate := normalised(resolved), own):
            return article_address(candidate)
    return article_address(own)


def article_address(url: str) -> str:
    """The address of the article behind that of a page of its thread, of its print, mobile or AMP view, of the file
    that a folder stands for. Takes and returns a normalised address; a fixed point.
    """
    parts = urlsplit(url)
    path = parts.path
    for view in (_THREAD_PAGE, _VIEW, _INDEX):
        shorter = view.sub(r"\1", path)
        path = shorter if shorter.strip("/") or view is _INDEX else path
    kept = [pair for pair in parts.query.split("&") if pair and not _VIEW_QUERY.match(pair)]
    return urlunsplit((parts.scheme, parts.netloc, path or "/", "&".join(kept), ""))


def is_thread_page(url: str) -> bool:
    """Whether the address is that of one page of a comment thread, not of the article itself."""
    parts = urlsplit(url)
    return bool(_THREAD_PAGE.search(parts.path) or re.search(r"(?:^|&)cpage=\d", parts.query))


def spellings(url: str) -> tuple[str, ...]:
    """The address with http and https, with "www." and without, with a slash at its end and without."""
    parts = urlsplit(url)
    host = parts.netloc.removeprefix("www.")
    plain = parts.path.rstrip("/")
    return tuple(
        urlunsplit((scheme, prefix + host, path or "/", parts.query, ""))
        for scheme in ("https", "http")
        for prefix in ("", "www.")
        for path in dict.fromkeys((parts.path, plain, plain + "/"))
    )


def _stated_addresses(document: Document, statements: Statements) -> list[str]:
    found = [
        link.get("href") or ""
        for link in document.tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    if len({address.strip() for address in found if address.strip()}) > 1:
        found = []  # pages that contradict themselves name nothing
    found += statements.metas.get("og:url", ())[:1]
    for key in ("mainEntityOfPage", "url"):
        value = statements.article.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str):
            found.append(value)
    return [address for address in found if address.strip() and not address.strip().startswith("#")]


def _is_credible(candidate: str, own: str) -> bool:
    parts, mine = urlsplit(candidate), urlsplit(own)
    host = parts.hostname or ""
    if not host or _PLACEHOLDER.match(host) or ("." not in host and host != mine.hostname):
        return False
    is_root = parts.path in ("", "/") and not parts.query
    own_is_root = mine.path in ("", "/") and not mine.query
    return not is_root or (own_is_root and _same_site(host, mine.hostname or ""))


def _same_site(one: str, other: str) -> bool:
    one, other = one.removeprefix("www."), other.removeprefix("www.")
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _ascii_host(host: str) -> str:
    host = host.lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            host = host.encode("utf-8", "replace").decode("utf-8")
    return host if _HOST.fullmatch(host) else quote(unquote(host)).lower()


def _without_dots(path: str) -> str:
    """RFC 3986, section 5.2.4, on an absolute path."""
    if not _DOTS.search(path):
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for position, segment in enumerate(segments):
        is_last = position == len(segments) - 1
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
            continue
        if is_last:
            kept.append("")
    return "/" + "/".join(kept)


def _percent(text: str, safe: str) -> str:
    """Unreserved characters plain, everything outside `safe` encoded, hex digits in upper case."""

    def plain(match: re.Match[str]) -> str:
        value = int(match.group(1), 16)
        return chr(value) if value in _UNRESERVED else f"%{value:02X}"

    return quote(_HEX.sub(plain, text).encode("utf-8", "replace"), safe=safe + "%")
