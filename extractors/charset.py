"""From bytes to text: which character set a page is written in."""

from __future__ import annotations

import codecs
import re

_META = re.compile(
    rb"<!--(?:.*?-->|.*+)|<meta(?=[\s/])((?:[^>\"']|\"[^\"]*\"|'[^']*'){0,800})>", re.IGNORECASE | re.DOTALL
)
_ATTRIBUTE = re.compile(rb"""(?<![^\s=/"'>])([^\s=/"'>]++)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_HTTP_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_:.\-]+)""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_:.\-]+)""", re.IGNORECASE)
_NO_TEXT = (b"script", b"style", b"SCRIPT", b"STYLE", b"!--")
_SEARCHED = 8192  # bytes; browsers look for a meta charset in 1024, real pages put it later
_ALIASES = {  # labels of the web that Python does not know
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "dos-874": "cp874",
    "x-gbk": "gb18030",
    "x-euc-jp": "euc_jp",
    "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "iso-8859-8-i": "iso8859-8",
    "latin-9": "iso8859-15",
    "unicode-1-1-utf-8": "utf-8",
}
_SUPERSETS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_OF_THE_WEB = frozenset(
    "utf-8 cp866 cp874 cp932 cp949 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 big5hkscs euc_jp "
    "gb18030 iso2022_jp koi8-r koi8-u mac-roman mac-cyrillic iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 "
    "iso8859-7 "
    "iso8859-8 iso8859-10 iso8859-13 iso8859-14 iso8859-15 iso8859-16".split()
)
"""What the WHATWG Encoding Standard knows, by Python's names; UTF-16 only with its mark, UTF-7 never."""
_MAX_BROKEN = 30  # undecodable places in a page that is declared UTF-8 and mostly is
_SEARCHED_WIDE = 200_000  # characters
_DETECTED = 20_000  # bytes of text that a detector looks at
_HIGH_LATIN = "éèàçêâîôûëïüœäößñáíóúãõåøæìòùÉÀÄÖÜ’‘“”„‚«»›‹–—…·•€£©®™§°²½´\xa0"
_FREQUENT = {  # the characters beyond ASCII that most of a text is made of, in the order in which ties are settled
    "cp1252": _HIGH_LATIN,
    "cp1250": "áéíóúýčěšžřůťňďąęłńśźżćőűäöüăâîşţđ„”“’–…\xa0",
    "cp1254": "ığşçöüİŞÇÖÜâ’“”–…\xa0",
    "cp1251": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщєіїў–—«»…№\xa0",
    "koi8_r": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщ",
    "cp932": "のにはをたがでてとしれさいるなもこからまあすきくりんーイルスントラリクドアシフレコ、。・「」年日月",
    "euc_jp": "のにはをたがでてとしれさいるなもこからまあすきくりんーイルスントラリクドアシフレコ、。・「」年日月",
    "gb18030": "的一是不了在人有我他这个们中来上大为和国地到"
    "以说时要就出会可也你对生能而子那得于着下自之年过发后作里，。、",
    "big5hkscs": "的一是不了在人有我他這個們中來上大為和國地到"
    "以說時要就出會可也你對生能而子那得於著下自之年過發後作裡，。、",
    "cp949": "이다는의가을에하고를은지기한사로어나서대인도자시스니있해들아만일그",
    "cp1253": "αοιετνσρηκπλυάέόίήύώςμδγθχβφξωζ",
    "cp1255": "יוהלאתרשמבםןחקפדנעסגטצזכךףץ",
    "cp1256": "المنيوتبرهدسعفكقحجشصخطذزضظغثءأإةى،",
    "cp874": "านรกอเงมยลวดทสตะปบคหแจพชขใไโผซถศณ่้ัีิ็์ุู",
}
_WIDE = ("cp932", "euc_jp", "gb18030", "big5hkscs", "cp949")
_MIN_WIDE = 0.15  # thousands of characters: text of another kind hits the frequent ones in one case of a hundred
_WORD_EDGES = re.compile(r"[A-Za-z][\u0370-\u06ff]|[\u0370-\u06ff][A-Za-z]")
_LATIN_RUN = re.compile(r"[À-ÿŠŽšžŸ]{3,}")
_ODD = re.compile(r"[\x80-\x9f\uff61-\uff9f\ue000-\uf8ff\u2500-\u257f]")


