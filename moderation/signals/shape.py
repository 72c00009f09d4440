"""How a comment is written: disguises, machine-made strings, shouting, keyword lists."""

from __future__ import annotations

import re

from moderation.signals.finding import Finding, grown, signal
from moderation.signals.view import View

_RANDOM = re.compile(r"\b(?=[A-Za-z]*[a-z])(?=[A-Za-z]*[A-Z])[A-Za-z]*[a-z][A-Z][A-Za-z]*\b")
_UNSPEAKABLE = re.compile(r"(?i)\b(?=[a-z]*[aeiouy]?)[bcdfghjklmnpqrstvwxz]{5,}\w*|\b\w*[bcdfghjklmnpqrstvwxz]{6,}\w*")
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_*]){4,}[^\W\d_](?!\w)")
_STRETCHED_DOTS = re.compile(r"(?:\s[.!,?]){2,}|\w \.\. \w|(?:\s\.\s){2,}")
_BANGS = re.compile(r"[!]{2,}|(?:!\s?){2,}")
_REPEATED = re.compile(r"([^\W\d_])\1{3,}")
_GLUED = re.compile(r"[a-z]{3}[.!?,][A-Z][a-z]|[a-z]{3},[a-z]{3}")
_SPACE_BEFORE = re.compile(r"\w [.,](?:\s|$)")
_MOJIBAKE = re.compile("Ã.|â€.|Â[\xa0-\xbf]|\ufffd|c3[a-f0-9]{2}|e2‚|&#\\d{2,5};|&amp;|\\\\'")
_PHONE = re.compile(r"(?<![\w.])[+(]?\d[\d\s().\-]{7,}\d(?!\w)")
_LONG_NUMBER = re.compile(r"(?<!\w)\d{4,}(?!\w)")
_MONEY = re.compile(
    r"(?i)[$€£₽₴¥₹]\s?\d|\d\s?(?:[$€£₽₴¥₹]|usd|eur|euros?|dollars?|руб\w*|рубл\w*|р\b|тыс\w*|pounds?|bucks|k\$)"
)
_PERCENT = re.compile(r"\d\s?%")
_TEMPLATE = re.compile(
    r"\{[^{}\n|]{1,60}(?:\|[^{}\n|]{0,60})+\}|%[a-z_]+%|\[\[?[a-z_]+_?(?:name|keyword|link|url)\]?\]|#[a-z_]+#"
)
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55\u231a-\u23ff]")
_CODE = re.compile(r"(?m)[{};]\s*$|</?\w+>|\w\(\w*\)|=>|->|::|==|\$\w+|`[^`]+`|^\s{4,}\S|\w+\.\w+\(|\bdef \w+\(")
_SMILEY = re.compile(r"(?<!\w)[:;=8][-o^']?[)(DPp/|3]|(?<!\w)[xX]D\b|\^\^|<3")
_QUESTION = re.compile(r"[?？؟]")
_EXCERPT = re.compile(r"\[\s?(?:\.{2,}|…|&#8230;)\s?\]")
_SENTENCE_END = re.compile(r"[.!?…。！？]")


def _spans_finding(view: View, pattern: re.Pattern[str], scale: float = 1.0) -> Finding | None:
    spans = tuple(found.span() for found in pattern.finditer(view.text))
    return Finding(grown(len(spans)) * scale, view.quoted(spans, 3), spans) if spans else None


@signal("hidden-characters", 1.5, "invisible characters inside words", "caractères invisibles dans les mots")
def hidden_characters(view: View) -> Finding | None:
    if not view.norm.zero_width:
        return None
    return Finding(grown(view.norm.zero_width), f"{view.norm.zero_width} characters", view.norm.zero_width_spans)


@signal("look-alike-letters", 1.5, "letters of another alphabet that look alike", "lettres sosies d'un autre alphabet")
def look_alike_letters(view: View) -> Finding | None:
    spans = view.norm.mixed_script or view.norm.homoglyphs
    return Finding(grown(len(spans)), view.quoted(spans), spans) if spans else None


@signal(
    "digits-for-letters", 0.6, "digits or signs in the place of letters", "chiffres ou signes à la place de lettres"
)
def digits_for_letters(view: View) -> Finding | None:
    spans = view.norm.leet
    return Finding(grown(len(spans)), view.quoted(spans), spans) if spans else None


@signal("fancy-letters", 1.2, "letters from decorative alphabets", "lettres d'alphabets décoratifs")
def fancy_letters(view: View) -> Finding | None:
    spans = view.norm.styled
    return Finding(grown(len(spans)), view.quoted(spans), spans) if spans else None


