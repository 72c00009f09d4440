"""Offers of the 2020s, many of them without a link: what one word list alone does not show, but several signs together.

Sources: the World Health Organization's stems of medicine names (INN stem book), and warnings of consumer offices
about loans between private persons, healers, and those who promise stolen money back.
"""

from __future__ import annotations

import re

from extractors.caching import kept
from moderation.letter_classes import classes_of
from moderation.signals.figures import money, phone_number
from moderation.signals.finding import Finding, Span, grown, signal
from moderation.signals.lexicon import GOODS
from moderation.signals.links import email_address, messenger, sales_words_in
from moderation.signals.view import View
from moderation.signals.word_traits import MEDICINE, PLAYED, is_medicine
from moderation.wordstats import word_statistics

# what gives an offer away when a healer, a lender or a saviour is praised
_SERVICES = ("spells", "recovery", "loans", "clinics", "services", "streaming", "helpdesk", "adult", "earn", "gambling")
_SAVIOUR = re.compile(
    r"\b(?:[Dd]r|DR|[Dd]octor|DOCTOR|[Dd]octeur|[Pp]rof|PROF|[Pp]rofess(?:or|eur)|[Pp]riest|PRIEST|[Pp]rophet|[Pp]ape|[Mm]ama|[Bb]aba"
    r"|[Cc]hief|[Ll]ord|[Mm]a[iî]tre|MA[IÎ]TRE|[Mm]arabout|[Mm][ée]dium|[Vv]oyant|[Hh]erbalist|[Hh]acker|[Mm]r|MR|[Mm]rs|[Mm]me|[Mm]adame"
    r"|[Mm]onsieur|[Dd]oktor|[Дд]октор|[Мм]астер)\.?\s+(?:de\s+)?[A-ZÀ-ÝА-Я][\w'’-]+"
)
# how soon the trouble was over: "in three days", "en 48 heures", "за неделю"
_SOON = re.compile(
    r"(?i)\b(?:in|within|after|en|sous|dans les|apr[eè]s|em|dentro de|nach|innerhalb von|binnen|fra|entro|dalam"
    r"|w ci[aą]gu|za|за|через)"
    r" (?:just |only |seulement |menos de |nur |less than |moins de )?"
    r"(?:\d{1,2}|a|an|one|two|three|four|five|six|seven|une?|deux|trois|quatre|cinq|six|sept|dix|dos|tres|cuatro|cinco|siete"
    r"|uma?|duas|dois|einer|einem|zwei|drei|zehn|een|twee|drie|due|tre|sette|две|три|дв[ае])?\s?"
    r"(?:hours?|days?|weeks?|heures?|jours?|semaines?|horas?|d[ií]as?|semanas?|stunden|tage[n]?|wochen?|uur|dagen|weken?"
    r"|ore|giorni|settiman[ae]|jam|hari|minggu|dni|tygodni\w*|час\w*|дн\w+|день|недел\w+)\b"
)
_FIRM = re.compile(r"(?<![\w'’])[A-Z][A-Z'’&-]{2,30}(?:\s++[A-Z][A-Z'’&-]{1,30}){1,5}(?![\w])")  # QUICK ASSET TRACERS
_PLACES = re.compile(
    r"(?:[A-ZÀ-Ý][\w'’-]{1,40}+(?: [\w'’-]{1,40}+)?\s?(?:,|;|/|\||•)\s?){4,}"
    r"(?:(?:et|and|und|y|e|ou|or)\s)?[A-ZÀ-Ý][\w'’-]+"
)
_HOST_MEDICINE = re.compile(
    # cialis, but no specialist, socialist, commercialist, provincialist or financialist
    r"(?:pharm|pill|tabs?\b|meds?\b|rx|drug|viagra|(?<!spe)(?<!so)(?<!mer)(?<!vin)(?<!nan)cialis|levitra|sildenafil|tadalafil|vardenafil|kamagra|cheapmed|[a-z]{3}afil"
    r"|prednis|amoxicil|azithro|ivermec|stromect|chloroquin|propecia|isotretin|clomid|lasix|erectile|erection|impoten)"
)
# gambling brands: a word joined to lucky figures or to what is played: raja77bet, hoki88, slotgacor, mona4d
_BRAND = re.compile(
    r"(?i)(?<![\w@#/.-])(?=[a-z]*\d)(?:[a-z]{3,14}(?:4d|3d|2d|77|88|99|69|33|55|66|123|138|168|188|303|338|365|388|555|777"
    r"|888|999|89|87|78|11)(?:bet|slot|play|win|club|vip|pro|qq|toto|poker|id|asia)?|(?:slot|toto|judi|bet|poker|qq|hoki)\d{1,3}[a-z]{0,6})(?![\w-])"
    r"|(?<![\w@#/.-])[a-z]{2,12}(?:bet|slot|toto|togel|poker|gacor|casino|jackpot)(?:\d{1,3})?(?![\w-])"
)
_NO_BRAND = frozenset(
    "alphabet sherbet abet gibet tibet thibet quodlibet sorbet timeslot nightslot strip-poker casino slot toto".split()
)
# plain letters beside letters from decorative alphabets: nobody's keyboard writes them into one name
_DECORATED = re.compile(
    "(?:[A-Za-z0-9]{1,30}+ ?)?[\U0001d400-\U0001d7ff\u24b6-\u24e9\U0001f110-\U0001f189\uff21-\uff3a\uff41-\uff5a]+"
    "(?: ?[A-Za-z0-9\U0001d400-\U0001d7ff\u24b6-\u24e9\U0001f110-\U0001f189\uff21-\uff3a\uff41-\uff5a]+)*"
)
_FUNCTION_WORD = 0.32  # rarity under which a word only holds a sentence together
# words that do the same in languages whose words were hardly counted: Indonesian, Turkish, Polish, Czech, Vietnamese,
# Romanian, Swedish, Ukrainian, Hungarian; folded
_HOLDS_TOGETHER = frozenset(
    """
    yang dan dari ke ini itu saya aku kamu dia kita tidak nggak gak ga juga sudah udah jadi tapi memang kalau karena
    untuk dengan ada bisa lagi aja banget ve bir bu icin cok ama ben sen biz degil gibi daha ne mi olarak w z sie nie
    jest ze jak ale tylko ktory bardzo v je uz jsem jsou pro jako ktery va cua khong toi la mot nhung cho duoc rat
    cac si nu este sunt pentru dar mai care och att det som inte jag ar pa med і що це як не та але дуже az egy es nem
    hogy van volt meg
    """.split()
)
_SENTENCE = re.compile(r"[.!?…。！？]")


