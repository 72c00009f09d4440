"""The language of a page: what it states, and stop-word statistics where it states nothing credible."""

from __future__ import annotations

import re
from collections import Counter

from extractors.html import Document
from extractors.structured import Statements

_CODE = re.compile(r"^\s*([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*\s*(?:[,;]|$)")
_WORD = re.compile(r"[^\W\d_]+")
_ALIASES = {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "fil": "tl", "cn": "zh", "jp": "ja", "cz": "cs"}
_MAX_WORDS = 600
_MIN_HITS = 8  # stop words of one language before the statistics may answer
PLAIN = 200  # characters of text from which it may contradict what its page states
# languages whose most frequent words are too much alike for a text to contradict a statement
_SISTERS = tuple(frozenset(pair.split()) for pair in ("da no", "cs sk", "pt gl", "es gl", "es ca", "nl af", "id ms"))
_SAME_SCRIPT = {  # languages that their script does not tell from the one that it stands for here
    language: frozenset(others.split())
    for language, others in {
        "ar": "ur ps ku ckb ug sd", "fa": "ur ps ku ckb ug sd", "ru": "be mk kk ky tg mn tt", "sr": "mk", "he": "yi",
        "hi": "mr ne sa", "bn": "as", "zh": "yue", "bg": "mk",
    }.items()
}  # fmt: skip
_PERSIAN = frozenset("پچژگیک")  # letters that Arabic has not
_MIN_PERSIAN = 0.03  # share of the letters
_MIN_LEAD = 1.3  # times as many as the next language: related languages share many of their words

# The most frequent words of each language that few of its neighbours here share.
_STOP_WORDS = {
    "fr": "le la les des et est une dans pour que qui sur au pas vous avec ce sont du il plus ne nous par ou aux",
    "en": "the of and to is in that it for was on are with as be this have from at you not by but they or which",
    "de": "der die und das den von zu mit sich des auf für ist nicht ein eine dem als auch es an werden aus er hat",
    "es": "el la los las que y en un una por con para es del se no su al lo como más pero sus le ya este",
    "it": "il di che la e non per un del è della in sono le con si da una dei nel più anche gli alla ha come",
    "pt": "o a os as que e do da em um uma para com não no na por mais dos como se ao das seu sua é",
    "nl": "de het een van en in is dat op te zijn met voor niet aan er om ook als door maar naar bij uit nog",
    "sv": "och att det som en är på för av med den till inte har om ett de var jag vi han från men så",
    "da": "og at det er en til på som af for den med de ikke der har et jeg vi om men kan fra blev også",
    "no": "og det er i på som en av for til at med den de ikke har et jeg om vi men fra kan var også",
    "fi": "ja on ei että se oli hän mutta ovat kun myös niin kuin joka sen tai mukaan jos vain ole sitä olla",
    "pl": "w i na z się nie do to że jest o jak ale od po co za przez dla są ma tym był oraz jego",
    "cs": "a se v na je že to s z do o i pro jsou ale by jako podle za by jeho také která když který",
    "hu": "a az és hogy nem is egy ez volt meg de csak már van ha el még mint vagy aki ezt azt lesz",
    "ro": "de și în a la cu pe o nu că din care mai este un pentru sunt ce fi au se prin sau dar",
    "tr": "ve bir bu da de için ile çok olarak daha gibi en kadar olan ne var sonra o ama değil her mi",
    "id": "yang dan di dengan untuk ini itu dari dalam tidak pada akan juga ke karena ada oleh bisa mereka sudah",
    "vi": "và của là có được cho trong không người với các một những đã này khi từ đến về tại như nhiều",
    "ca": "el la els les que i de en un una per amb és del al no es més com però ha són aquest dels",
    "hr": "i je u na se da za su od koji s o kao što ne iz to bi ili će nije samo ali koja nakon",
}
_CYRILLIC_MARKS = (("uk", "іїєґ"), ("bg", "ъщ"), ("sr", "јљњћђџ"))
_STOP_SETS = {language: frozenset(words.split()) for language, words in _STOP_WORDS.items()}
_WITNESSES: dict[str, tuple[str, ...]] = {}
for _language, _words in _STOP_SETS.items():
    for _word in _words:
        _WITNESSES[_word] = (*_WITNESSES.get(_word, ()), _language)


