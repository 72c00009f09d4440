"""How a comment is written: machine-made strings, shouting, keyword lists, sloppy stops."""

from __future__ import annotations

import re

from moderation.letter_classes import CAPITAL, QUESTION, holds_any
from moderation.signals.finding import Finding, grown, signal
from moderation.signals.lexicon import GOODS
from moderation.signals.view import View
from moderation.signals.word_traits import STIRRED, STRANGE, STRETCHED
from moderation.tokens import WORD
from moderation.wordstats import word_statistics

_MIXED_CASE = re.compile(r"\b[A-Za-z]*[a-z][A-Z]{2,}[a-z]*[A-Za-z]*\b|\b[a-z]+[A-Z]+[a-z]+[A-Z]\w*")
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_*]){4,}[^\W\d_](?!\w)")
_STRETCHED_DOTS = re.compile(r"(?:\s[.!,?]){2,}|\w \.\. \w|(?:\s\.\s){2,}")
_BANGS = re.compile(r"!{2,}|(?:! ?){2,}")
_GLUED = re.compile(r"[a-z][.!?][A-Z][a-z]|[a-z],[a-z]{3}")
_SPACE_BEFORE = re.compile(r"\w [.,](?:\s|$)")
_MOJIBAKE = re.compile("Ã.|â€.|Â[\xa0-\xbf]|\ufffd|c3[a-f0-9]{2}|e2‚|&#\\d{2,5};|\\\\'")
_SHOUTED = re.compile(r"(?<!\w)[A-ZÀ-ÖØ-ÞА-ЯЁ]{4,}(?!\w)")
_TEMPLATE = re.compile(
    r"\{[^{}\n|]{1,60}(?:\|[^{}\n|]{0,60})+\}|%[a-z_]+%|\[\[?(?:name|keyword|link|url|site|anchor)\w*\]?\]|#(?:name|keyword|link|url)\w*#"
)
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55\u231a-\u23ff]")
# Signs of a program, each kind by itself weak: a price has a dollar, a list has semicolons, a French plural "(s)".
# Before each stands what a text must contain to have it at all.
_CODE = tuple(
    (needs, re.compile(sign, re.MULTILINE))
    for needs, sign in (
        ("{};", r"[\w)\]\"'};]\s{0,40}[{;]\s{0,40}$|^\s{0,40}[{}]{1,40}[;,)]{0,40}\s{0,40}$"),
        ("{", r"\{%[^%\n]{1,200}%\}|\{\{[^{}\n]{1,200}\}\}"),
        (
            "<",
            r"</?(?:div|span|p|ul|li|script|html|body|head|input|form|table|tr|td|code|pre|meta|style|button|xml)\b[^<>\n]{0,200}>",
        ),
        ("(", r"\b[A-Za-z_]\w{2,}(?:\.\w+)*\([^()\n]{0,80}\)"),
        (">=&|", r"=>|->|[!=]==?|&&|\|\||\+=|:=|\w\s=\s[\w\"'\[({]"),
        ("$", r"\$(?:[a-z_]\w*|\{\w+\}|\()"),
        ("`", r"`[^`\n]{1,200}`"),
        (
            "_(.",
            r"\b[a-z]\w*_[a-z0-9]\w*\b|\b[a-z]+[A-Z]\w+\("
            r"|\b\w+\.(?:py|js|ts|php|rb|java|css|html|json|yml|yaml|xml|sh|conf|md)\b",
        ),
        (
            "(){}=;:",
            r"\b(?:def|function|class|return|import|const|var|let|public|static|void|elif|endif|printf|echo|null|true|false)\b"
            r"(?=[^.!?\n]*[(){}=;:])",
        ),
        ("-", r"(?<!\S)--?[a-z][\w-]+=?(?=\s|$)"),
    )
)
_CODE_LINE = re.compile(
    r"(?m)^\s{0,40}(?:[$#>%]\s+)?"
    r"(?:sudo|git|npm|npx|yarn|pip3?|gem|brew|docker|composer|cargo|apt(?:-get)?|curl|wget|ssh|chmod) "
    r"(?:-|[a-z][\w-]*(?:\s|$)).*$|```"
)
# one of these stands in all that _CODE_LINE finds
_TYPED = (
    *"sudo git npm npx yarn pip pip3 gem brew docker composer cargo apt apt-get curl wget ssh chmod".split(),
    "```",
)
# no program without one of these, or a stop inside a word, or a command at the beginning of a line
_CODE_SIGNS = ("{", "}", "(", ")", "=", "`", "$", "_", "<", "->", "::", ";\n", "--")
_STOP_IN_WORD = (".a", ".A", ".0")  # in letter classes
_COMMANDS = ("sudo ", "git ", "npm ", "pip ", "docker ", "curl ")
_COMMAND = re.compile(r"(?m)^\s{0,40}(?:sudo|git|npm|pip|docker|curl) ")
_NO_CODERS = GOODS - {"services", "streaming", "seo", "helpdesk", "shopping"}  # whose words programmers use as well
_SMILEY = re.compile(r"(?<!\w)[:;=8][-o^']?[)(DPp/|3]|(?<!\w)[xX]D\b|\^\^|<3")
_SMILEY_STARTS = (
    ":)",
    ":-",
    ";)",
    ";-",
    ":D",
    ":P",
    ":p",
    ":(",
    ":o",
    "=)",
    "=D",
    "^^",
    "<3",
    "xD",
    "XD",
    ":/",
    ":'",
    ":|",
)
_EXCERPT = re.compile(r"\[\s?(?:\.{2,}|…|&#8230;)\s?\]")
_TIGHT_EXCERPT = re.compile(
    r"\[(?:\.{3}|…)\][^\s\[](?:[^\[\n]*[^\s\[])?\[(?:\.{3}|…)\](?:…|\.{2,})"
    r"|^[^\n]{1,200}(?:\.{3}|…)\s*\n\s*(?:\[(?:\.{2,}|…)\]|(?i:read more|continue reading|lire la suite|weiterlesen))"
)
_SENTENCE_END = re.compile(r"[.!?…。！？]")


