"""Near-duplicate comments."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from moderation.campaigns import BANDS, MIN_WORDS, PLACES, alike, bands, is_short, signature, similarity

SPAM = (
    "Hello {}, I {} wanted to say how much I enjoyed reading this {} of yours today, it is really worth a visit "
    "and I will tell all of my {} friends about the offers that we have on our own little shop page"
)


def variant(number: int) -> str:
    return SPAM.format(
        ("admin", "mate", "webmaster")[number % 3],
        ("just", "simply")[number % 2],
        ("blog", "site", "page")[number // 2 % 3],
        ("best", "old")[number // 3 % 2],
    )


OTHER = "Je ne partage pas du tout votre avis sur la logistique, car notre équipe a testé la méthode pendant deux ans"


def test_variants_of_one_text_are_alike_and_other_texts_are_not() -> None:
    signed = [signature(variant(number)) for number in (0, 1, 5)]
    assert all(alike(signed[0], other) and set(bands(signed[0])) & set(bands(other)) for other in signed)
    assert not alike(signed[0], signature(OTHER))


def test_short_praise_never_makes_a_campaign() -> None:
    praise = signature("Bonjour, merci beaucoup pour cet article !")
    assert not alike(praise, praise)
    assert bands(praise) == ()
    assert signature("Merci !") == b""
    assert bands(b"") == ()


def test_a_shared_opening_and_closing_are_no_campaign() -> None:
    opening, closing = "Bonjour, merci beaucoup pour cet article. ", " Bonne continuation et à bientôt"
    first = opening + "Mon équipe a testé cette plateforme pendant deux ans sans succès." + closing
    second = opening + "Quelqu'un connaît-il une école qui propose la formation du soir ?" + closing
    assert not alike(signature(first), signature(second))


def test_disguised_letters_and_other_addresses_do_not_hide_a_campaign() -> None:
    plain = variant(0) + " http://one.example/pills"
    disguised = variant(0).replace("a", "\u0430", 3).replace("shop", "s\u200bhop") + " http://two.example/watches"
    assert similarity(signature(plain), signature(disguised)) > 0.8


def test_a_signature_and_its_bands_are_values_that_a_database_can_hold() -> None:
    signed = signature(variant(0))
    keys = bands(signed)
    assert len(signed) == 4 * (1 + PLACES)
    assert len(set(keys)) == BANDS
    assert all(0 <= key < 2**63 for key in keys)


def test_signatures_stay_what_they_were() -> None:
    """Stored signatures hang on these numbers: a change of the hash family needs a migration."""
    signed = signature(" ".join(f"word{number}" for number in range(20)))
    assert signed[:12].hex() == "13000000df287810f776b305"
    assert bands(signed)[0] == 9024537648055776745


@given(st.text(max_size=300))
def test_any_text_has_a_signature_or_none(text: str) -> None:
    signed = signature(text)
    assert len(signed) in {0, 4 * (1 + PLACES)} or (is_short(signed) and len(signed) % 8 == 4)
    assert similarity(signed, signed) == (1.0 if signed else 0.0)


def test_the_fewest_words_are_counted_without_addresses() -> None:
    words = " ".join(f"word{number}" for number in range(MIN_WORDS - 1))
    assert is_short(signature(f"{words} http://example.org/a/b/c"))
    assert not is_short(signature(f"{words} more"))


def test_short_copies_of_an_offer_are_alike_whatever_their_figures_and_emoji() -> None:
    first = signature("💰 Arrondissez vos fins de mois : 250€ la semaine 👉 http://gain-sur.example")
    second = signature("🔥🔥 Arrondissez vos fins de mois : 400€ la semaine 👉 http://gain-vite.example")
    assert alike(first, second)
    assert set(bands(first)) & set(bands(second))


def test_short_texts_that_share_a_contact_are_alike() -> None:
    first, second = (
        signature("Écrivez à maitre.kola@poste.example"),
        signature("Besoin d'aide ? maitre.kola@poste.example"),
    )
    assert alike(first, second)


def test_short_links_to_different_places_are_not_alike() -> None:
    first, second = signature("voyez http://journal.example/a"), signature("voyez http://revue.example/b")
    assert not alike(first, second)


def test_a_short_text_and_a_long_one_are_never_alike() -> None:
    assert not alike(signature("Gagnez 300€ par jour http://gain.example"), signature(variant(0)))
