"""Unicode first: what a comment's text is once disguises are taken off, and what was taken off.

`normalised` makes two copies of the same length: `text` (NFKC, no invisible characters) and `folded` (look-alike
letters and l33t digits put back as well, lower case). Every disguise is kept as a span in the original, so that a
signal can count it and the desk can highlight it. `language_text` is what is left for a language detector.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.caching import kept
from moderation.letter_classes import classes_of, holds_any

Span = tuple[int, int]

# Latin letters and the Cyrillic and Greek letters (and small capitals) that look like them in common fonts; made from
# the letters' shapes, lower and upper case apart because the shapes differ.
_LATIN_OF = str.maketrans(
    "аеорсухіјѕԁһԛԝӏьκνορυιαετАВЕКМНОРСТУХІЈЅԌԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢɑɡıօսոհցՕՏ",
    "aeopcyxijsdhqwlbkvopuiaetABEKMHOPCTYXIJSGQWABEZHIKMNOPTYXabcdeghijklmnoprtuvwyzagiounhgOS",
)
_OF_TURKISH = "ı"  # looks like an i and is a letter of its own: put back for the word lists, no disguise
_CYRILLIC_OF = str.maketrans("aeopcyxABEKMHOPCTYX", "аеорсухАВЕКМНОРСТУХ")
_LEET_OF = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "€": "e"}

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_FOREIGN_RUN = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")  # with the letter before it, which may compose
_LONGEST_CLUSTER = 64  # characters; a letter with hundreds of accents is nobody's language
_LOOKALIKES = re.compile("[\u0131\u0250-\u02af\u0370-\u058f\u1d00-\u1d7f\u0500-\u052f]")
_LETTER_WORD = re.compile(r"[^\W\d_]+")
# a word of letters, digits and signs that is no part of an address, a handle or a number with decimals
_LEET_WORD = re.compile(r"(?<![\w@$€./-])[^\W_$€@]?[\w@$€]{2,40}(?![\w@$€/])")
_LEET_RUN = re.compile(r"(?<=[^\W\d_])([0134357@$€])\1?(?=[^\W\d_])|(?<![\w$])\$(?=[^\W\d_]{2})")
_TOUCHING = ("a0", "A0", "a@", "A@", "a$", "A$", "$a", "$A")  # in letter classes
_ADDRESS_REST = re.compile(r"[\w-]*\.\w")


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text without its disguises. `text` and `folded` have the same length; `offsets[i]` is where their character i
    begins in `original` (one entry more than characters, the last is the original's length).

    All spans are (start, end) in `original`. `zero_width` counts invisible characters that hide inside or between
    words; joiners of emoji and of scripts that need them are not counted. `styled`: letters from mathematical, circled
    or full-width alphabets. `mixed_script`: words that mix alphabets.
    """

    original: str
    text: str
    folded: str
    offsets: Sequence[int]
    zero_width: int = 0
    zero_width_spans: tuple[Span, ...] = ()
    homoglyphs: tuple[Span, ...] = ()
    leet: tuple[Span, ...] = ()
    mixed_script: tuple[Span, ...] = ()
    styled: tuple[Span, ...] = ()

    def span(self, start: int, end: int) -> Span:
        """The place in `original` of `text[start:end]` or `folded[start:end]`."""
        if start >= end:
            return self.offsets[start], self.offsets[start]
        return self.offsets[start], self.offsets[end]


def normalised(text: str) -> Normalised:
    """`text` without invisible characters, compatibility forms, look-alike letters and l33t, and what was found."""
    if text.isascii():
        folded, leet = _leet_folded(text)
        return Normalised(text, text, folded.lower(), range(len(text) + 1), leet=leet)
    kept, offsets, hidden = _without_invisible(text)
    plain, offsets = _compatibility_form(kept, offsets)
    unmixed, homoglyphs, mixed = _homoglyphs_folded(plain)
    folded, leet = _leet_folded(unmixed)

    def back(spans: Sequence[Span]) -> tuple[Span, ...]:
        return tuple((offsets[start], offsets[end]) for start, end in spans)

    return Normalised(
        original=text,
        text=plain,
        folded=_lower(folded),
        offsets=offsets,
        zero_width=len(hidden),
        zero_width_spans=tuple(hidden),
        homoglyphs=back(homoglyphs),
        leet=back(leet),
        mixed_script=back(mixed),
        styled=_styled(text),
    )