def language_of(document: Document, statements: Statements, text: str) -> str | None:
    """ISO 639-1 in lower case: what the page states, corrected by its own text; None if neither says anything.

    The text overrules the statement only when it is long (PLAIN characters) and plainly of another language: templates
    that say lang="en" around articles in any other language are common, and so are others. A stated language of which
    we know no words, or a sister of the one that the text looks like, stands.
    """
    stated = _stated(document, statements)
    if stated not in (None, "en") and (len(text) < PLAIN or (stated not in _STOP_SETS and not _by_script(text[:4000]))):
        return stated
    guessed = guessed_language(text)
    if guessed is None or {stated, guessed} in _SISTERS or stated in _SAME_SCRIPT.get(guessed, ()):
        return stated
    return guessed


def guessed_language(text: str) -> str | None:
    """The language of a longer text by its script and its most frequent words; None when it is not plain."""
    if script := _by_script(text[:4000]):
        return script
    words = _WORD.findall(text[:8000].lower())[:_MAX_WORDS]
    votes: Counter[str] = Counter()
    for word in words:
        for language in _WITNESSES.get(word, ()):
            votes[language] += 1
    ranked = votes.most_common(2)
    if not ranked or ranked[0][1] < max(_MIN_HITS, 0.08 * len(words)):
        return None
    if len(ranked) > 1 and ranked[0][1] < _MIN_LEAD * ranked[1][1]:
        return None
    return ranked[0][0]


def language_code(text: str | None) -> str | None:
    """The language part of a tag such as fr-FR or pt_BR, as ISO 639-1 where there is one; None if it is no tag."""
    found = _CODE.match(text or "")
    if not found:
        return None
    code = found.group(1).lower()
    code = _ALIASES.get(code, code)
    return code if len(code) == 2 else None


def _stated(document: Document, statements: Statements) -> str | None:
    root = document.tree
    body = root.find("body")
    candidates = [
        root.get("lang"),
        root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang"),
        body.get("lang") if body is not None else None,
        statements.meta("content-language", "language", "dc.language", "dcterms.language"),
        statements.meta("og:locale", "inlanguage"),
    ]
    stated = statements.article.get("inLanguage")
    candidates.append(stated if isinstance(stated, str) else None)
    return next((code for text in candidates if (code := language_code(text))), None)


def _is_western(text: str) -> bool:
    """Whether Latin letters are all there are: said at the speed of C for nearly every page that is so."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _by_script(text: str) -> str | None:
    if _is_western(text):
        return None
    letters = {char: number for char, number in Counter(text).items() if char.isalpha()}
    size = sum(letters.values())
    if size < 20:
        return None
    counts: Counter[str] = Counter()
    for char, number in letters.items():
        code = ord(char)
        if code < 0x370:
            continue
        for name, first, last in _SCRIPTS:
            if first <= code <= last:
                counts[name] += number
                break
    if counts["kana"] > 0.05 * size:
        return "ja"
    name, count = counts.most_common(1)[0] if counts else ("", 0)
    if count < 0.4 * size:
        return None
    if name == "ar" and sum(number for char, number in letters.items() if char in _PERSIAN) > _MIN_PERSIAN * size:
        return "fa"
    if name != "cyrillic":
        return name
    sample = text.lower()
    for language, marks in _CYRILLIC_MARKS:
        if sum(sample.count(mark) for mark in marks) > 0.01 * size and not (language == "bg" and "ы" in sample):
            return language
    return "ru"


_SCRIPTS = (
    ("kana", 0x3040, 0x30FF),
    ("zh", 0x4E00, 0x9FFF),
    ("ko", 0xAC00, 0xD7AF),
    ("cyrillic", 0x400, 0x52F),
    ("el", 0x370, 0x3FF),
    ("he", 0x590, 0x5FF),
    ("ar", 0x600, 0x6FF),
    ("hi", 0x900, 0x97F),
    ("bn", 0x980, 0x9FF),
    ("ta", 0xB80, 0xBFF),
    ("te", 0xC00, 0xC7F),
    ("th", 0xE00, 0xE7F),
    ("ka", 0x10A0, 0x10FF),
    ("hy", 0x530, 0x58F),
)
