"""What needs no detector: texts that belong to no language, and words that give one away.

Detectors always answer, also for names, acronyms and laughter. These rules say "undecidable" before they are asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LAUGHTER = re.compile(r"(?:h[aeiouy]+){2,}h?|(?:a?ha)+h?|(?:j[aei])+j?|(?:k){3,}|(?:ха)+х?|(?:хе)+х?|x+d+|w{3,}|z{2,}")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_NOTICE = re.compile(
    r"(?i)^\W*(?:pingback|trackback|rétrolien|ping)\s*:\s*(.*?)(?:\s[|»][^|»]*|\s-\s\S+\.\w+)?$", re.DOTALL
)

_MOST_NAMES = 4  # capitalised words in a row; more of them are a headline

# understood and written everywhere: alone they tell no language
INTERNATIONAL = frozenset(
    """
    lol mdr ptdr xd rofl lmao wtf omg asap fyi imho imo tl dr btw afk brb gg wp ok okay oki okey k kk yes no hi hey
    hello yo yep yeah nope hm hmm hum mmh mmm oh ah eh uh euh bah ben ouah waouh wow woah whaou wahou yay ouf oups oops
    ups pff pfff up first second top cool super bravo bravissimo test testing chapeau hourra hurra voila perfect
    perfekt genial bof star fan hit best bonus sos stop start go pro max mini maxi plus extra nice info infos news blog
    post site web internet online offline link links spam bot admin photo video radio tv pizza taxi hotel bye ciao
    tschüs tschuss adios amen seo sem sea css html php sql js http https www url pdf rss api cms app apps
    ок лол кек ага угу хм ура
    """.split()
)
# ISO 639-1 code: how readers thank, greet and praise; who says one of these words does not only name names, and writes
# at least in part in that language
_COURTESY = {
    "fr": "merci bonjour bonsoir salut félicitations génial géniale superbe excellente magnifique j'adore j'aime svp",
    "en": "thanks thank great good awesome amazing agreed welcome wonderful love loved",
    "de": "danke vielen dank guten schön schöner toll tolle toller klasse wunderbar stimmt bitte richtig genau",
    "es": "gracias buenos buenas muchas excelente felicidades enhorabuena increíble saludos",
    "it": "grazie buongiorno buonasera bello bella bellissimo bellissima complimenti ottimo ottima",
    "pt": "obrigado obrigada olá parabéns ótimo ótima adorei abraço",
    "nl": "bedankt dank mooi mooie leuk leuke prima geweldig gefeliciteerd graag",
    "pl": "dziękuję dzięki cześć dzień dobry świetny świetnie fajne pozdrawiam",
    "cs": "děkuji díky dík ahoj dobrý skvělé hezké pěkné",
    "ro": "mulțumesc multumesc bună felicitări frumos minunat",
    "hu": "köszönöm köszi szia sziasztok szép gratulálok",
    "sv": "tack underbart grattis",
    "da": "tak dejligt tillykke",
    "no": "takk gratulerer",
    "fi": "kiitos hyvä hyvää hienoa",
    "tr": "teşekkürler teşekkür merhaba güzel harika tebrikler",
    "id": "terima kasih bagus mantap keren",
    "vi": "cảm ơn chào tuyệt vời",
    "ca": "gràcies felicitats",
    "ru": "спасибо привет здравствуйте отлично",
    "uk": "дякую привіт чудово",
}
COURTESY = {code: frozenset(text.split()) for code, text in _COURTESY.items()}
_SHARED = frozenset("dank")  # a courtesy in several languages
# words that no name is made of, as a first word capitalised like one
_NO_NAMES = frozenset(
    """
    très trop c'est j'ai vous nous votre notre pourquoi comment oui encore tout bien the this that is are it's i'm don't
    can't very much please same here how what why not all ich wir ihr ist nicht sehr das warum muy está estoy qué cómo
    por todo bien esto molto sono è perché tutto questo muito não você são isso tudo heel het een niet dit dat waarom
    bardzo jest nie velmi není foarte este nagyon mycket inte meget ikke veldig todella çok sangat rất molt очень не это
    """.split()
) | frozenset().union(*COURTESY.values())


def squeezed(text: str) -> str:
    """`text` with letters repeated three times or more written once: "merciiii" reads "merci"."""
    return _STRETCHED.sub(r"\1", text) if any(3 * letter in text for letter in set(text)) else text


def words(text: str) -> list[str]:
    """The words of a text, without digits and punctuation, in their own case."""
    return _WORD.findall(text)


def notice_title(text: str) -> str | None:
    """The title that a pingback's or trackback's text quotes, without the name of its site; None if it is no notice."""
    found = _NOTICE.match(text)
    return found.group(1) if found else None


def speechless(spoken: Sequence[str], *, headline: bool = False) -> str | None:
    """Why a text with these words belongs to no language; None if it may. A `headline` may capitalise all."""
    if all(word in INTERNATIONAL or _LAUGHTER.fullmatch(word) for word in map(_plain, spoken)):
        return "only words that are used in every language"
    if len(spoken) > _MOST_NAMES and not headline:
        return None
    lower = [_plain(word) for word in spoken]
    if any(word in _NO_NAMES for word in lower):
        return None
    if all(_is_name_like(word) or low in INTERNATIONAL for word, low in zip(spoken, lower, strict=True)):
        return "only names and abbreviations"
    return None


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")


def _is_name_like(word: str) -> bool:
    return word[0].isupper() or any(letter.isupper() for letter in word[1:])


def greets_in(spoken: Sequence[str], language: str) -> bool:
    """Whether one of the words is a courtesy of `language` and of no other: "merci" in "Merci, great article !"."""
    return any(word in COURTESY.get(language, ()) and word not in _SHARED for word in map(_plain, spoken))