def spans_finding(view: View, pattern: re.Pattern[str]) -> Finding | None:
    """A finding with the places where the pattern fits, addresses left out."""
    spans = tuple(span for found in pattern.finditer(view.text) if not view.in_address(*(span := found.span())))
    return Finding(grown(len(spans)), view.quoted(spans, 3), spans) if spans else None


def _words_with(view: View, trait: int) -> Finding | None:
    found = view.words_with(trait)
    if not found:
        return None
    outside = tuple(span for at in found if not view.in_address(*(span := view.span(at, at + 1))))
    return Finding(grown(len(outside)), view.quoted(outside, 3), outside) if outside else None


@signal("strange-words", 1.3, "words of random letters", "mots aux lettres aléatoires", family="shape")
def strange_words(view: View) -> Finding | None:
    """Letters that do not follow each other in any of our languages: "flqgwzoqjq". Known words are left out."""
    return _words_with(view, STRANGE)


@signal("random-capitals", 1.0, "words with capitals at random", "capitales au hasard dans les mots", family="shape")
def random_capitals(view: View) -> Finding | None:
    """QlwuDdX, not JavaScript or BVerfGE: the letters must be strange too."""
    if "aAA" not in view.classes and view.classes.count("aA") < 2:
        return None
    strangeness = word_statistics().strangeness
    spans = tuple(
        span
        for found in _MIXED_CASE.finditer(view.text)
        if len(found.group()) >= 6
        and strangeness(found.group().lower()) > 4.6
        and not view.in_address(*(span := found.span()))
    )
    return Finding(grown(len(spans)), view.quoted(spans, 3), spans) if spans else None


@signal("stirred-words", 1.0, "words with their letters stirred", "mots aux lettres mélangées", family="shape")
def stirred_words(view: View) -> Finding | None:
    """Copied comments are stirred ("prboelm", "sotmiemes") so that nobody finds the original."""
    return _words_with(view, STIRRED)


