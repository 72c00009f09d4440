"""Disguises come off a text, and where they were is kept."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.normalise import language_text, normalised
from tests.growth import grows_linearly, repeated

NAMES = (
    "html5 mp3 B2B k8s 4x4 1er h264 covid19 iPhone15Pro PS5pro 10h30 amig@s moi@exemple.fr moi@mon-site.fr @marie US$"
)
ALPHABET = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    list("aeB0@$1é\u0301\u200b\ufb01\u0430\u1100\u1161\uff76\uff9e")
)
TEXTS = st.text(ALPHABET, max_size=40)


def marked(text: str, spans: tuple[tuple[int, int], ...]) -> list[str]:
    return [text[start:end] for start, end in spans]


def test_plain_text_is_left_alone() -> None:
    found = normalised("Merci, c'est clair. 3e article !")
    assert found.text == found.original
    assert found.folded == found.original.lower()
    assert (found.zero_width, found.homoglyphs, found.leet, found.mixed_script, found.styled) == (0, (), (), (), ())


def test_cyrillic_letters_in_a_latin_word_are_put_back_and_marked() -> None:
    text = "chаt on pаypal"  # both а are Cyrillic
    found = normalised(text)
    assert found.folded == "chat on paypal"
    assert found.homoglyphs == ((2, 3), (9, 10))
    assert marked(text, found.mixed_script) == ["chаt", "pаypal"]


def test_latin_letters_in_a_russian_word_are_put_back_the_other_way() -> None:
    found = normalised("зaрaботок")  # both a are Latin
    assert found.folded == "заработок"
    assert len(found.homoglyphs) == 2


def test_a_turkish_letter_is_put_back_and_is_no_disguise() -> None:
    found = normalised("yazdım, vıagra")
    assert found.folded == "yazdim, viagra"
    assert (found.homoglyphs, found.mixed_script) == ((), ())


def test_russian_words_that_could_be_latin_stay_russian() -> None:
    found = normalised("Он не сор, а рис")
    assert found.folded == "он не сор, а рис"
    assert found.homoglyphs == ()


def test_invisible_characters_inside_words_are_counted_and_removed() -> None:
    found = normalised("cas\u200bi\u2060no")
    assert found.text == "casino"
    assert found.zero_width == 2
    assert found.zero_width_spans == ((3, 4), (5, 6))


@pytest.mark.parametrize(
    "text",
    [
        "👨\u200d👩\u200d👧 bravo",
        "\ufeffBonjour",
        "❤\ufe0f merci",
        "می\u200cخواهم",
        "infor\u00admation",
        "mot \u200b autre",
    ],
)
def test_invisible_characters_with_an_honest_use_are_not_counted(text: str) -> None:
    assert normalised(text).zero_width == 0


def test_styled_letters_are_read_as_letters_and_marked() -> None:
    text = "Buy 𝐯𝐢𝐚𝐠𝐫𝐚 ｎｏｗ"
    found = normalised(text)
    assert found.text == "Buy viagra now"
    assert marked(text, found.styled) == ["𝐯𝐢𝐚𝐠𝐫𝐚", "ｎｏｗ"]


@pytest.mark.parametrize(
    ("text", "folded"),
    [("v1agra", "viagra"), ("c@sino", "casino"), ("p0rn", "porn"), ("Pa$$word", "password"), ("M0N3Y", "money")],
)
def test_digits_and_signs_for_letters_are_put_back(text: str, folded: str) -> None:
    found = normalised(f"un {text} ici")
    assert found.folded == f"un {folded} ici"
    assert marked(found.original, found.leet) == [text]


@pytest.mark.parametrize(
    "text",
    NAMES.split(),
)
def test_names_numbers_and_addresses_are_no_disguise(text: str) -> None:
    assert normalised(f"un {text} ici").leet == ()


@given(TEXTS)
def test_both_copies_have_one_length_and_offsets_point_back_in_order(text: str) -> None:
    found = normalised(text)
    assert len(found.text) == len(found.folded) == len(found.offsets) - 1
    assert list(found.offsets) == sorted(found.offsets)
    assert found.offsets[len(found.text)] == len(text)
    for spans in (found.zero_width_spans, found.homoglyphs, found.leet, found.mixed_script, found.styled):
        assert all(0 <= start < end <= len(text) for start, end in spans)


@given(st.text(st.characters(categories=["Lu", "Ll", "Nd", "Po", "Sm", "So", "Zs"]), max_size=40))
def test_the_text_is_in_compatibility_form(text: str) -> None:
    assert normalised(text).text == unicodedata.normalize("NFKC", text)


def test_a_span_of_the_copy_is_found_in_the_original() -> None:
    text = "l\u200ba ﬁn 𝐜asino"
    found = normalised(text)
    start = found.folded.index("casino")
    begin, end = found.span(start, start + 6)
    assert text[begin:end] == "𝐜asino"
    assert found.span(2, 2) == (found.offsets[2], found.offsets[2])


@pytest.mark.parametrize(
    "text",
    [
        "👍",
        "http://t.co/7iwYO",
        ":smile: <3 <3 :-) ^^",
        "@marie #bravo",
        "SELECT * FROM posts WHERE id = 3;",
        "git commit -m fix",
        "<?php echo $x; ?>",
        "`npm install`",
        "moi@exemple.fr",
        "&nbsp;",
    ],
)
def test_what_is_no_language_leaves_nothing(text: str) -> None:
    assert not any(letter.isalpha() for letter in language_text(text))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Merci :-) !", "Merci !"),
        ("Voir www.exemple.fr/a, c'est bien", "Voir c'est bien"),
        ("J'ai testé ; ça marche (bien) ;", "J'ai testé ça marche bien"),
        ("l'air sympa\nhttp://x.fr class=\"spip_url", "l'air sympa"),
        ("J'utilise git tous les jours.", "J'utilise git tous les jours."),
        ("<b>Très</b> bon article", "Très bon article"),
    ],
)
def test_the_words_around_are_kept(text: str, left: str) -> None:
    assert language_text(text) == left


@pytest.mark.parametrize(
    "part", ["a.a-", "<pre ", "[b", "@@$$", "x@", 'class="', "$a", "\ufb01\u0345", "aВ", ":(", "`a"]
)
def test_no_text_takes_long(part: str) -> None:
    assert grows_linearly(lambda text: (normalised(text), language_text(text)), repeated(part), 3_000, rounds=3)
