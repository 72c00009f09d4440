"""What is peculiar about a word, worked out once a word: numbers to be joined with `|`, so that a comment's words are
looked up in one go."""

from __future__ import annotations

import re
from typing import Final

from moderation.wordstats import word_statistics

TELLING: Final = 1  # says what a comment is about: rarer than about one text in fifty
STRANGE: Final = 2  # letters that do not follow each other in any of our languages
STIRRED: Final = 4  # another word with its letters in another order
STRETCHED: Final = 8  # looooong
MEDICINE: Final = 16  # built like the name of a medicine
PLAYED: Final = 32  # ends like the brand of a game of chance

TELLING_RARITY: Final = 0.42
_STRANGE_BITS = 5.2  # bits a letter; 1 % of readers' comments hold such a word, half of the machine-made ones
_STIRRED_BITS = 3.8  # bits a letter; well-formed words that happen to be anagrams stay below
_STRETCHED = re.compile(r"([^\W\d_])\1{3,}")
# INN stems (https://www.who.int/teams/health-product-and-policy-standards/inn/stembook), at the end of a name
_STEM = re.compile(
    r"[a-z]{2,12}(?:afil|prazole|sartan|olol|statin|cycline|oxacin|azepam|zolam|gliptin|glutide|triptan|conazole|dipine"
    r"|profen|cillin|mycin|micin|thromycin|barbital|codone|tretinoin|thyroxine|solone|metasone|azosin|oxetine|afinil"
    r"|ciclovir|cyclovir|platin|floxacin|gabalin|setron|dronate|feron|parin|semide|thiazide|quine|mectin|steride|caine)"
)
_NO_MEDICINE = frozenset("harlequin quine aquine cocaine arcaine parin".split())
_STEMS = tuple(_STEM.pattern.partition("(?:")[2].rstrip(")").split("|"))
_PLAYED = ("bet", "slot", "toto", "togel", "poker", "gacor", "casino", "jackpot")
_SHORT = 6  # letters; no medicine's name is as short
_MOST = 100_000  # words kept, about 15 MB


class WordTraits(dict[str, int]):
    """The traits of each word, lower case and folded, that was asked for."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _MOST:
            self.clear()
        traits = self[word] = _traits_of(word)
        return traits


def _traits_of(word: str) -> int:
    length = len(word)
    if length <= 3:
        return 0
    statistics = word_statistics()
    traits = TELLING if statistics.rarity(word) > TELLING_RARITY else 0
    if length > 4 and _STRETCHED.search(word) is not None:
        traits |= STRETCHED
    if length >= 6 and not statistics.is_known(word):
        bits = statistics.strangeness(word)
        if bits > _STRANGE_BITS:
            traits |= STRANGE
        if bits > _STIRRED_BITS and statistics.is_stirred(word):
            traits |= STIRRED
    if word.endswith(_PLAYED):
        traits |= PLAYED
    return traits | MEDICINE if is_medicine(word) else traits


def is_medicine(word: str) -> bool:
    """Whether a word is built like a medicine's name."""
    return (
        len(word) > _SHORT and word.endswith(_STEMS) and word not in _NO_MEDICINE and _STEM.fullmatch(word) is not None
    )


word_traits: Final = WordTraits()