def _lower(text: str) -> str:
    """Lower case of the same length: 'İ' alone would become two characters."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(low if len(low := c.lower()) == 1 else c for c in text)


def _without_invisible(text: str) -> tuple[str, Sequence[int], list[Span]]:
    hidden: list[Span] = []
    kept: list[str] = []
    offsets: list[int] = []
    end = 0
    for found in _INVISIBLE.finditer(text):
        start = found.start()
        kept.append(text[end:start])
        offsets.extend(range(end, start))
        end = found.end()
        if _hides(text, start):
            hidden.append((start, end))
    if not kept:
        return text, range(len(text) + 1), hidden
    kept.append(text[end:])
    offsets.extend(range(end, len(text) + 1))
    return "".join(kept), offsets, hidden


def _hides(text: str, at: int) -> bool:
    """Whether the invisible character at `at` has no honest use there."""
    before = text[at - 1] if at else ""
    after = text[at + 1] if at + 1 < len(text) else ""
    if text[at] in "\u00ad\ufeff\u200e\u200f\u061c" or "\ufe00" <= text[at] <= "\ufe0f":
        # soft hyphens, byte order marks, direction marks and emoji presentation come with honest pasted text
        return False
    latin_like = [c for c in (before, after) if c.isalnum() and c < "\u0590"]
    if text[at] in "\u200c\u200d":  # joiners: honest between emoji and in scripts from Arabic onwards
        return len(latin_like) == 2
    return bool(latin_like) and not (before.isspace() or after.isspace() or not before or not after)


def _compatibility_form(text: str, offsets: Sequence[int]) -> tuple[str, Sequence[int]]:
    """NFKC of `text` with offsets carried along; characters that compose stay together."""
    if unicodedata.is_normalized("NFKC", text):
        return text, offsets
    pieces: list[str] = []
    moved: list[int] = []
    end = 0
    for run in _FOREIGN_RUN.finditer(text):
        start = run.start()
        pieces.append(text[end:start])
        moved.extend(offsets[end:start])
        end = run.end()
        for form, at in _clusters(text, start, end):
            pieces.append(form)
            moved.extend([offsets[at]] * len(form))
    pieces.append(text[end:])
    moved.extend(offsets[end:])
    return "".join(pieces), moved


def _clusters(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """The NFKC forms of the smallest parts of text[start:end] that do not compose with each other, and their places."""
    while start < end:
        stop = start + 1
        form = unicodedata.normalize("NFKC", text[start])
        while stop < min(end, start + _LONGEST_CLUSTER):
            longer = unicodedata.normalize("NFKC", text[start : stop + 1])
            own = unicodedata.normalize("NFKC", text[stop])
            if longer == form + own and not unicodedata.combining(own[:1] or " "):
                break
            form, stop = longer, stop + 1
        yield form, start
        start = stop


def _script(letter: str) -> str:
    if letter < "\u0250" or "\u1e00" <= letter <= "\u1eff":
        return "latin"
    if "\u0370" <= letter <= "\u03ff" or "\u1f00" <= letter <= "\u1fff":
        return "greek"
    if "\u0400" <= letter <= "\u052f":
        return "cyrillic"
    if "\u0530" <= letter <= "\u058f":
        return "armenian"
    if "\u0250" <= letter <= "\u02af" or "\u1d00" <= letter <= "\u1d7f":
        return "small capital"
    return "other"


def _homoglyphs_folded(text: str) -> tuple[str, list[Span], list[Span]]:
    """`text` with the look-alike letters of mixed words put back, the letters' spans, the words' spans."""
    homoglyphs: list[Span] = []
    mixed: list[Span] = []
    if _LOOKALIKES.search(text) is None:
        return text, homoglyphs, mixed
    folded: list[str] = []
    end = 0
    for word in _LETTER_WORD.finditer(text):
        letters = word.group()
        if letters.isascii():
            continue
        put_back, is_mixed = _unmixed(letters)
        if is_mixed:
            mixed.append(word.span())
        if put_back == letters:
            continue
        start = word.start()
        changed = (
            i for i, (a, b) in enumerate(zip(letters, put_back, strict=True), start) if a != b and a not in _OF_TURKISH
        )
        homoglyphs.extend((i, i + 1) for i in changed)
        folded.append(text[end:start])
        folded.append(put_back)
        end = word.end()
    folded.append(text[end:])
    return "".join(folded), homoglyphs, mixed


@kept(50_000)
def _unmixed(word: str) -> tuple[str, bool]:
    """A word that mixes alphabets, in the alphabet that its unmistakable letters belong to; and whether it mixes."""
    scripts = set(map(_script, word))
    return _in_one_script(word), len(scripts) > 1 and scripts != {"latin", "other"}


def _in_one_script(word: str) -> str:
    latin = word.translate(_LATIN_OF)
    if latin == word:
        return word
    all_latin = all(_script(letter) == "latin" for letter in latin)
    if all_latin:
        # wholly of look-alikes: only small capitals and the like are surely a disguise, "сор" may be Russian
        has_latin = any(_script(letter) == "latin" for letter in word)
        return latin if has_latin or all(_script(letter) == "small capital" for letter in word) else word
    if any("a" <= letter.lower() <= "z" for letter in word):
        cyrillic = word.translate(_CYRILLIC_OF)
        if all(_script(letter) == "cyrillic" for letter in cyrillic):
            return cyrillic
    return word


def _leet_folded(text: str) -> tuple[str, tuple[Span, ...]]:
    """`text` with l33t characters inside words put back as letters, and the spans of those words."""
    # looks first: texts without any of the signs are the rule, and then those with figures that touch no letter
    if not holds_any(text, _LEET_OF) or not holds_any(classes_of(text), _TOUCHING) or _LEET_RUN.search(text) is None:
        return text, ()
    spans: list[Span] = []
    folded: list[str] = []
    end = 0
    for word in _LEET_WORD.finditer(text):
        token = word.group()
        if not _is_leet(token, text, word.end()):
            continue
        folded.append(text[end : word.start()])
        folded.append(_unleet(token))
        end = word.end()
        spans.append(word.span())
    folded.append(text[end:])
    return "".join(folded), tuple(spans)


def _is_leet(token: str, text: str, end: int) -> bool:
    """Whether all signs and digits of a word stand for letters: names such as iPhone15Pro or PS5pro have digits too."""
    letters = sum(letter.isalpha() for letter in token)
    if letters < 3 or letters * 2 < len(token) or _LEET_RUN.search(token) is None:
        return False
    if "@" in token and (_ADDRESS_REST.match(text, end) or token.endswith("@s")):  # "amig@s" is good Spanish
        return False
    folded = _unleet(token)
    if not folded.isalpha():
        return False
    return all(
        token[run.start() - 1].islower() == token[run.end()].islower()
        for run in _LEET_RUN.finditer(token)
        if run.start()
    )


def _unleet(token: str) -> str:
    return _LEET_RUN.sub(lambda run: "".join(_LEET_OF[sign] for sign in run.group()), token)


_STYLED = re.compile("[\u24b6-\u24e9\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff\U0001f110-\U0001f189]+")


def _styled(text: str) -> tuple[Span, ...]:
    return tuple(found.span() for found in _STYLED.finditer(text))


_NOT_LANGUAGE = re.compile(
    r"""(?ix)
    <pre\b(?:[^<]++|<(?!/?pre\b)){0,500}</pre> | <code\b(?:[^<]++|<(?!/?code\b)){0,500}</code>  # code, marked as such
    | ```.{0,5000}?``` | `[^`\n]*`
    | <\?(?:[^<?]++|<(?!\?)|\?(?!>)){0,500}(?:\?>|$) | </?[a-z][^<>\n]*>                               # markup
    | \[/?(?:url|b|i|u|img|link|quote|code)[^\[\]\n]*\]                   # forum markup
    | \b(?:https?|ftp)://\S+ | \bwww\.\S+                               # addresses
    | \b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+
    | \b(?:[a-z0-9-]{1,63}\.){1,8}(?:com|net|org|info|biz|fr|de|es|it|ru|io|co|eu|uk|be|ch|ca|us|me|tv|xyz|top|site
      |online|shop)\b(?:/\S*)?
    | (?<!\w)[@\#][\w.-]+                                               # handles and tags
    | :[a-z_]+\d*:                                                      # :smile:
    | (?<!\w)[:;=8x][-o'^]?[)(\]\[dp/\\|*o03]+(?!\w) | <3+ | \^_*\^ | (?<!\w)xd+\b   # :-) <3 ^^ xD
    | &(?:[a-z]+|\#x?[0-9a-f]+);                                        # character references
    | \b(?:class|style|href|src|alt|rel|target|title|width|height)="[^"\n]*"?   # what a cut-off tag leaves
    """,
    re.DOTALL,
)
_CODE_LINE = re.compile(
    r"""(?x)
    ^\s*(?:\$\s+)?(?:git|npm|pip3?|apt(?:-get)?|sudo|curl|wget|docker|ssh|composer|yarn|cargo|brew)\s(?=.*(?:\s-|/|\.|install))
    | ^\s*(?:SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|CREATE\s+TABLE|ALTER\s+TABLE|DROP\s+TABLE)\b(?=.*[;*=])
    | ^(?=.*[=($\[{]).*[\w)\]"'}];\s*$
    | [{}]\s*$ | \w\(\) | \$\w+\s*= | [!=]==? | && | \|\|
    """
)
_NOT_TEXT = re.compile(r"[^\w\s'’\-.,!?…]|_", re.UNICODE)


def language_text(text: str) -> str:
    """`text` without addresses, handles, tags, emoji, smileys, markup and code; white space is single spaces."""
    without = _NOT_LANGUAGE.sub(" ", text) if _may_hold_no_language(text) else text
    lines = [line for line in without.splitlines() if not _is_code(line)]
    return " ".join(_NOT_TEXT.sub(" ", " ".join(lines)).split())


# one of these stands in all that is no language, but for the smileys that begin with a letter or digit and bare hosts
_MARKS = ("<", "`", "[", ":", ";", "=", "@", "#", "&", "^", "www.", "WWW.", "Www.")
_LETTER_SMILEY = re.compile(r"[8xX](?<!\w[8xX])")
_STOP_BEFORE_WORD = (".a", ".A", ".0")  # in letter classes


def _may_hold_no_language(text: str) -> bool:
    """Whether a match of _NOT_LANGUAGE is possible."""
    return (
        holds_any(text, _MARKS)
        or holds_any(classes_of(text), _STOP_BEFORE_WORD)
        or _LETTER_SMILEY.search(text) is not None
    )


_CODE_MARKS = ("{", "}", "(", "$", "=", "&", "|", ";", "*")
_COMMANDS = frozenset("git npm pip pip3 apt apt-get sudo curl wget docker ssh composer yarn cargo brew".split())


def _is_code(line: str) -> bool:
    """A short line with the marks of a program: people put one between sentences, and write no sentence like it."""
    if len(line) >= 200 or line.count(" ") >= 10:
        return False
    if not holds_any(line, _CODE_MARKS) and next(iter(line.split(None, 1)), "") not in _COMMANDS:
        return False
    return _CODE_LINE.search(line) is not None