def _service(view: View) -> list[Span]:
    return [span for _, found in view.fresh_of(_SERVICES) for span in view.spans_of(found)]


@signal(
    "offer-and-call",
    1.0,
    "a service on offer, and how to reach it",
    "un service proposé, et comment le joindre",
    family="words",
    traits=("offer",),
)
def offer_and_call(view: View) -> Finding | None:
    """A reader who speaks of loans tells nobody to call."""
    reach = view.hits.get("reach")
    if not reach:
        return None
    offers, calls = _service(view), view.spans_of(reach)
    if not offers or not calls:
        return None
    spans = (*offers[:3], *calls[:2])
    return Finding(min(2.0, 0.5 * (len(offers) + len(calls))), view.quoted(spans), spans)


_TRADED = tuple(sorted(GOODS - {"shopping"}))
_CONTACTS = (phone_number, messenger, email_address)


@signal(
    "advertisement",
    1.0,
    "an offer with its terms, its price or how to reach it",
    "une offre avec ses conditions, son prix ou son contact",
    family="words",
    traits=("offer",),
)
def advertisement(view: View) -> Finding | None:
    """Of four things that advertisements say (what, on what terms, for how much, how to be had), how many more than
    two: a reader who speaks of loans or plumbers tells what they cost, but not also that the answer comes in 24 hours
    and whom to call."""
    hits = view.hits
    if "promise" not in hits and "reach" not in hits:
        return None
    traded = [hit for _, found in view.fresh_of(_TRADED) for hit in found]
    terms = [*hits.get("promise", ()), *hits.get("prize", ())]
    calls = [*hits.get("reach", ()), *hits.get("action", ()), *hits.get("selfpromo", ())]
    reached = bool(calls or view.hosts) or any(find(view) is not None for find in _CONTACTS)
    priced = bool(hits.get("shopping")) or money(view) is not None
    said = bool(traded) + bool(terms) + reached + priced
    if said < 3 and not (traded and terms):
        return None
    spans = view.spans_of(traded[:2] + terms[:2] + calls[:2])
    return Finding(max(0.5, said - 2.0), view.quoted(spans), spans)


