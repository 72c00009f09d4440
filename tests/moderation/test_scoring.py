"""Reasons that add up, verdicts that do not depend on the batch, and the policy's hand on the result."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.records import Comment, CommentKind, Page
from moderation.classifier.model import shipped_model
from moderation.errors import ModelUnusable
from moderation.explain import detail, meaning, reasons
from moderation.moderate import Moderator
from moderation.policy import Policy
from moderation.rules import PastDecision, Rules, dry_run
from moderation.scoring import evidence_of, knew, log_odds, probability
from moderation.signals import all_signals
from moderation.submissions import siblings_of, submission_from_json, submissions_of
from moderation.verdict import Action, Evidence, LanguageRelation, Submission

LANGUAGES = ("en", "fr", "ru")
SPAM = Submission(
    id="s",
    text="Great blog! I will bookmark your site. Viagra and casino: [URL=http://cheap-pills.example/]buy[/URL]",
    author="cheap pills online",
    author_url="http://cheap-pills.example",
    site="www.site.example",
)
HAM = Submission(
    id="h",
    text="J'ai démonté le cadran hier, mais je n'arrive pas à remettre le râteau. Quelqu'un sait comment faire ?",
    author="Anna K.",
    site="www.site.example",
)


@pytest.fixture(scope="module")
def moderator() -> Moderator:
    return Moderator(languages=LANGUAGES, lean=True)


def test_plain_spam_is_held_and_a_readers_question_published(moderator: Moderator) -> None:
    spam, ham = moderator.judge_all((SPAM, HAM))
    assert (spam.action, "spam" in spam.labels) == (Action.REVIEW, True)  # shadow mode rejects nothing
    assert (ham.action, ham.labels) == (Action.PUBLISH, ())
    assert spam.spam_probability > 0.99 > 0.1 > ham.spam_probability


@pytest.mark.parametrize(
    "text", ["Excellente fiche métier !", "Merci !", "Très bon article, merci.", "Great article, thanks!", "Danke!"]
)
def test_short_praise_is_a_readers(moderator: Moderator, text: str) -> None:
    verdict = moderator.judge(Submission(id="1", text=text, author="Samuel"))
    assert (verdict.action, verdict.labels) == (Action.PUBLISH, ())


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["comment", "youtube", "sms", "chat", "pingback", "letter"]))
def test_reasons_add_up_to_the_probability(text: str, kind: str) -> None:
    evidence = evidence_of(Submission(id="1", text=text, kind=kind, author="A B"), shipped_model())
    total = math.fsum(reason.log_odds for reason in evidence)
    assert probability(total) == pytest.approx(probability(log_odds(evidence)))
    assert all(0 <= a <= b <= len(text) for reason in evidence for a, b in reason.spans)


def test_the_verdicts_evidence_adds_up_to_its_probability(moderator: Moderator) -> None:
    for verdict in moderator.judge_all((SPAM, HAM)):
        total = math.fsum(reason.log_odds for reason in verdict.evidence)
        assert verdict.spam_probability == pytest.approx(1 / (1 + math.exp(-total)))


def test_wording_reasons_are_the_models_own_sum() -> None:
    channel = shipped_model().channel("comment")
    from moderation.classifier.features import hashed
    from moderation.signals.view import View

    evidence = {reason.signal: reason.log_odds for reason in evidence_of(SPAM, shipped_model())}
    (total,), contributions = channel.wording_log_odds([hashed(View(SPAM))])
    assert evidence["wording-spam"] + evidence["wording-ham"] == pytest.approx(total)
    assert total == pytest.approx(float(contributions.sum()))


def test_a_batch_is_judged_like_its_comments_one_by_one_in_any_order(moderator: Moderator) -> None:
    batch = [SPAM, HAM, Submission(id="3", text="ok"), Submission(id="4", text="")]
    together = moderator.judge_all(batch)
    assert together == [moderator.judge(one) for one in batch]
    assert together[::-1] == moderator.judge_all(batch[::-1])


def test_a_moderator_travels_to_another_process_as_settings() -> None:
    moderator = pickle.loads(
        pickle.dumps(Moderator(languages=LANGUAGES, lean=True, rules=Rules(hold_words=("horloge",))))
    )
    assert moderator.judge(Submission(id="1", text="Une horloge")).labels == ("held_by_rule",)


def test_verdicts_are_the_same_under_another_hash_seed() -> None:
    program = (
        "from moderation.classifier.model import shipped_model\n"
        "from moderation.scoring import evidence_of\n"
        "from moderation.verdict import Submission\n"
        "print(evidence_of(Submission(id='1', text='Great post, buy pills at http://a.example'), shipped_model()))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "77")
    }
    assert len(answers) == 1


def test_pingbacks_are_judged_by_their_sender_not_their_words(moderator: Moderator) -> None:
    text = "[...] cheap flights and casino nights, a great post [...]"
    own = Submission(id="1", text=text, kind="pingback", site="site.example", author_url="http://www.site.example/x")
    stranger = Submission(id="2", text=text, kind="pingback", site="site.example", author_url="http://journal.example")
    shop = Submission(
        id="3",
        text=text,
        kind="trackback",
        author="cheap viagra online pharmacy",
        site="site.example",
        author_url="http://cheap-viagra-pills.example",
    )
    verdicts = moderator.judge_all((own, stranger, shop))
    assert [verdict.action for verdict in verdicts] == [Action.PUBLISH, Action.PUBLISH, Action.REVIEW]
    assert [verdict.labels for verdict in verdicts][:2] == [("pingback",), ("pingback",)]
    assert set(verdicts[2].labels) == {"spam", "trackback"}


def test_a_notice_that_links_back_is_believed_and_one_that_does_not_is_not(moderator: Moderator) -> None:
    def judged(links_back: bool) -> float:
        notice = Submission(
            id="1", text="[...] x [...]", kind="pingback", author_url="http://j.example", links_back=links_back
        )
        return moderator.judge(notice).spam_probability

    assert judged(True) < 0.05
    assert judged(False) > 0.5


def test_another_language_is_labelled_held_and_never_rejected() -> None:
    verdict = Moderator(languages=LANGUAGES, lean=True, policy=Policy(shadow=False)).judge(
        Submission(
            id="1", text="Я вчера разобрал циферблат, но не могу вернуть гребёнку на место.", article_language="fr"
        )
    )
    assert (verdict.action, verdict.language_relation) == (Action.REVIEW, LanguageRelation.OTHER)
    assert "off_language" in verdict.labels


def test_the_sites_own_staff_is_published_whatever_it_writes(moderator: Moderator) -> None:
    own = Submission(id="1", text=SPAM.text, author="redaction", by_site=True)
    assert moderator.judge(own).action is Action.PUBLISH


def test_rules_go_by_whole_words_and_allow_goes_first(moderator: Moderator) -> None:
    rules = Rules(reject_words=("cialis",), allow_authors=("Anna K.",), hold_hosts=("pills.example",))
    judge = Moderator(languages=LANGUAGES, lean=True, rules=rules)
    assert judge.judge(Submission(id="1", text="Notre spécialiste")).action is Action.PUBLISH
    assert judge.judge(Submission(id="2", text="CIALIS !")).labels == ("rejected_by_rule",)
    assert judge.judge(Submission(id="3", text="c\u200bialis")).action is Action.REJECT
    assert judge.judge(Submission(id="4", text="cialis", author="anna k.")).labels == ("allowed_by_rule",)
    assert "held_by_rule" in judge.judge(Submission(id="5", text="see http://shop.pills.example/x")).labels
    assert "held_by_rule" not in judge.judge(Submission(id="6", text="see http://mypills.example/x")).labels


def test_a_dry_run_tells_how_many_approved_comments_a_rule_would_flip() -> None:
    past = [
        PastDecision(submission=Submission(id=str(n), text="ma boutique préférée"), action=Action.PUBLISH)
        for n in range(14)
    ] + [PastDecision(submission=Submission(id="x", text="boutique"), action=Action.REJECT)]
    answer = dry_run(Rules(hold_words=("boutique",)), past)
    assert len(answer.approved_flipped) == 14
    assert "would flip 14 approved comments" in answer.sentence
    assert dry_run(Rules(hold_words=("outil",)), past).sentence == "these rules fit none of 15 past comments"


def test_every_signal_has_a_meaning_in_both_languages() -> None:
    for named in all_signals():
        assert named.meaning_en
        assert named.meaning_fr
        assert meaning(named.name, "en") != named.name


def test_reasons_are_told_in_french_and_english_with_counter_evidence(moderator: Moderator) -> None:
    verdict = moderator.judge(HAM)
    french, english = reasons(verdict, "fr"), reasons(verdict, "en")
    assert len(french) == len(english) > 2
    assert any("(-" in line for line in english)
    assert any("conversation" in line for line in french)
    with pytest.raises(ValueError, match="fr or en"):
        reasons(verdict, "de")  # type: ignore[arg-type]


def test_a_pages_comments_come_with_their_surroundings() -> None:
    page = Page(
        url="http://www.site.example/horloge",
        canonical_url="http://www.site.example/horloge",
        title="Réparer une horloge",
        language="fr",
        lead="Chapeau.",
        text="Le balancier.",
        published="2020-01-01",
        comments=(
            Comment(position=1, id="comment-7", author="Anna", body="Et le râteau ?", date="2020-01-02"),
            Comment(position=2, author="site", body="Il se démonte.", parent=1, by_site=True),
            Comment(position=3, author="Blog", body="[…] horloge […]", kind=CommentKind.PINGBACK),
        ),
    )
    first, second, third = submissions_of(page)
    assert (first.id, first.site, first.article_text) == ("comment-7", "site.example", "Chapeau.\n\nLe balancier.")
    assert first.siblings == ("Il se démonte.",)
    assert (second.parent_text, second.by_site) == ("Et le râteau ?", True)
    assert (third.kind, third.id) == ("pingback", "3")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ([], "JSON object"),
        ({"text": "x"}, "needs an id"),
        ({"id": 1}, "needs a text"),
        ({"id": 1, "text": "x", "author": 5}, "author must be a string"),
        ({"id": 1, "text": "x", "links": "http://a"}, "links must be a list"),
        ({"id": 1, "text": "x", "by_site": "yes"}, "by_site must be"),
        ({"id": 1, "text": "x", "position": "2"}, "position must be a whole number"),
    ],
)
def test_a_row_that_is_no_comment_is_refused_with_one_sentence(row: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        submission_from_json(row)


def test_a_row_may_leave_out_or_null_everything_but_id_and_text() -> None:
    bare = submission_from_json({"id": 7, "text": "x"})
    nulls = dict.fromkeys(
        ["author", "author_url", "links", "kind", "site", "page", "article_text", "by_site", "position"]
    )
    assert submission_from_json({"id": 7, "text": "x", **nulls, "unknown": {}}) == bare
    assert bare.id == "7"
    assert submission_from_json({"id": 7, "text": "a\ud800b"}).text == "a?b"
    assert submission_from_json({"id": 7, "text": "x", "page": "http://www.a.example/p"}).site == "a.example"


def test_a_damaged_model_file_is_refused() -> None:
    from moderation.classifier.model import read_model, write_model

    content = write_model(shipped_model())
    assert write_model(read_model(content)) == content
    for broken in (b"", content[:100], content[:-1], content[:-1] + bytes([content[-1] ^ 1]), b"pickle" + content):
        with pytest.raises(ModelUnusable):
            read_model(broken)


def test_moderation_needs_no_training_library_to_judge() -> None:
    program = (
        "import sys\nfrom moderation.moderate import Moderator\nfrom moderation.verdict import Submission\n"
        "Moderator(lean=True).judge(Submission(id='1', text='Bonjour à tous'))\n"
        "assert not {'sklearn', 'scipy'} & set(sys.modules), 'a training library was imported'"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_numbers_are_stored_bare_and_phrased_in_the_readers_language() -> None:
    late = Evidence(signal="late", log_odds=0.5, because="120")
    assert detail(late, "en") == "120 days after the article"
    assert detail(late, "fr") == "120 jours après l’article"


def test_evidence_of_earlier_versions_reads_the_same() -> None:
    old = Evidence(signal="off-topic", log_odds=0.5, because="12 telling words, 8% of them in the article")
    assert detail(old, "fr") == "12 mots parlants, dont 8 % dans l’article"
    assert detail(Evidence(signal="gone-signal", log_odds=0.5, because="some words"), "fr") == "some words"


def test_a_sites_declared_language_overrules_its_pages() -> None:
    text = "Je ne suis pas d'accord avec vous, la méthode que vous décrivez ne marche pas chez nous depuis deux ans"
    french = Submission(id="1", text=text, site="revue.example", article_language="en")
    plain = Moderator(languages=LANGUAGES, lean=True)
    declared = Moderator(languages=LANGUAGES, lean=True, site_languages={"revue.example": "fr"})
    assert plain.judge(french).language_relation is LanguageRelation.OTHER
    assert declared.judge(french).language_relation is LanguageRelation.SAME


def test_an_editor_s_word_on_an_article_s_language_overrules_the_site_s() -> None:
    text = "Je ne suis pas d'accord avec vous, la méthode que vous décrivez ne marche pas chez nous depuis deux ans"
    french = Submission(id="1", text=text, site="revue.example", article_language="en", said_language="fr")
    declared = Moderator(languages=LANGUAGES, lean=True, site_languages={"revue.example": "en"})
    assert declared.judge(french).language_relation is LanguageRelation.SAME


_ENGLISH_POST = """
We moved our builds to a small server in the office last winter, and most of the time went into the backups. The first
attempt lost a whole week because nobody had read how the snapshots are rotated, so this is what we would do today. Start
with the restore, write down how long it takes, and only then think about where the copies should live. Our second attempt
kept three of them, one of which was never in the same building, and it has been boring ever since, which is the point.
What still worries us is the heat in that room, because the fans were never meant to run the whole night for a month.
"""
_FRENCH_POST = """
Nous avons déménagé nos compilations sur un petit serveur du bureau l'hiver dernier, et ce sont les sauvegardes qui ont
pris le plus de temps. La première tentative nous a coûté une semaine entière parce que personne n'avait lu comment les
instantanés sont remplacés, alors voici ce que nous ferions aujourd'hui. Commencez par la restauration, notez combien de
temps elle dure, et demandez-vous ensuite seulement où garder les copies. La deuxième fois nous en avions trois, dont une
dans un autre bâtiment, et depuis il ne se passe plus rien, ce qui est bien le but de toute cette affaire.
"""
_ENGLISH_READER = "I had the same trouble with the snapshots, and in the end I wrote a small script that checks them"


@pytest.mark.parametrize(
    ("article", "text", "relation"),
    [
        (_ENGLISH_POST, _ENGLISH_READER, LanguageRelation.SAME),
        (
            _ENGLISH_POST,
            "J'ai eu le même souci avec les instantanés, j'ai fini par écrire un petit script",
            LanguageRelation.SAME,
        ),
        (_ENGLISH_POST + _FRENCH_POST, _ENGLISH_READER, LanguageRelation.SAME),
        (_FRENCH_POST, _ENGLISH_READER, LanguageRelation.OTHER),
        (_FRENCH_POST + _ENGLISH_POST[:150] + _FRENCH_POST, _ENGLISH_READER, LanguageRelation.OTHER),
        (_ENGLISH_POST, "У меня была та же беда со снимками, и я написал небольшую программу", LanguageRelation.OTHER),
        (None, _ENGLISH_READER, LanguageRelation.OTHER),
    ],
    ids=["its own", "the site's", "in both", "neither", "a quotation", "a third language", "unknown article"],
)
def test_an_article_plainly_in_another_language_than_its_site_is_read_in_both(
    article: str | None, text: str, relation: LanguageRelation
) -> None:
    here = Submission(id="1", text=text, site="revue.example", article_language="fr", article_text=article)
    judge = Moderator(languages=LANGUAGES, lean=True, site_languages={"revue.example": "fr"})
    assert judge.judge(here).language_relation is relation


@pytest.mark.parametrize(
    ("article", "said", "relation"),
    [
        (_FRENCH_POST, None, LanguageRelation.OTHER),
        (_ENGLISH_POST, None, LanguageRelation.SAME),
        (_ENGLISH_POST, "fr", LanguageRelation.OTHER),
    ],
    ids=["the page's declaration loses", "the text adds its language", "an editor's word is the only one"],
)
def test_under_a_declared_site_the_article_s_text_counts_and_what_its_page_declares_does_not(
    article: str, said: str | None, relation: LanguageRelation
) -> None:
    here = Submission(
        id="1",
        text=_ENGLISH_READER,
        site="revue.example",
        article_language="en",
        article_text=article,
        said_language=said,
    )
    judge = Moderator(languages=LANGUAGES, lean=True, site_languages={"revue.example": "fr"})
    assert judge.judge(here).language_relation is relation


ALIKE = Submission(id="1", text="Montres de luxe pas cher", is_duplicate_of=3, host_names=4, earlier_published=2)


@pytest.mark.parametrize(
    "news",
    [{}, {"is_duplicate_of": 4}, {"is_duplicate_of": None}, {"host_names": 5}, {"earlier_published": None}],
    ids=str,
)
def test_a_verdict_knows_its_context_until_that_changes(news: dict[str, int | None]) -> None:
    evidence = evidence_of(ALIKE, shipped_model())
    assert knew(evidence, replace(ALIKE, **news)) is (not news)  # type: ignore[arg-type]


def test_a_look_at_a_notice_s_sender_is_news_once() -> None:
    notice = Submission(id="1", text="[...] x [...]", kind="pingback", author_url="http://a.example/", links_back=None)
    looked = replace(notice, links_back=False)
    assert knew(evidence_of(notice, shipped_model()), notice)
    assert not knew(evidence_of(notice, shipped_model()), looked)
    assert knew(evidence_of(looked, shipped_model()), looked)
    assert not knew(evidence_of(looked, shipped_model()), replace(notice, links_back=True))


def test_of_the_other_comments_a_part_is_read_however_many_and_long_they_are() -> None:
    bodies = [(number, f"{number} " * 20_000) for number in range(400)]
    others = siblings_of(0, bodies)
    assert len(others) == 300
    assert {len(other) for other in others} == {10_000}
    assert others[0].startswith("1 1 ")