def decode(body: bytes, content_type: str | None = None) -> str:
    """The text of an HTML response: BOM, then valid UTF-8, then what is declared, then what it looks like.

    Valid UTF-8 beats a declaration because pages that declare Latin-1 and send UTF-8 are common and the reverse
    never decodes. Declared names mean what the WHATWG Encoding Standard says (ISO 8859-1 is windows-1252); UTF-7 and
    UTF-16 without a mark are not believed.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    if wide := _wide(body):
        return body.decode(wide, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        is_cut_short = error.start >= len(body) - 3
    declared = _declared(body, content_type)
    if is_cut_short:
        return body.decode("utf-8", "replace")
    if declared == "utf-8":
        text = body.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        valid = sum(char > "\x7f" for char in text[:_SEARCHED_WIDE]) - text[:_SEARCHED_WIDE].count("\ufffd")
        if valid > broken or (valid and broken <= _MAX_BROKEN):
            return text
        declared = None
    return body.decode(declared or _detected(body), "replace")


def _wide(body: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of its markup is zero."""
    start = body[:400]
    if start.count(0) < 0.3 * len(start):
        return None
    even, odd = start[::2].count(0), start[1::2].count(0)
    if odd > 4 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd else None


def _declared(body: bytes, content_type: str | None) -> str | None:
    found = _HTTP_CHARSET.search(content_type or "")
    names = [found.group(1)] if found else []
    names += _in_metas(body[:_SEARCHED])
    names += [match.decode("ascii") for match in _XML_CHARSET.findall(body[:400])]
    for name in names:
        try:
            codec = codecs.lookup(_ALIASES.get(name.lower(), name)).name
        except (LookupError, ValueError):  # ValueError: a NUL in the label
            continue
        codec = _SUPERSETS.get(codec, codec)
        if codec in _OF_THE_WEB:
            return codec
    return None


def _in_metas(head: bytes) -> list[str]:
    """The labels of meta tags: those of comments, of descriptions and of other attributes are none."""
    names = []
    for meta in _META.finditer(head):
        said = {
            found[1].lower(): (found[2] or found[3] or found[4] or b"").decode("latin-1").strip()
            for found in _ATTRIBUTE.finditer(meta[1] or b"")
        }
        if label := said.get(b"charset"):
            names.append(label)
        elif said.get(b"http-equiv", "").lower() == "content-type" and (
            found := _HTTP_CHARSET.search(said.get(b"content", ""))
        ):
            names.append(found[1])
    return names


def _detected(body: bytes) -> str:
    """The character set under which the text beyond ASCII reads most like some language; windows-1252 in doubt."""
    parts = body[: 20 * _DETECTED].split(b"<")
    shown = b" ".join([part.partition(b">")[2] for part in parts if not part.startswith(_NO_TEXT)])
    text = (body if shown.isascii() else shown)[:_DETECTED]
    scores = {codec: _likeness(text.decode(codec, "replace"), frequent) for codec, frequent in _FREQUENT.items()}
    wide = max(_WIDE, key=lambda codec: scores[codec])
    if scores[wide] > _MIN_WIDE:
        return wide
    return max((codec for codec in _FREQUENT if codec not in _WIDE), key=lambda codec: scores[codec])


def _likeness(text: str, frequent: str) -> float:
    """1 if all text beyond ASCII is made of the frequent characters; every odd one and every clash of scripts counts
    against it."""
    high = [char for char in text if char > "\x7f"]
    if not high:
        return 0.0
    known = frozenset(frequent)
    hits = sum(char in known for char in high)
    letters = sum(char not in known and char.isalpha() and char.islower() for char in high)
    broken = text.count("\ufffd") + len(_ODD.findall(text))
    clashes = len(_WORD_EDGES.findall(text)) + sum(len(run) for run in _LATIN_RUN.findall(text))
    return (hits + 0.3 * letters - 2 * broken - clashes) / len(high)
