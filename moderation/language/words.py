"""What needs no detector: texts that belong to no language, and words that give one away.

Detectors always answer, also for names, acronyms and laughter. These rules say "undecidable" before they are asked.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LAUGHTER = re.compile(r"(?:h[aeiouy]+){2,}h?|(?:a?ha)+h?|(?:j[aei])+j?|(?:k){3,}|(?:ха)+х?|(?:хе)+х?|x+d+|w{3,}|z{2,}")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_NOTICE = re.compile(r"(?i)^\W*(?:pingback|trackback|rétrolien|ping)\s*:")

# understood and written everywhere: alone they tell no language
INTERNATIONAL = frozenset(
    """
    lol mdr ptdr xd rofl lmao wtf omg asap fyi imho imo tl dr btw afk brb gg wp ok okay oki okey k kk yes no hi hey hello
    yo yep yeah nope hm hmm hum mmh mmm oh ah eh uh euh bah ben ouah waouh wow woah whaou wahou yay ouf oups oops ups pff pfff
    up first second top cool super bravo bravissimo test testing chapeau hourra hurra voila perfect perfekt genial bof
    star fan hit best bonus sos stop start go pro max mini maxi plus extra nice info infos news blog post site web internet
    online offline link links spam bot admin photo video radio tv pizza taxi hotel bye ciao tschüs tschuss adios amen
    seo sem sea css html php sql js http https www url pdf rss api cms app apps
    ок лол кек ага угу хм ура
    """.split()
)
# ISO 639-1 code: frequent short words of comments that hardly occur in other languages of the list
_GIVEAWAYS = {
    "fr": """merci bonjour bonsoir salut très trop c'est j'ai j'aime j'adore vous nous vos votre nos notre est sont avec pour
        dans sur les des une cette ces mais aussi bien tout tous fait faire être avoir pas plus quel quelle génial géniale
        félicitations félicitation superbe excellente magnifique beau belle bonne oui non svp stp quoi pourquoi comment""",
    "en": """thanks thank you your the this that is are was were have has had with and for from what why how when great
        good awesome amazing agreed welcome please very much love loved i'm it's don't can't wonderful excellent same here""",
    "de": """danke vielen dank hallo guten tag ich wir ihr sie ist sind nicht das der die ein eine und oder aber auch sehr
        schön schöner gut gute toll tolle toller klasse genau richtig wunderbar stimmt bitte mit für von wie was warum""",
    "es": """gracias hola buenos buenas muchas muy está estoy es son pero también que qué cómo por para con los las una
        bueno buena excelente felicidades enhorabuena genial increíble saludos sí esto este""",
    "it": """grazie ciao buongiorno buonasera molto sono è che non per con della delle gli una bello bella bellissimo
        bellissima complimenti ottimo ottima perfetto anche questo questa sì come perché""",
    "pt": """obrigado obrigada olá bom boa dia tarde muito não você é são está com para uma dos das parabéns ótimo ótima
        excelente legal adorei também isso este esta como por que abraço""",
    "nl": """bedankt dank je hallo goed goede mooi mooie leuk leuke heel het een de dit dat is zijn niet ook maar met voor
        van wat hoe waarom prima geweldig gefeliciteerd graag jullie""",
    "pl": "dziękuję dzięki cześć dzień dobry bardzo jest nie tak się że dla jak świetny świetnie super fajne pozdrawiam",
    "cs": "děkuji díky dík ahoj dobrý den velmi je není jsem jsou ale také že pro jak skvělé hezké pěkné super",
    "ro": "mulțumesc multumesc bună foarte este sunt și nu dar pentru felicitări frumos minunat",
    "hu": "köszönöm köszi szia sziasztok nagyon jó és nem hogy egy szép gratulálok",
    "sv": "tack hej mycket bra och är inte det att jag för som fint underbart grattis",
    "da": "tak hej meget godt og er ikke det at jeg til som fint dejligt",
    "no": "takk hei veldig bra og er ikke det at jeg til som fint",
    "fi": "kiitos hei moi hyvä hyvää on ei ja että tämä mutta todella hieno hienoa",
    "tr": "teşekkürler teşekkür ederim merhaba çok güzel ve bir bu için harika tebrikler evet hayır",
    "id": "terima kasih halo sangat bagus dan yang ini itu tidak mantap keren",
    "vi": "cảm ơn chào rất hay và là không bài viết tuyệt vời",
    "ca": "gràcies hola molt és són però també amb felicitats bon dia",
}
GIVEAWAYS = {code: frozenset(text.split()) for code, text in _GIVEAWAYS.items()}
_KNOWN = frozenset().union(*GIVEAWAYS.values())


def squeezed(text: str) -> str:
    """`text` with letters repeated three times or more written once: "merciiii" reads "merci"."""
    return _STRETCHED.sub(r"\1", text)


def words(text: str) -> list[str]:
    """The words of a text, without digits and punctuation, in their own case."""
    return _WORD.findall(text)


def speechless(original: str, spoken: list[str]) -> str | None:
    """Why a text with these words belongs to no language; None if it may. `original` is the untouched comment."""
    if _NOTICE.match(original):
        return "a notice from another page"
    lower = [word.lower().replace("’", "'") for word in spoken]
    if all(word in INTERNATIONAL or _LAUGHTER.fullmatch(word) for word in lower):
        return "only words that are used in every language"
    if len(spoken) > 6 or any(word in _KNOWN and word not in INTERNATIONAL for word in lower):
        return None
    if all(_is_name_like(word) or low in INTERNATIONAL for word, low in zip(spoken, lower, strict=True)):
        return "only names and abbreviations"
    return None


def _is_name_like(word: str) -> bool:
    return word[0].isupper() or any(letter.isupper() for letter in word[1:])


def gives_away(spoken: Collection[str], language: str) -> bool:
    """Whether one of the words is a frequent one of `language` and of hardly any other."""
    own = GIVEAWAYS.get(language, frozenset())
    lower = {word.lower().replace("’", "'") for word in spoken} & own
    return any(sum(word in others for others in GIVEAWAYS.values()) == 1 for word in lower - INTERNATIONAL)
