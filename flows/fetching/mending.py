"""XML as feeds really send it, made well-formed: one linear pass over the text, for a second look after a fault.

What the strict parser refuses and readers understand: a bare `&`, entities of HTML (`&rsquo;`), control characters, a
byte of another encoding, blank lines before the prolog. Structure is never guessed: a tag that does not close stays so.
"""

from __future__ import annotations

import codecs
import html
import re

_PROLOG = re.compile(r"\A<\?xml[^>]{0,200}\?>")
_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding=[\"']([\w.-]{1,40})[\"']")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LOOSE_BYTE = re.compile("[\udc80-\udcff]")
_AMPERSAND = re.compile(r"&(?:#(\d{1,7});|#[xX]([0-9a-fA-F]{1,6});|(\w{1,32});)?")
_KEPT = frozenset({"amp", "lt", "gt", "quot", "apos"})
_CHARACTERS = (range(0x20, 0xD800), range(0xE000, 0xFFFE), range(0x10000, 0x110000))  # XML 1.0, production 2
_OPEN, _CLOSE = "<![CDATA[", "]]>"


def mended(body: bytes) -> bytes:
    """The document as well-formed text in UTF-8, without a prolog; the same document where nothing was wrong."""
    text = _CONTROL.sub("", _PROLOG.sub("", _decoded(body.lstrip(b"\xef\xbb\xbf \t\r\n")), count=1))
    parts, at = [], 0
    while (opened := text.find(_OPEN, at)) >= 0 and (closed := text.find(_CLOSE, opened)) >= 0:
        parts += [_AMPERSAND.sub(_reference, text[at:opened]), text[opened : closed + len(_CLOSE)]]
        at = closed + len(_CLOSE)
    parts.append(_AMPERSAND.sub(_reference, text[at:]))
    return "".join(parts).encode("utf-8", "replace")


def _decoded(body: bytes) -> str:
    declared = _ENCODING.match(body)
    name = declared[1].decode("ascii") if declared else "utf-8"
    try:
        name = codecs.lookup(name).name
    except LookupError:
        name = "utf-8"
    if name != "utf-8":
        return body.decode(name, "replace")
    loose = body.decode("utf-8", "surrogateescape")
    return _LOOSE_BYTE.sub(lambda found: bytes([ord(found[0]) - 0xDC00]).decode("cp1252", "replace"), loose)


def _reference(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        allowed = (
            code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
        )
        return found[0] if allowed else ""
    if name is None:
        return "&amp;"
    if name in _KEPT:
        return found[0]
    meant = html.unescape(found[0])
    return f"&amp;{name};" if meant == found[0] else html.escape(meant, quote=False)