@signal(
    "praised-saviour",
    1.3,
    "testifies for a healer, hacker or lender by name",
    "témoigne pour un guérisseur, un hacker ou un prêteur, nommé",
    family="words",
    traits=("offer",),
)
def praised_saviour(view: View) -> Finding | None:
    """A trouble or a service, a name with a title or a firm in capitals, and words of testimony: three signs of three.

    A patient who praises a doctor has the last two at most.
    """
    testimony = view.hits.get("testimony")
    if not testimony:
        return None
    offers = _service(view)
    if not offers and len(testimony) < 3:
        return None
    patterns = (_SAVIOUR, _SOON) if view.shouts() else (_SAVIOUR, _FIRM, _SOON)
    named = [found.span() for pattern in patterns for found in pattern.finditer(view.text)]
    if not named:
        return None
    spans = (*named[:2], *offers[:2], *view.spans_of(testimony[:2]))
    return Finding(min(3.0, 0.5 * (len(offers) + len(testimony))), view.quoted(spans), spans)


@signal(
    "places-served",
    1.0,
    "a list of places beside a service",
    "une liste de lieux à côté d'un service",
    family="words",
    traits=("offer",),
)
def places_served(view: View) -> Finding | None:
    if view.hits.keys().isdisjoint(_SERVICES):
        return None
    if view.text.count(",") + view.text.count("/") + view.text.count("|") + view.text.count("•") < 4:
        return None
    if not _service(view):
        return None
    found = _PLACES.search(view.text)
    return Finding(1.0, found.group()[:80], (found.span(),)) if found is not None else None


_PRAISE = frozenset({"flattery", "template", "bookmark", "blogtech"})


@signal(
    "praise-then-offer",
    1.2,
    "praise, and a last sentence that sells",
    "un éloge, puis une dernière phrase qui vend",
    family="words",
    traits=("offer",),
)
def praise_then_offer(view: View) -> Finding | None:
    if _PRAISE.isdisjoint(view.hits):
        return None
    text = view.text.rstrip()
    cut = max(text.rfind(stop) for stop in (". ", "! ", "? ", "\n", "… ")) + 1
    if not cut:
        return None
    sold = [span for _, found in view.fresh_of(GOODS) for span in view.spans_of(found) if span[0] >= cut]
    return Finding(1.0, text[cut:].strip()[:80], tuple(sorted(sold))) if sold and len(text) - cut < 90 else None


@signal(
    "medicine-name",
    0.8,
    "a medicine's name or one built like it",
    "un nom de médicament, ou bâti comme",
    family="words",
)
def medicine_name(view: View) -> Finding | None:
    spans = tuple(view.span(at, at + 1) for at in view.words_with(MEDICINE))
    return Finding(grown(len(spans)), view.quoted(spans), spans) if spans else None


@signal(
    "medicine-host",
    1.3,
    "host named after medicines",
    "hôte au nom de médicaments",
    needs="host",
    family="link",
    traits=("sender",),
)
def medicine_host(view: View) -> Finding | None:
    found = [host for host in view.all_hosts if _names_medicine(host)]
    return Finding(grown(len(found)), ", ".join(found[:3])) if found else None


