"""Which alphabet a text is written in, and what that alone says about its language."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from moderation.letter_classes import CAPITAL, LETTER, classes_of

# Unicode blocks of letters (https://www.unicode.org/Public/UNIDATA/Blocks.txt), first and last code point
_BLOCKS = {
    "latin": "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\ua720-\ua7ff",
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "cyrillic": "\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f",
    "armenian": "\u0530-\u058f",
    "hebrew": "\u0590-\u05ff\ufb1d-\ufb4f",
    "arabic": "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff",
    "devanagari": "\u0900-\u097f",
    "bengali": "\u0980-\u09ff",
    "gurmukhi": "\u0a00-\u0a7f",
    "gujarati": "\u0a80-\u0aff",
    "tamil": "\u0b80-\u0bff",
    "telugu": "\u0c00-\u0c7f",
    "kannada": "\u0c80-\u0cff",
    "malayalam": "\u0d00-\u0d7f",
    "sinhala": "\u0d80-\u0dff",
    "thai": "\u0e00-\u0e7f",
    "lao": "\u0e80-\u0eff",
    "burmese": "\u1000-\u109f",
    "georgian": "\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f",
    "hangul": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "ethiopic": "\u1200-\u139f",
    "khmer": "\u1780-\u17ff",
    "kana": "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f",
    "han": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff",
}
_LETTERS = {script: re.compile(f"[{block}]") for script, block in _BLOCKS.items()}
_LATIN_ONLY = re.compile(f"[\\x00-\\x7f{_BLOCKS['latin']}\u2000-\u206f\u00a0-\u00bf]*")

# ISO 639-1 codes written in a script other than Latin; a language may have several
_OTHER_SCRIPTS = {
    "cyrillic": "ru uk bg be sr mk kk ky mn tg tt ba",
    "greek": "el",
    "armenian": "hy",
    "hebrew": "he yi",
    "arabic": "ar fa ur ps ug sd ku",
    "devanagari": "hi mr ne sa",
    "bengali": "bn as",
    "gurmukhi": "pa",
    "gujarati": "gu",
    "tamil": "ta",
    "telugu": "te",
    "kannada": "kn",
    "malayalam": "ml",
    "sinhala": "si",
    "thai": "th",
    "lao": "lo",
    "burmese": "my",
    "georgian": "ka",
    "hangul": "ko",
    "ethiopic": "am ti",
    "khmer": "km",
    "kana": "ja",
    "han": "zh ja",
}
LANGUAGES_OF = {script: tuple(codes.split()) for script, codes in _OTHER_SCRIPTS.items()}
# written in Latin letters as well
_BOTH = frozenset({"sr", "kk", "ku", "tt"})
_NOT_LATIN = frozenset(code for codes in LANGUAGES_OF.values() for code in codes) - _BOTH
UNSPACED = frozenset({"han", "kana", "thai", "lao", "khmer", "burmese"})


def letters_by_script(text: str) -> Counter[str]:
    """How many letters of each script `text` has; scripts without a letter are left out."""
    if text.isascii():
        classes = classes_of(text)
        letters = classes.count(LETTER) + classes.count(CAPITAL)
        return Counter({"latin": letters}) if letters else Counter()
    if _LATIN_ONLY.fullmatch(text):
        letters = sum(map(str.isalpha, text))
        return Counter({"latin": letters}) if letters else Counter()
    found = {script: len(letters.findall(text)) for script, letters in _LETTERS.items()}
    return Counter({script: count for script, count in found.items() if count})


def main_script(scripts: Counter[str]) -> tuple[str, int]:
    """The script of most letters, and how many; Chinese letters among kana are Japanese. `scripts` is not empty."""
    script, letters = max(scripts.items(), key=lambda item: (item[1], item[0]))
    together = scripts["han"] + scripts["kana"]
    if script in {"han", "kana"} and scripts["kana"] * 10 >= together:
        return "kana", together
    return script, letters


@lru_cache(maxsize=256)
def scripts_of(language: str) -> frozenset[str]:
    """The scripts that `language` (ISO 639-1) is written in."""
    scripts = {script for script, codes in LANGUAGES_OF.items() if language in codes}
    if language not in _NOT_LATIN:
        scripts.add("latin")
    return frozenset(scripts)


@lru_cache(maxsize=256)
def languages_in(script: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `languages` that are written in `script`."""
    return tuple(language for language in languages if script in scripts_of(language))


def without_other_scripts(text: str, scripts: frozenset[str]) -> str:
    """`text` with the letters of all scripts but these replaced by spaces."""
    for script, letters in _LETTERS.items():
        if script not in scripts:
            text = letters.sub(" ", text)
    return " ".join(text.split())