@signal("stretched-letters", -0.2, "letters drawn ouuuut", "lettres étiréééées", family="shape")
def stretched_letters(view: View) -> Finding | None:
    return _words_with(view, STRETCHED)


@signal("spaced-letters", 0.8, "l e t t e r s set apart", "l e t t r e s espacées", family="shape")
def spaced_letters(view: View) -> Finding | None:
    return spans_finding(view, _SPACED) if _FIVE_LETTERS in view.classes.encode("latin-1").translate(_LOOSE) else None


_FIVE_LETTERS = b"a a a a a"
_LOOSE = bytes.maketrans(b".-_*A", b"    a")


@signal("capitals", 0.5, "written in capitals", "écrit en capitales", family="shape")
def capitals(view: View) -> Finding | None:
    if view.letters < 12:
        return None
    upper = view.classes.count(CAPITAL)
    if upper * 3 < view.letters:
        return None
    return Finding(min(2.0, 2.0 * upper / view.letters), view.text[:60])


@signal("shouted-words", 0.3, "single words in capitals", "des mots en capitales", family="shape")
def shouted_words(view: View) -> Finding | None:
    return spans_finding(view, _SHOUTED) if "AAAA" in view.classes else None


@signal("exclamations", 0.3, "rows of exclamation marks", "suites de points d'exclamation", family="shape")
def exclamations(view: View) -> Finding | None:
    return spans_finding(view, _BANGS) if "!!" in view.text or "! !" in view.text else None


@signal("stretched-dots", 0.8, "dots set apart . . .", "points espacés . . .", family="shape")
def stretched_dots(view: View) -> Finding | None:
    if " ." not in view.text and " !" not in view.text and " ," not in view.text and " ?" not in view.text:
        return None
    return spans_finding(view, _STRETCHED_DOTS) if holds_any(view.classes, _APART) else None


_APART = (" .. ", " .  . ", *(f" {one} {other}" for one in ".!,?" for other in ".!,?"))  # in letter classes


@signal("glued-sentences", 0.3, "no space after a full stop", "pas d'espace après un point", family="shape")
def glued_sentences(view: View) -> Finding | None:
    return spans_finding(view, _GLUED) if holds_any(view.classes, _GLUES) else None


_GLUES = ("a.Aa", "a!Aa", "a?Aa", "a,aaa")


@signal(
    "space-before-stop",
    0.3,
    "a space before a full stop or comma",
    "une espace avant un point ou une virgule",
    family="shape",
)
def space_before_stop(view: View) -> Finding | None:
    return spans_finding(view, _SPACE_BEFORE) if " ." in view.text or " ," in view.text else None


@signal("broken-encoding", 0.3, "broken characters", "caractères cassés", family="shape")
def broken_encoding(view: View) -> Finding | None:
    return (
        spans_finding(view, _MOJIBAKE) if not view.text.isascii() or "&#" in view.text or "\\'" in view.text else None
    )


@signal("unfilled-template", 1.8, "a spammer's template left unfilled", "gabarit de spam non rempli", family="shape")
def unfilled_template(view: View) -> Finding | None:
    if not ("{" in view.text or "%" in view.text or "[" in view.text or "#" in view.text):
        return None
    return spans_finding(view, _TEMPLATE)


@signal("emoji", 0.2, "many emoji", "beaucoup d'émojis", family="shape", measure=("{} emoji", "{} émojis"))
def emoji(view: View) -> Finding | None:
    if view.text.isascii():
        return None
    found = len(_EMOJI.findall(view.text))
    return Finding(min(3.0, found / 3), str(found)) if found >= 2 else None


