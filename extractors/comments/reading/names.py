"""Author names cut out of lines such as "Posted by Anna on 5 March" and "Anna dit :", in a dozen languages."""

from __future__ import annotations

import functools
import re
from typing import Final

from extractors.caching import LONGEST
from extractors.comments.reading.roles import without_role
from extractors.dates import find_date
from extractors.months import WEEKDAYS

MAX_NAME = 80
"""Characters. The longest names of real threads are titles of pingbacks, which are read elsewhere."""

_SAYS: Final = (
    r"says?|said|sez|writes?|wrote|commented|responded|replied"
    r"|dit|a dit|a écrit|écrit|ecrit|a répondu|répond|a commenté|commente"
    r"|sagt|sagte|schreibt|schrieb|meint|meinte|hat gesagt|hat geschrieben|kommentierte|kommentiert|antwortet"
    r"|dice|dijo|ha dicho|escribe|escribió|comentó|comenta|respondió"
    r"|ha detto|ha scritto|scrive|scrisse|commenta|ha commentato"
    r"|disse|diz|escreveu|comentou|falou"
    r"|zegt|zei|schreef|schrijft|reageerde|säger|skriver|skrev|sier|siger|sanoo|pisze|napisał\w*|mówi|říká|napsal\w*|"
    r"пишет|говорит|сказал\w*|написал\w*|diyor ki|dedi ki"
)
_SAYS_IN_COLON: Final = r"comments?|responds?|repl(?:y|ies)|posted|adds?|asks?|thinks?|notes?|opines?"
SAYS: Final = re.compile(
    rf"(?<!\s)\s*+(?:[,;–—-]\s*+)?(?<![^\W\d_])"
    rf"(?:(?:{_SAYS})\s*+(?:that|this|ce qui suit|folgendes)?\s*+(?:\.{{3}}|…|:)?"
    rf"|(?:{_SAYS_IN_COLON})\s*+(?:\.{{3}}|…|:))\s*+$",
    re.IGNORECASE,
)
_SAYS_TAIL: Final = 48  # characters: the longest "hat geschrieben folgendes ..." and blanks
OPENS_WITH_SAYS: Final = re.compile(rf"^\s*(?:{_SAYS})(?![^\W\d_])", re.IGNORECASE)
_SENT = (
    r"comment|commentaire|kommentar|comentario|commento|posted|written|submitted|left|added|sent|publié|posté|écrit|"
    r"envoyé|"
    r"rédigé|ajouté|verfasst|geschrieben|geschreven|gepost|erstellt|publicado|enviado|escrito|scritto|inviato|postado|"
    r"reply|réponse|antwort|message|dodane|написано|reactie"
)
_OF = r"by|par|von|vom|por|da|door|av|af|przez|от|from|de|di"
BY: Final = re.compile(
    rf"^\s*+(?:[#№]?\d++[.):]?\s++)?(?:(?:{_SENT})\s*+(?:on\s++)?(?<![^\W\d_])(?:{_OF})|(?:by|par|(?-i:{_OF})))"
    r"(?![^\W\d_])\s*+(?::\s*+)?",
    re.IGNORECASE,
)
"""A capital "Von" or "De" that nothing precedes begins a name."""
_LABEL: Final = re.compile(
    r"^\s*(?:posted|name|author|auteur|autor|autore|nom|user|username|from|nick|pseudo|comment|commenter|"
    r"ping(?:back)?|trackback|comment author|"
    r"written|submitted|de|by|commenté par|geschrieben|verfasst|kommentar|commentaire|comentario)\s*:\s*",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"^\s*+(?:[#№(\[]\s*+\d{1,5}\s*+[)\].:]?|\d{1,5}\s*+[.):]\s|\d{1,5}\s++(?=[^\d\s]))\s*+")