@signal("spaced-letters", 0.8, "l e t t e r s set apart", "l e t t r e s espacées")
def spaced_letters(view: View) -> Finding | None:
    return _spans_finding(view, _SPACED)


@signal("random-strings", 1.3, "words of random capitals", "mots aux capitales aléatoires")
def random_strings(view: View) -> Finding | None:
    """XxabQrst. CamelCase names of programs and brands have one hump; two such words or a wild one are needed."""
    wild = []
    for found in _RANDOM.finditer(view.text):
        word = found.group()
        humps = sum(a.islower() != b.islower() for a, b in zip(word, word[1:], strict=False))
        vowels = sum(letter in "aeiouyAEIOUY" for letter in word)
        if len(word) >= 6 and humps >= 2 and (vowels * 4 <= len(word) or _CAPITAL_TAIL.search(word)):
            wild.append(found.span())
    return Finding(grown(len(wild)), view.quoted(tuple(wild), 3), tuple(wild)) if wild else None


_CAPITAL_TAIL = re.compile(r"[a-z][A-Z]{3,}[a-z]*$")


@signal("unspeakable-words", 0.8, "words that nobody can say", "mots imprononçables")
def unspeakable_words(view: View) -> Finding | None:
    spans = tuple(
        found.span()
        for found in _UNSPEAKABLE.finditer(view.text)
        if found.group().isalpha() and not found.group().isupper() and not _in_address(view, found.start())
    )
    return Finding(grown(len(spans)), view.quoted(spans, 3), spans) if spans else None


def _in_address(view: View, at: int) -> bool:
    return any(address.start <= at < address.end for address in view.addresses)


@signal("capitals", 0.5, "written in capitals", "écrit en capitales")
def capitals(view: View) -> Finding | None:
    upper = sum(map(str.isupper, view.text))
    if view.letters < 12 or upper * 3 < view.letters:
        return None
    return Finding(min(2.0, 2.0 * upper / view.letters), view.text[:60])


@signal("shouted-words", 0.4, "single words in capitals", "des mots en capitales")
def shouted_words(view: View) -> Finding | None:
    spans = tuple(
        (start, end)
        for start, end in (view.span(at, at + 1) for at, word in enumerate(view.words) if len(word) > 3)
        if view.text[start:end].isupper()
    )
    return Finding(grown(len(spans)), view.quoted(spans), spans) if spans else None


@signal("exclamations", 0.3, "rows of exclamation marks", "suites de points d'exclamation")
def exclamations(view: View) -> Finding | None:
    return _spans_finding(view, _BANGS) if "!" in view.text else None


@signal("stretched-dots", 0.8, "dots set apart . . .", "points espacés . . .")
def stretched_dots(view: View) -> Finding | None:
    return _spans_finding(view, _STRETCHED_DOTS)


@signal("stretched-letters", -0.2, "letters drawn ouuuut", "lettres étiréééées")
def stretched_letters(view: View) -> Finding | None:
    return _spans_finding(view, _REPEATED)


@signal("glued-sentences", 0.3, "no space after a full stop", "pas d'espace après un point")
def glued_sentences(view: View) -> Finding | None:
    spans = tuple(found.span() for found in _GLUED.finditer(view.text) if not _in_address(view, found.start()))
    return Finding(grown(len(spans)), view.quoted(spans, 3), spans) if spans else None


@signal("space-before-stop", 0.4, "a space before a full stop or comma", "une espace avant un point ou une virgule")
def space_before_stop(view: View) -> Finding | None:
    return _spans_finding(view, _SPACE_BEFORE)


@signal("broken-encoding", 0.5, "broken characters", "caractères cassés")
def broken_encoding(view: View) -> Finding | None:
    return _spans_finding(view, _MOJIBAKE)


@signal("phone-number", 0.9, "a phone number", "un numéro de téléphone")
def phone_number(view: View) -> Finding | None:
    return _spans_finding(view, _PHONE)


@signal("long-number", 0.5, "numbers of four digits or more", "nombres de quatre chiffres ou plus")
def long_number(view: View) -> Finding | None:
    """Years are no such numbers."""
    spans = tuple(
        found.span()
        for found in _LONG_NUMBER.finditer(view.text)
        if not (len(found.group()) == 4 and found.group()[:2] in {"19", "20"})
    )
    return Finding(grown(len(spans)), view.quoted(spans), spans) if spans else None


@signal("money", 0.6, "sums of money", "des sommes d'argent")
def money(view: View) -> Finding | None:
    return _spans_finding(view, _MONEY)


@signal("percent", 0.3, "percentages", "des pourcentages")
def percent(view: View) -> Finding | None:
    return _spans_finding(view, _PERCENT)