@signal("keyword-lines", 1.0, "lines of keywords without a sentence", "lignes de mots-clés sans phrase", family="shape")
def keyword_lines(view: View) -> Finding | None:
    if view.text.count("\n") < 2:  # fewer than three lines
        return None
    lines = [line.strip() for line in view.text.split("\n") if line.strip()]
    bare = [line for line in lines if line[-1:].isalnum() and line.count(" ") <= 6 and _WORDY.search(line)]
    if len(lines) < 3 or len(bare) * 5 < len(lines) * 3 or len(view.words) > 12 * len(bare):
        return None
    sells = bool(view.body_hosts) or not GOODS.isdisjoint(view.hits)
    return Finding(min(3.0 if sells else 1.0, len(bare) / 3), " / ".join(bare[:3])[:120])


@signal(
    "keyword-tail",
    0.9,
    "ends with a name or search phrase after the last sentence",
    "finit par un mot-clé après la dernière phrase",
    family="shape",
)
def keyword_tail(view: View) -> Finding | None:
    """ "Thanks for sharing. Java Online Training": one to seven words, no stop after them, no small word in them."""
    text = view.text.rstrip()
    if not text or not text[-1].isalnum() or len(view.words) < 6:
        return None
    cut = max(text.rfind(". "), text.rfind("! "), text.rfind("\n"), text.rfind("? "), text.rfind("..")) + 1
    tail = text[cut:].lstrip(". \n!?")
    if cut == 0 or not 0 <= tail.count(" ") <= 6 or _SMALL_WORD.search(tail):
        return None
    start = len(text) - len(tail)
    span = ((start, len(text)),)
    if (
        view.author and tail.lower() in view.author.lower()
    ):  # signed: a person with the own name, a machine with its phrase
        is_person = len(view.author_words) <= 2 and view.author[:1].isupper()
        return None if is_person else Finding(1.5, tail, span)
    words = tail.split()
    named = len(words) > 1 and all(word[:1].isupper() or not word[:1].isalpha() for word in words)
    sells = any(hit.last == len(view.words) for family in GOODS for hit in view.hits.get(family, ())[-1:])
    if not named and not sells:
        rarity = word_statistics().rarity
        if not tail.isascii() or min(rarity(word) for word in view.words[-len(words) :]) < 0.5:
            return None
    return Finding(1.0, tail, span)


_WORDY = re.compile(r"(?<![^\W_])(?![0-9a-fA-F]+(?![^\W_]))[^\W\d_]{3,}(?![^\W_])")  # a word that is no hex number
_SMALL_WORD = re.compile(
    r"(?i)\b(?:i|you|it|is|are|was|this|that|they|we|he|she|my|your|me|so|not|to|cheers|thanks|thank|regards|je|tu|il|est|"
    r"c|ca|ça|que|qui|ne|pas|merci|cordialement|bonne|ich|du|es|ist|das|nicht|und|gruß|grüße|lg|danke|lol|haha|yo|no|"
    r"like\w*|gefällt|j'aime|aime|vor|ago|pm|am|uhr|http\w*)\b|\d\d:\d\d|\d{4}"
)


@signal("repeated-words", 0.8, "repeats the same words", "répète les mêmes mots", family="shape")
def repeated_words(view: View) -> Finding | None:
    if len(view.words) < 8:
        return None
    long_words = [word for word in view.words if len(word) > 3]
    different = len(set(long_words))
    share = 1.0 - different / len(long_words) if len(long_words) >= 8 else 0.0
    # a long text repeats words anyway: Heaps' law, about 4.5 * n ** 0.7 different words for a reader
    if share < 0.35 or different > 2.7 * len(long_words) ** 0.7:
        return None
    counts: dict[str, int] = {}
    for word in long_words:
        counts[word] = counts.get(word, 0) + 1
    often = sorted(counts, key=lambda word: (-counts[word], word))[:3]
    return Finding(min(2.5, 3.0 * share), ", ".join(f"{word} ({counts[word]})" for word in often))


@signal(
    "excerpt",
    0.2,
    "an excerpt in brackets with dots, as notices have",
    "un extrait entre crochets, comme dans une notification",
    family="shape",
)
def excerpt(view: View) -> Finding | None:
    return spans_finding(view, _EXCERPT) if "[" in view.text else None