_QUOTES: Final = "\"“”'’"
_NO_NAME: Final = re.compile(
    r"^(?:[@\s]*\d{1,2}[:.h]\d\d(?::\d\d)?\s*+(?:[ap]\.?m\.?)?\s*+[A-Z]{0,4}|[#§¶∞†+*\[\](){}|<>–—-]+)$"
)
_LETTER: Final = re.compile(r"[^\W_]")
_AT: Final = re.compile(
    r"(?:(?<!\s)\s++(?:on|On|at|At|le|Le|am|Am|um|Um|the|el|El|il|em|Em|op|Op|à|den|dne|in|posted|Posted|@|o godz|o)"
    r"\.?){1,6}\s*+:?$"
)
_LEADING: Final = re.compile(r"^(?:[-–—|·•~*/\\→>\])]+\s+|[\s,;:|·•»→~]+)+")
_TRAILING: Final = re.compile(r"(?<![\s,;:|·•])(?:\s++[-–—|·•~*/\\→>«»‹›(\[]*+|[,;:|·•]++){1,12}$")
_AT_END: Final = re.compile(r"(?:(?<!\s)\s++(?:on|at|am|um|le|op|@|posted|on the)){1,6}\s*+:?$")
_LAST_WORDS: Final = frozenset(
    "says say said sez write writes wrote commented responded replied that this suit folgendes dit écrit ecrit répondu "
    "répond commenté commente sagt sagte schreibt schrieb meint meinte gesagt geschrieben kommentierte kommentiert "
    "antwortet dice dijo dicho escribe escribió comentó comenta respondió detto scritto scrive scrisse commenta "
    "commentato disse diz escreveu comentou falou zegt zei schreef schrijft reageerde säger skriver skrev sier siger "
    "sanoo pisze napisał napisała mówi říká napsal napsala пишет говорит сказал сказала написал написала ki".split()
)
"""Last words of what `SAYS` knows: most texts end otherwise, and are not searched."""
_DIGIT: Final = re.compile(r"\d")
_PLAIN: Final = re.compile(r"[^\W\d_][\w'’-]*(?: [^\W\d_][\w'’.-]*){0,3}")
"""One to four words: most names, and what needs no cutting unless a word says so."""
_NOT_PLAIN: Final = (
    _LAST_WORDS
    | frozenset(
        f"{_SENT}|{_OF}|{_SAYS_IN_COLON}".replace("repl(?:y|ies)", "reply|replies").replace("s?", "").split("|")
    )
    | frozenset(
        "on at am um le op posted the name author auteur autor autore nom user username from nick pseudo comment "
        "commenter pingback written submitted geschrieben verfasst kommentar commentaire comentario commenté".split()
    )
)
_CUT_URL: Final = re.compile(r"^(?:https?://|www\.)\S*$", re.IGNORECASE)
_WHOLE_HOST: Final = re.compile(r"\.[a-z]{2,12}(?:/\S*)?$", re.IGNORECASE)
CUT_AT: Final = 20
"""Some blog systems cut names to 20 characters without a sign (measured on French magazines of 2010-2014)."""


def says_at(text: str) -> int | None:
    """Where the "says:" begins with which the text ends, or null."""
    end = text.rstrip()
    if not end or (end[-1] not in ":…." and end.rpartition(" ")[2].lower() not in _LAST_WORDS):
        return None
    tail = text[-_SAYS_TAIL:]
    match = SAYS.search(tail)
    return len(text) - len(tail) + match.start() if match else None


def _without_says(text: str) -> str:
    at = says_at(text)
    return text if at is None else text[:at]


def _ends(text: str) -> tuple[str, str]:
    words = text.lower().split(" ")
    return words[0], words[-1].rstrip(".")


def name_in(text: str, dated: bool = True) -> str | None:
    """The name that a short text states, or null: what is left without date, "by", "says", number and separators."""
    return _kept_name(text, dated) if len(text) <= LONGEST else _name(text, dated)


def _name(text: str, dated: bool) -> str | None:
    text = text.replace("\xa0", " ").replace("\u200b", "").strip()
    if not text or len(text) > 3 * MAX_NAME:
        return None
    if _PLAIN.fullmatch(text) and _NOT_PLAIN.isdisjoint(_ends(text)):
        return without_role(text) if " " in text else text
    if dated and _DIGIT.search(text):
        found = find_date(text)
        if found:
            before, after = text[: found.start], text[found.end :]
            before = _AT.sub("", before.rstrip(" ,;:|·•–—-(["))
            last = re.search(r"(?<![,\s(])[,\s(]*+([^\W\d_]{2,12})[,.]?\s*+$", before)
            if last and last[1].lower() in WEEKDAYS and found.weekday is not None:
                before = before[: last.start()]
            before = _AT.sub("", before.rstrip(" ,;:|·•–—-(["))
            text = before if _LETTER.search(before) else after
    text = _without_says(text)
    text = _NUMBER.sub("", text)
    text = _LEADING.sub("", text)
    text = BY.sub("", text, count=1)
    text = _LABEL.sub("", text)
    text = _AT_END.sub("", _without_says(_TRAILING.sub("", text)))
    text = without_role(" ".join(_TRAILING.sub("", _LEADING.sub("", text)).split()))
    if text[:1] in _QUOTES and text[-1:] in _QUOTES:
        text = text[1:-1].strip()
    if text.count("(") != text.count(")"):
        text = text.strip("() ")
    return text if text and len(text) <= MAX_NAME and not _NO_NAME.match(text) else None


_kept_name = functools.lru_cache(maxsize=4096)(_name)


def is_cut(name: str) -> bool:
    """Did the site cut the name? An ellipsis, exactly 20 characters with a broken end, or a URL cut before its dot."""
    if name.endswith(("…", "...", "[…]", "[...]")):
        return True
    if _CUT_URL.match(name):
        return not _WHOLE_HOST.search(name.split("://")[-1].removeprefix("www."))
    return len(name) == CUT_AT and (" " in name or "|" in name)
