"""Each signal on comments of our own: found, with its words quoted, and silent beside it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.classifier.model import CHANNELS, shipped_model
from moderation.scoring import evidence_of
from moderation.signals import all_signals, findings
from moderation.signals.lexicon import Lexicon
from moderation.signals.view import View, host_of, same_site
from moderation.verdict import Submission
from moderation.wordstats import word_statistics


def found(text: str, **fields: object) -> dict[str, tuple[str, tuple[tuple[int, int], ...]]]:
    view = View(Submission(id="1", text=text, **fields))  # type: ignore[arg-type]
    return {name: (finding.quote, finding.spans) for name, finding in findings(view)}


ARTICLE = {
    "article_title": "Réparer une horloge comtoise",
    "article_text": "Le balancier de l'horloge comtoise se règle au quart de tour. Démontez le cadran au tournevis, "
    "sans forcer les aiguilles ni le mouvement, sortez les poids de leur corde puis couchez la caisse sur une vieille "
    "couverture, nettoyez les engrenages au pétrole lampant puis graissez les pivots. La sonnerie dépend du râteau et "
    "du limaçon. Remontez chaque platine sans serrer, contrôlez la suspension du balancier avant de fermer la porte. "
    * 6,
}

# an article of many different words; a comment on another subject has none of them
LONG_ARTICLE = {
    "article_title": "Réparer une horloge comtoise",
    "article_text": ARTICLE["article_text"] + "Avant la première guerre mondiale, chaque village jurassien comptait "
    "plusieurs artisans horlogers dont les ateliers travaillaient pendant la saison froide, quand les travaux agricoles "
    "laissaient quelque répit aux familles paysannes. Les mécanismes forgés étaient assemblés dans des cages métalliques "
    "solides, puis expédiés vers les marchands qui ajoutaient cadrans émaillés, frontons repoussés et gaines peintes. Un "
    "exemplaire ancien mérite donc davantage qu'une intervention rapide : photographiez chaque étape, rangez les vis "
    "séparément, évitez absolument les produits abrasifs et consultez quelqu'un d'expérimenté lorsque les dents semblent "
    "usées, voilées ou fendues. Le bois demande également beaucoup de patience, car plusieurs couches successives de "
    "vernis cachent souvent une décoration florale originale que le solvant détruirait immédiatement.",
}
OFF_TOPIC = "Sneakers boutique Chicago wholesale leather jackets couture handbags celebrity stylist Manhattan designers"

CASES = [
    ("words-pharma", "Buy cheap viagra without prescription", {}),
    ("words-gambling", "Das beste Online Casino mit Bonus", {}),
    ("words-loans", "Offre de prêt entre particuliers en 48 heures", {}),
    ("words-earn", "Хотите заработок без вложений?", {}),
    ("words-gambling", "欢迎来到百家乐", {}),
    ("words-flattery", "Thanks for sharing, keep up the good work", {}),
    ("words-firstperson", "J'ai essayé chez moi, ça marche", {}),
    ("trades-and-praise", "Great post! Visit my casino", {}),
    ("forum-link", "see [URL=http://a.example/]bags[/URL]", {}),
    ("html-link", 'see <a href="http://a.example/">bags</a>', {}),
    ("markdown-link", "see [bags](http://a.example/x)", {}),
    ("disguised-link", "write to shoes dot com today", {}),
    ("short-link", "look http://bit.ly/abc", {}),
    ("free-host", "http://mybags.blogspot.com/", {}),
    ("keyword-host", "http://cheapuggboots.example.com/", {}),
    ("hyphenated-host", "http://best-shoes-for-you.example/", {}),
    ("front-page-link", "voyez http://boutique.example/", {}),
    ("deep-link", "voyez http://journal.example/2020/05/horloge.html", {}),
    ("reference-link", "https://fr.wikipedia.org/wiki/Horloge", {}),
    ("own-site-link", "voyez http://www.site.example/autre", {"site": "site.example"}),
    ("link-alone", "http://a.example/", {}),
    ("link-at-end", "Ceci est une phrase assez longue http://a.example/", {}),
    ("messenger", "contact me on WhatsApp +1 555 123 4567", {}),
    ("e-mail-address", "write drlove77@gmail.com", {}),
    ("author-is-address", "hello", {"author": "http://www.elixirs"}),
    ("author-trade-word", "hello", {"author": "cheap nike jordans outlet"}),
    ("author-phrase", "hello", {"author": "how to get more followers"}),
    ("author-list", "hello", {"author": "web proxy|anonymous proxy|free proxy"}),
    ("author-random", "hello", {"author": "xqzvbkrtw"}),
    ("echo-of-name", "blue garden chairs...\nRead more", {"author": "blue garden chairs"}),
    ("author-initial", "hello", {"author": "Anna K."}),
    ("author-full-name", "hello", {"author": "Anna Keller"}),
    ("known-author", "hello", {"author": "Anna", "earlier_published": 3}),
    ("by-the-site", "hello", {"by_site": True}),
    ("by-the-site", "hello", {"author": "X", "author_url": "http://site.example", "site": "www.site.example"}),
    ("hidden-characters", "via\u200bgra now", {}),
    ("look-alike-letters", "саsino royal", {}),  # the first letters are Cyrillic
    ("fancy-letters", "𝐁𝐮𝐲 now", {}),
    ("digits-for-letters", "c4s1no and v1agra", {}),
    ("strange-words", "hello flqgwzoqjq world", {}),
    ("random-capitals", "RWkSzrbdTT look", {}),
    ("stirred-words", "this is a ttoally intsreeting prboelm", {}),
    ("spaced-letters", "buy v i a g r a now", {}),
    ("capitals", "THIS IS THE BEST OFFER EVER", {}),
    ("stretched-dots", "Guy .. Beautiful .. Amazing . . . .", {}),
    ("phone-number", "call +1 (800) 555-0199 today", {}),
    ("money", "nur 49 € im Monat", {}),
    ("unfilled-template", "{Great|Nice|Cool} {post|article}", {}),
    ("keyword-lines", "cheap boots\nboots sale\nboots outlet\nmen boots", {}),
    ("keyword-tail", "I really liked what you wrote here today. Dubai Cleaning Company", {}),
    ("repeated-words", "boots cheap boots sale boots outlet boots women boots cheap boots sale boots outlet", {}),
    ("made-up-excerpt", "garden chairs...\n[...]Some title here[...]...", {}),
    ("code", "def balance(x): return x ** 2", {}),
    ("smiley", "ça marche :-)", {}),
    ("on-topic", "Le râteau de ma comtoise est usé et le limaçon aussi", ARTICLE),
    ("names-the-subject", "Ma comtoise retarde", ARTICLE),
    ("title-copied", "lamps...\n[...]Réparer une horloge comtoise[...]...", ARTICLE),
    ("copied-from-page", "nettoyez les engrenages au pétrole lampant puis graissez les pivots merci", ARTICLE),
    ("off-topic", OFF_TOPIC, LONG_ARTICLE),
    (
        "name-in-another-script",
        "I like how you explain it",
        {"author": "먹튀 사이트", "author_url": "http://a.example"},
    ),
    ("words-template", "Thankfulness to my father who told me on the topic of this web site", {}),
    ("words-gambling", "먹튀 없는 안전한 곳", {}),
    ("words-clinics", "Greffe capillaire en Turquie, devis gratuit", {}),
    ("long-host", "see http://the-very-best-cheap-garden-furniture.example", {}),
    ("answers-parent", "Le limaçon, oui", {"parent_text": "Et le limaçon alors ?"}),
    ("addresses-somebody", "@Paul tu as raison", {}),
    ("late", "bonjour", {"date": "2021-01-01", "article_date": "2019-01-01"}),
    ("prompt", "bonjour", {"date": "2021-01-02", "article_date": "2021-01-01T10:00:00"}),
    ("many-alike", "bonjour", {"is_duplicate_of": 12}),
    ("host-under-many-names", "http://a.example/", {"host_names": 9}),
    ("offer-and-call", "Voyant sérieux, résultats garantis, appelez-moi", {}),
    ("praised-saviour", "I was scammed last year, then Mr Bolton Recovery got my money back within days", {}),
    ("places-served", "Prêt entre particuliers à Brest, Rennes, Vannes, Laval, Angers et Tours", {}),
    ("praise-then-offer", "Très enrichissant, continuez ainsi. Trouver une assurance auto pas cher", {}),
    ("medicine-name", "ordering simvastatin from abroad", {}),
    ("medicine-host", "http://buy-simvastatin.example/", {}),
    ("brand-with-figures", "jangan lupa main di naga88bet", {}),
    ("decorated-name", "main di K𝐎I T𝐎T𝐎 sekarang", {}),
    ("host-named-after-words", "blue widget drops", {"links": ["http://bluewidgetshop.example/"]}),
    ("words-seo", "Your pages deserve more, you only need some initial traffic", {}),
    ("words-loans", "カードローンでお困りですか", {}),
    ("words-prize", "Offre limitée : trois mois offerts", {}),
    ("keyword-soup", "kamagra oral jelly online kaufen", {}),
    ("praise-for-a-site", "Great post, thanks for sharing!", {"author": "Ann", "author_url": "http://carpets.example"}),
    ("made-up-excerpt", "garden chairs oak...\nhere they are", {"author": "Garden chairs oak"}),
    ("keyword-lines", "cheap boots\nboots sale\nboots outlet", {}),
    ("code", "$ git clone /srv/depot", {}),
    ("firm-that-praises", "Very informative, great insights!", {"author": "Lakeside Roofing Services"}),
    ("firm-that-praises", "Excellent article, continuez ainsi", {"author": "Garage du Lac"}),
    ("advertisement", "Serrurier pas cher, intervention rapide, appelez-moi", {}),
    ("advertisement", "IPTV Abo 60 Euro im Jahr, Test gratis, schreib mir", {}),
    ("advertisement", "Préstamos urgentes sin aval, escríbame", {}),
    ("praised-saviour", "Le marabout m'a aidée, en trois jours il est rentré", {}),
    ("words-warning", "Méfiez-vous, c'est une arnaque", {}),
    ("words-spells", "شيخ روحاني لجلب الحبيب", {}),
    ("words-loans", "Geld lenen zonder toetsing", {}),
    ("words-helpdesk", "Führerschein ohne Prüfung", {}),
    ("medicine-host", "see http://cheapcialis.example/", {}),
    ("host-of-that-name", "bonjour", {"author": "Marie Blanchet", "author_url": "http://blanchet-peinture.example"}),
]


@pytest.mark.parametrize(
    ("name", "text", "fields"), CASES, ids=[f"{name}-{at}" for at, (name, _, _) in enumerate(CASES)]
)
def test_a_signal_finds_what_it_is_for(name: str, text: str, fields: dict[str, object]) -> None:
    assert name in found(text, **fields)


SILENT = [
    # the page's own subject, and a person's own domain
    (
        "host-named-after-words",
        "pomegranate explains it better",
        {
            "links": ["http://pomegranate.example/"],
            "article_title": "Pomegranate",
            "article_text": "Pomegranate is a library.",
        },
    ),
    (
        "host-named-after-words",
        "Merci, Lambertin",
        {"author": "Anne Lambertin", "author_url": "http://lambertin.example"},
    ),
    ("words-gambling", "Notre spécialiste a bien travaillé", {}),  # "cialis" inside a word
    ("words-pharma", "Notre spécialiste a bien travaillé", {}),
    ("phone-number", "Le 2019-01-24 à 11:49:06, dossier 221/17", {}),
    ("strange-words", "Der Angstschweiß der Schleichwerbung", {}),
    ("random-capitals", "JavaScript, WordPress, YouTube und BVerfGE", {}),
    ("stirred-words", "I recieve wierd messages from my freind", {}),  # a slip of two neighbours is human
    ("author-phrase", "bonjour", {"author": "Jean de La Fontaine"}),
    ("author-phrase", "bonjour", {"author": "Anna Weber 20. Juni"}),
    ("author-list", "bonjour", {"author": "Ann Other | The Daily Bread"}),
    ("keyword-tail", "Merci pour tout, ton article est super. Bonne journée Paul", {"author": "Paul"}),
    ("on-topic", "bonjour", {}),
    ("off-topic", OFF_TOPIC, ARTICLE),  # few different words: too short an article to miss its words
    (
        "off-topic",  # other forms of the article's words
        "Nos villageois jurassienne horlogère artisanal forgé mécanismes décorations expérimentée",
        LONG_ARTICLE,
    ),
    (
        "off-topic",  # a language that the word statistics do not know
        "Sneakers boutique Chicago wholesale leather jackets couture handbags celebrity stylist Manhattan designers",
        {
            "article_title": "Kello",
            "article_text": " ".join(f"sana{n}{end}" for n in range(90) for end in ("lla", "ssa", "sta")),
        },
    ),
    ("name-in-another-script", "Привет, отличная статья", {"author": "Иван", "author_url": "http://a.example"}),
    ("name-in-another-script", "I like how you explain it", {"author": "李小龙"}),
    ("long-host", "voyez http://anotherhobbygardener.wordpress.com", {}),
    ("words-template", "Mon père m'a parlé de ce site, merci pour ces explications", {}),
    ("late", "bonjour", {"date": "hier", "article_date": "2019-01-01"}),
    ("digits-for-letters", "http://sh0ps4le.example/", {}),
    ("bare-big-host", "voyez http://youtube.com/watch?v=1", {}),
    ("code", "It went from $100 to $450; nobody knows why", {}),
    ("code", "Nom : ____ ; le(s) client(s) ; t(s)", {}),
    ("code", "Ubuntu :: une histoire ;", {}),
    ("made-up-excerpt", "Je verrai bien...\nJ'en parle demain...", {"author": "Claire"}),
    ("made-up-excerpt", "Merci beaucoup …\nBonne soirée", {}),
    ("very-short", "この記事はとても面白かったです。また来ます。", {}),
    ("very-short", "这篇文章写得非常好，我学到了很多东西", {}),
    ("keyword-lines", "0a1b2c3d\n4e5f6071\ndeadbeef", {}),
    ("keyword-lines", "12 345\n67 890\n11 121", {}),
    ("keyword-soup", "Kerja dari rumah memang enak tapi jam kerjanya jadi nggak jelas", {}),
    ("look-alike-letters", "Maç çok sıkıcıydı ama kazandık, yarın yazarım", {}),  # ı is a letter of Turkish
    ("medicine-host", "see http://thespecialists.example/ and http://socialist.example/", {}),
    ("firm-that-praises", "Excellent article, continuez ainsi", {"author": "Jeanne Garagnon"}),
    ("firm-that-praises", "Great post, but how do you fix it?", {"author": "Lakeside Roofing Services"}),
    ("advertisement", "Le serrurier nous a pris 480 € pour une porte claquée", {}),
    ("advertisement", "Our loan was refused twice, we now pay 4 % at another bank", {}),
    ("advertisement", "Der IPTV-Anbieter der Nachbarn ist seit Mai abgeschaltet", {}),
    ("host-of-that-name", "bonjour", {"author": "Blanchet", "author_url": "http://blanchet-casino.example"}),
    ("host-of-that-name", "bonjour", {"author": "Marie", "author_url": "http://peinture.example"}),
    ("praised-saviour", "Le docteur Martin m'a bien soignée, je l'en remercie", {}),
    ("places-served", "Nous avons vu Brest, Rennes, Vannes, Laval et Angers", {}),
    ("brand-with-figures", "mon alphabet et le sorbet de 1988", {}),
    ("medicine-name", "le mois d'avril au Brésil", {}),
    (
        "talks-with-others",
        "rapide http://argent.example facile",
        {"siblings": ("rapide http://argent.example facile",)},
    ),
    (
        "host-under-many-names",
        "[…] à lire […]",
        {"kind": "pingback", "author": "Un titre", "author_url": "http://revue.example", "host_names": 9},
    ),
]


@pytest.mark.parametrize(
    ("name", "text", "fields"), SILENT, ids=[f"{name}-{at}" for at, (name, _, _) in enumerate(SILENT)]
)
def test_a_signal_is_silent_where_it_has_nothing_to_say(name: str, text: str, fields: dict[str, object]) -> None:
    assert name not in found(text, **fields)


def test_the_model_weighs_no_signal_that_is_gone_and_every_channel_the_same() -> None:
    names = {named.name for named in all_signals()}
    assert len(names) >= 50
    for channel in CHANNELS:
        assert set(shipped_model().channels[channel].signals) == set(shipped_model().channels["comment"].signals)
        assert set(shipped_model().channels[channel].signals) <= names


def test_a_signal_that_the_model_does_not_know_weighs_its_prior() -> None:
    model = shipped_model()
    channel = model.channels["comment"]
    known = {name: weight for name, weight in channel.signals.items() if name != "words-pharma"}
    older = replace(model, channels={**model.channels, "comment": replace(channel, signals=known)})
    found = {one.signal: one.log_odds for one in evidence_of(Submission(id="1", text="viagra"), older)}
    assert found["words-pharma"] == pytest.approx(1.5)


def test_an_unknown_context_is_no_evidence() -> None:
    plain = found("Une question sur le réglage du balancier")
    assert plain == found("Une question sur le réglage du balancier", siblings=(), parent_text=None, article_text=None)


@given(st.text(max_size=400), st.text(max_size=40), st.text(max_size=40))
def test_signals_stand_any_text_and_their_spans_lie_in_it(text: str, author: str, url: str) -> None:
    submission = Submission(
        id="1", text=text, author=author, author_url=url, links=(url,), article_text=text, siblings=(text,)
    )
    view = View(submission)
    for name, finding in findings(view):
        assert 0.0 <= finding.strength <= 6.0, name
        assert all(0 <= start <= end <= len(text) for start, end in finding.spans), name


def test_a_very_long_comment_is_cut_not_crawled_through() -> None:
    words = [random.Random(4).choice("lorem ipsum dolor sit amet".split()) for _ in range(200_000)]
    assert len(View(Submission(id="1", text=" ".join(words))).text) == 6000


def test_the_longest_phrase_takes_its_words_and_stems_end_anywhere() -> None:
    lists = Lexicon("[sell]\nbuy | buy cheap shoes | shoe*\n[cheap]\ncheap\n")
    hits = lists.scan("buy cheap shoes or shoelaces".split(), "")
    assert [(hit.first, hit.last) for hit in hits["sell"]] == [(0, 3), (4, 5)]
    assert [(hit.first, hit.last) for hit in hits["cheap"]] == [(1, 2)]


def test_hosts_are_compared_by_site_not_by_letters() -> None:
    assert host_of("HTTP://user@www.Site.example:8080/path?x") == "site.example"
    assert same_site("blog.site.example", "site.example")
    assert not same_site("mysite.example", "site.example")
    assert host_of("") == ""


def test_rare_words_are_rare_and_random_ones_strange() -> None:
    words = word_statistics()
    assert words.rarity("the") < 0.2 < 0.4 < words.rarity("limacon")
    assert words.strangeness("flqgwzoqjq") > 5.5 > 4.5 > words.strangeness("comment")
    assert words.is_stirred("prboelm")
    assert not words.is_stirred("problem")


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("from $500 to more", "$500"),
        ("gagnez 500€ ici", "500€"),
        ("about $7,450 lost", "$7,450"),
        ("1 250,50 € par mois", "1 250,50 €"),
        ("sudah dapat 12jt kemarin", "12jt"),
    ],
)
def test_a_sum_is_quoted_whole(text: str, quote: str) -> None:
    assert found(text)["money"][0] == quote


def test_words_of_the_articles_own_subject_weigh_less() -> None:
    text = "Pour un bitcoin il faut un bon casino"
    article = {"article_title": "Le casino", "article_text": "Le casino de la ville a fermé. " * 30}

    def strength(**fields: str) -> float:
        view = View(Submission(id="1", text=text, **fields))  # type: ignore[arg-type]
        return dict(findings(view))["words-gambling"].strength

    assert strength(**article) < 0.5 * strength()


def test_a_price_counts_the_same_in_signs_and_in_words() -> None:
    def log_odds(text: str) -> float:
        return sum(one.log_odds for one in evidence_of(Submission(id="1", text=text), shipped_model()))

    assert log_odds("You turn $300 into $900.") == pytest.approx(
        log_odds("You turn 300 dollars into 900 dollars."), abs=0.3
    )


def test_a_notice_is_judged_by_its_place_and_not_by_its_name() -> None:
    notice = Submission(
        id="1",
        text="[…] […]",
        kind="pingback",
        author="Viagra online | shop.example",
        author_url="http://revue.example",
    )
    assert {one.signal for one in evidence_of(notice, shipped_model())} == {"baseline"}