@signal(
    "made-up-excerpt",
    1.2,
    "a notice excerpt as tools make it up",
    "un extrait de notification fabriqué par un outil",
    family="shape",
)
def made_up_excerpt(view: View) -> Finding | None:
    """ "cheap shoes...\\n[...]Your title[...]...": blogs write "[...] text [...]", tools leave out the spaces.

    Three dots at a line's end are a reader's pause, unless what stands before them is the name over the comment.
    """
    if "..." not in view.text and "…" not in view.text:
        return None
    line, _, rest = view.text.partition("\n")
    if rest and line.endswith(("...", "…")) and _same_words(line, view.author):
        return Finding(1.0, line[:80], ((0, len(line)),))
    return spans_finding(view, _TIGHT_EXCERPT)


def _same_words(line: str, author: str) -> bool:
    words = WORD.findall(line.lower())
    return len(words) > 1 and words == WORD.findall(author.lower())


@signal("code", -0.9, "program code", "du code informatique", family="shape")
def code(view: View) -> Finding | None:
    """Two kinds of signs, or a whole line as one types it into a terminal: one sign alone stands in any text."""
    if not _may_be_code(view):
        return None
    if not _NO_CODERS.isdisjoint(view.hits) or len(view.body_hosts) > 2:
        return None
    lines = [found.span() for found in _CODE_LINE.finditer(view.text)] if holds_any(view.text, _TYPED) else []
    kinds = [
        places
        for needs, pattern in _CODE
        if holds_any(view.text, needs)
        and (places := [span for found in pattern.finditer(view.text) if not view.in_address(*(span := found.span()))])
    ]
    if not lines and len(kinds) < 2:
        return None
    spans = tuple(sorted({*lines, *(span for kind in kinds for span in kind)}))
    return Finding(grown(len(lines) + len(kinds)), view.quoted(spans, 3), spans)


def _may_be_code(view: View) -> bool:
    text, classes = view.text, view.classes
    if holds_any(text, _CODE_SIGNS) or holds_any(classes, _STOP_IN_WORD):
        return True
    return holds_any(text, _COMMANDS) and _COMMAND.search(text) is not None


@signal("smiley", -0.3, "a smiley", "un smiley", family="shape")
def smiley(view: View) -> Finding | None:
    text = view.text
    if not (":" in text or ";" in text or "=" in text or "D" in text or "^^" in text or "<3" in text):
        return None
    return spans_finding(view, _SMILEY) if holds_any(text, _SMILEY_STARTS) else None


@signal("question", -0.2, "asks a question", "pose une question", family="shape")
def question(view: View) -> Finding | None:
    found = view.classes.count(QUESTION)
    return Finding(grown(found), "?") if found else None


@signal("very-short", -0.2, "five words or fewer", "cinq mots ou moins", family="shape")
def very_short(view: View) -> Finding | None:
    return Finding(1.0, view.text[:60]) if 0 < view.count <= 5 and not view.body_hosts else None


@signal(
    "length",
    0.0,
    "the length, where a channel's habits make it tell",
    "la longueur, là où elle est parlante",
    family="shape",
    measure=("{} word|{} words", "{} mot|{} mots"),
)
def length(view: View) -> Finding | None:
    """Short messages of friends, long ones of shops: weighed for chats and text messages only by training."""
    return Finding(min(3.0, view.count / 12), str(view.count)) if view.submission.kind in _CHANNELS else None


_CHANNELS = frozenset({"sms", "chat", "telegram", "youtube", "video"})


@signal("very-long", 0.1, "more than 250 words", "plus de 250 mots", family="shape", measure=("{} words", "{} mots"))
def very_long(view: View) -> Finding | None:
    return Finding(min(3.0, view.count / 250), str(view.count)) if view.count > 250 else None


@signal("no-words", 0.3, "not a single word", "pas un seul mot", family="shape")
def no_words(view: View) -> Finding | None:
    return Finding(1.0, view.text[:40]) if not view.words else None