@signal("unfilled-template", 1.8, "a spammer's template left unfilled", "gabarit de spam non rempli")
def unfilled_template(view: View) -> Finding | None:
    return _spans_finding(view, _TEMPLATE)


@signal("emoji", 0.2, "many emoji", "beaucoup d'émojis")
def emoji(view: View) -> Finding | None:
    if view.text.isascii():
        return None
    found = len(_EMOJI.findall(view.text))
    return Finding(min(3.0, found / 3), f"{found} emoji") if found >= 2 else None


@signal("keyword-lines", 1.0, "lines of keywords without a sentence", "lignes de mots-clés sans phrase")
def keyword_lines(view: View) -> Finding | None:
    lines = [line.strip() for line in view.text.split("\n") if line.strip()]
    bare = [
        line for line in lines if len(line.split()) <= 7 and not _SENTENCE_END.search(line[-1:]) and line[-1:].isalnum()
    ]
    if len(lines) < 3 or len(bare) * 2 < len(lines):
        return None
    return Finding(min(3.0, len(bare) / 3), " / ".join(bare[:3])[:120])


@signal(
    "keyword-tail",
    0.9,
    "ends with a name or search phrase after the last sentence",
    "finit par un mot-clé après la dernière phrase",
)
def keyword_tail(view: View) -> Finding | None:
    """ "Thanks for sharing. Java Online Training": two to six words, no stop after them, hardly a small word."""
    text = view.text.rstrip()
    if not text or not text[-1].isalnum() or len(view.words) < 6:
        return None
    cut = max(text.rfind(". "), text.rfind("! "), text.rfind("\n"), text.rfind("? "), text.rfind("..")) + 1
    tail = text[cut:].lstrip(". \n!?")
    words = tail.split()
    if cut == 0 or not 1 <= len(words) <= 7 or _SMALL_WORD.search(tail):
        return None
    start = len(text) - len(tail)
    return Finding(1.0, tail, ((start, len(text)),))


_SMALL_WORD = re.compile(
    r"(?i)\b(?:i|you|it|is|are|was|this|that|they|we|he|she|my|your|me|so|not|to|cheers|thanks|thank|regards|je|tu|il|est|"
    r"c|ca|ça|que|qui|ne|pas|merci|cordialement|bonne|ich|du|es|ist|das|nicht|und|gruß|grüße|lg|danke|lol|haha|yo|es|no|que|http\w*)\b"
)


@signal("repeated-words", 0.8, "repeats the same words", "répète les mêmes mots")
def repeated_words(view: View) -> Finding | None:
    long_words = [word for word in view.words if len(word) > 3]
    if len(long_words) < 8:
        return None
    share = 1.0 - len(set(long_words)) / len(long_words)
    if share < 0.35:
        return None
    counts: dict[str, int] = {}
    for word in long_words:
        counts[word] = counts.get(word, 0) + 1
    often = sorted(counts, key=lambda word: (-counts[word], word))[:3]
    return Finding(min(2.5, 3.0 * share), ", ".join(f"{word} ({counts[word]})" for word in often))


@signal(
    "excerpt",
    0.3,
    "an excerpt in brackets with dots, as notices have",
    "un extrait entre crochets, comme dans une notification",
)
def excerpt(view: View) -> Finding | None:
    return _spans_finding(view, _EXCERPT) if "[" in view.text else None


@signal("code", -0.9, "program code", "du code informatique")
def code(view: View) -> Finding | None:
    if view.hits.get("pharma") or view.hits.get("brands") or len(view.body_hosts) > 2:
        return None
    spans = tuple(found.span() for found in _CODE.finditer(view.text) if not _in_address(view, found.start()))
    return Finding(grown(len(spans)), view.quoted(spans, 3), spans) if spans else None


@signal("smiley", -0.3, "a smiley", "un smiley")
def smiley(view: View) -> Finding | None:
    return _spans_finding(view, _SMILEY)


@signal("question", -0.2, "asks a question", "pose une question")
def question(view: View) -> Finding | None:
    found = len(_QUESTION.findall(view.text))
    return Finding(grown(found), "?") if found else None


@signal("very-short", -0.2, "five words or fewer", "cinq mots ou moins")
def very_short(view: View) -> Finding | None:
    return Finding(1.0, view.text[:60]) if 0 < len(view.words) <= 5 and not view.body_hosts else None


@signal("very-long", 0.2, "more than 250 words", "plus de 250 mots")
def very_long(view: View) -> Finding | None:
    return Finding(min(3.0, len(view.words) / 250), f"{len(view.words)} words") if len(view.words) > 250 else None


@signal("no-words", 0.3, "not a single word", "pas un seul mot")
def no_words(view: View) -> Finding | None:
    return Finding(1.0, view.text[:40]) if not view.words else None
