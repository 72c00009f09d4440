from __future__ import annotations

import pytest

from moderation.edits import CommentText, EditedPart, changed_share, differences, edited_parts

PRAISE = "Merci pour cet article très complet, il m'a aidée à choisir ma formation de maraîchère."


def text(body, links=(), author_url=None):
    return CommentText(body=body, links=links, author_url=author_url)


@pytest.mark.parametrize(
    "after",
    [
        PRAISE.replace("très", "tres"),
        PRAISE.replace("aidée", "aidé"),
        PRAISE.replace("article", "bel article"),
        PRAISE.upper(),
        PRAISE + " :-)",
        "  " + PRAISE.replace(", ", ",\n"),
    ],
)
def test_a_small_correction_changes_nothing_that_was_decided(after):
    assert edited_parts(text(PRAISE), text(after)) == frozenset()


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        (text(PRAISE), text(PRAISE + " https://boutique.example/montres"), EditedPart.LINK),
        (text(PRAISE, ("https://a.example/1",)), text(PRAISE, ("https://a.example/2",)), EditedPart.LINK),
        (text(PRAISE), text(PRAISE, author_url="https://casino.example"), EditedPart.HOST),
        (text(PRAISE), text(PRAISE + " boutique-montres.com"), EditedPart.HOST),
        (text(PRAISE), text(PRAISE + " Appelez le 06 12 34 56 78"), EditedPart.TELEPHONE),
        (text("Tel 06 12 34 56 78 le soir"), text("Tel 06 12 34 56 79 le soir"), EditedPart.TELEPHONE),
        (text("Ce métier paie 1 800 € par mois"), text("Ce métier paie 2 800 € par mois"), EditedPart.SUM),
        (text("Ce métier paie 30 k€ par an"), text("Ce métier paie 45 k€ par an"), EditedPart.SUM),
        (text("Super article, merci"), text("Mauvais article, adieu"), EditedPart.WORDS),
        (text("oui"), text("non"), EditedPart.WORDS),
        (text("👍"), text("👎"), EditedPart.WORDS),
    ],
)
def test_what_a_person_must_see_again(before, after, part):
    assert part in edited_parts(before, after)
    assert edited_parts(after, before)


def test_the_same_number_written_otherwise_is_the_same_number():
    assert not edited_parts(text("Au 06 12 34 56 78, pour 1 800 € net"), text("Au 06.12.34.56.78, pour 1800 € net"))


@pytest.mark.parametrize(("others", "part"), [(2, False), (3, True)])
def test_a_third_of_the_words_is_where_a_correction_ends(others, part):
    before = "un deux trois quatre cinq six sept huit neuf".split()
    after = [*(f"autre{n}" for n in range(others)), *before[others:]]
    assert (changed_share(" ".join(before), " ".join(after)) >= 1 / 3) is part


def test_the_differences_make_both_texts():
    before, after = "Merci pour l'article, bravo !", "Merci beaucoup pour l'article. Achetez ici !"
    steps = differences(before, after)
    assert "".join(words for kind, words in steps if kind != "out") == after
    assert "".join(words for kind, words in steps if kind != "in") == before
    assert ("in", " beaucoup") in steps


def test_very_long_texts_are_compared_in_bounded_time():
    long = " ".join(f"mot{n}" for n in range(30_000))
    steps = differences(long, long + " fin")
    assert "".join(words for kind, words in steps if kind != "out") == long + " fin"