@kept(50_000)
def _names_medicine(host: str) -> bool:
    name = host.rpartition(".")[0].replace(".", "-")
    return _HOST_MEDICINE.search(name) is not None or any(map(is_medicine, re.split(r"[^a-z]+", name)))


@signal("brand-with-figures", 1.3, "a gambling brand's name", "un nom de marque de jeux d'argent", family="words")
def brand_with_figures(view: View) -> Finding | None:
    """Sought in the text without decorative letters, but with its digits: raja77bet, MONA4D."""
    if not _may_name_brand(view):
        return None
    spans = tuple(
        span
        for found in _BRAND.finditer(view.norm.text)
        if found.group().lower() not in _NO_BRAND and not view.in_address(*(span := view.norm.span(*found.span())))
    )
    return Finding(grown(len(spans)), view.quoted(spans), spans) if spans else None


def _may_name_brand(view: View) -> bool:
    text = view.norm.text
    classes = view.classes if text == view.text else classes_of(text)
    if "a0" in classes or "A0" in classes:
        return True
    # the words are those of the text with l33t put back: of "superbet@home" that is one word
    return bool(view.words_with(PLAYED) or view.norm.leet) or "İ" in text


@signal(
    "decorated-name",
    1.3,
    "a name in plain and decorative letters mixed",
    "un nom en lettres simples et décoratives mêlées",
    family="shape",
)
def decorated_name(view: View) -> Finding | None:
    if not view.norm.styled:
        return None
    spans = tuple(
        found.span()
        for found in _DECORATED.finditer(view.text)
        if any(sign.isascii() and sign.isalnum() for sign in found.group()) and len(found.group()) > 3
    )
    return Finding(grown(len(spans)), view.quoted(spans, 3), spans) if spans else None


@signal(
    "keyword-soup",
    0.9,
    "search terms without a sentence",
    "des mots-clés sans phrase",
    family="shape",
)
def keyword_soup(view: View) -> Finding | None:
    """Three words or more, no stop, no word that holds a sentence together, and something for sale among them."""
    if not 3 <= len(view.words) <= 60:
        return None
    if GOODS.isdisjoint(view.hits) and not view.words_with(MEDICINE):
        return None
    bare = view.text.strip()
    for address in reversed(view.addresses):
        bare = (bare[: address.start] + bare[address.end :]).strip()
    if _SENTENCE.search(bare) is not None or bare.count(",") > len(view.words) / 4:
        return None
    rarity = word_statistics().rarity
    words = [word for word in view.words if not word.isdigit()]
    small = sum(rarity(word) < _FUNCTION_WORD or word in _HOLDS_TOGETHER for word in words)
    if len(words) < 3 or small * 5 > len(words):
        return None
    return Finding(min(2.0, len(words) / 5), view.text[:80], ((0, min(80, len(view.text))),))


@signal(
    "praise-for-a-site",
    0.6,
    "praise that names nothing, under a name that has a site",
    "un éloge qui ne nomme rien, sous un nom qui a un site",
    needs="host",
    family="author",
)
def praise_for_a_site(view: View) -> Finding | None:
    """The praise is the price of the link over it. Silent where the comment speaks of the article or of its writer, or
    where the host bears the author's name."""
    host = view.author_host
    if not host or view.submission.by_site or view.is_notice or view.hits.get("dialogue"):
        return None
    praise = [hit for family in ("flattery", "template", "bookmark", "blogtech") for hit in view.hits.get(family, ())]
    page = view.page()
    if not praise or view.own_links or (page is not None and len(view.telling() & page.words) > 1):
        return None
    name = host.rpartition(".")[0]
    if any(len(word) > 2 and word in name for word in view.author_words) and not sales_words_in(host):
        return None
    return Finding(grown(len(praise)), host, view.spans_of(praise))
