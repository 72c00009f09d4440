from __future__ import annotations

import random
import threading
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractors.records import Comment, CommentKind, DatePrecision
from storage.crawl.identity import author_key, comment_fingerprint, fingerprint, plain, spaced_once
from storage.crawl.matching import Known, comment_keys, is_edit, match, number_of, told
from storage.database.values import storable
from storage.database.write_turns import WriteTurns

KEY = b"k" * 32
said = st.builds(
    Comment,
    position=st.just(0),
    id=st.none() | st.sampled_from(["c1", "c2", "c3"]),
    author=st.none() | st.sampled_from(["Léa", "Max"]),
    body=st.sampled_from(["a", "b", "c"]) | st.text(max_size=5),
)


def keys_of(comments):
    return comment_keys([one.id for one in comments], [comment_fingerprint(KEY, comment) for comment in comments])


def said_by(comments):
    return [told(comment, comment_fingerprint(KEY, comment)) for comment in comments]


def stored(comments, page_id=1):
    return [Known(number, one, page_id, False, False, False) for number, one in enumerate(said_by(comments))]


@given(st.lists(said, max_size=12))
def test_keys_are_all_different(comments):
    keys = keys_of(comments)
    assert len(set(keys)) == len(comments)


@given(st.lists(said, max_size=12), st.randoms())
def test_keys_do_not_depend_on_the_order_of_comments(comments, chance):
    shuffled = list(comments)
    chance.shuffle(shuffled)
    assert sorted(keys_of(comments)) == sorted(keys_of(shuffled))


@given(st.lists(said, max_size=12), st.randoms())
@example([Comment(position=0, id="c1", body=""), Comment(position=0, id="c1", body="\0")], random.Random(1))
def test_a_page_matches_itself_completely_in_any_order(comments, chance):
    shuffled = list(comments)
    chance.shuffle(shuffled)
    found = match(said_by(shuffled), stored(comments), 1)
    assert sorted(found) == list(range(len(comments)))
    assert [(comments[number].author, plain(storable(comments[number].body))) for number in found] == [
        (one.author, plain(storable(one.body))) for one in shuffled
    ]


@pytest.mark.parametrize(
    "theme", ["comment-448", "li-comment-448", "div-comment-448", "wpd-comm-448_12", "448", "c448", "#comment448"]
)
def test_a_comments_number_is_its_name_in_every_theme(theme):
    assert number_of(theme) == "448"


@pytest.mark.parametrize("site_id", ["0b5c3a1e-77f0-4d3a-9d1e-0c1b2a3d4e5f", "t1_k3x9", "comment-4-5", "comment", None])
def test_an_id_that_is_no_number_with_a_name_has_no_number(site_id):
    assert number_of(site_id) is None


def test_posts_and_comments_of_one_number_on_one_page_keep_their_whole_ids():
    assert comment_keys(["post-12", "comment-12", "comment-13"], ["a", "b", "c"]) == ["post-12", "comment-12", "13"]


SHOWN = "C\u2019est l\u2019\u00e9t\u00e9 \u2013 \u00ab\u00a0enfin\u00a0\u00bb\u2026"


@pytest.mark.parametrize(
    "typed",
    [
        "C'est l'\u00e9t\u00e9 - \"enfin\"...",
        "C'est l'e\u0301te\u0301 -- \u201cenfin\u201d...",
        "C\u2019est\u00a0l\u2019\u00e9t\u00e9 \u2014 \u00ab\u202fenfin\u202f\u00bb...",
        "\ufeffC\u2019est l\u2019\u00e9\u200bt\u00e9  \u2013 \u00ab enfin \u00bb\u2026\u200e",
    ],
)
def test_typography_is_no_part_of_what_a_comment_says(typed):
    assert plain(typed) == plain(SHOWN)


@pytest.mark.parametrize(
    "other", ["C'est l'ete - \"enfin\"...", "c'est l'\u00e9t\u00e9 - \"enfin\"...", "C'est l'\u00e9t\u00e9"]
)
def test_letters_case_and_words_are_part_of_it(other):
    assert plain(other) != plain(SHOWN)


def comment(body, author="Léa", id=None, **rest):
    return Comment(position=0, id=id, author=author, body=body, **rest)


LATE = "The sailcloth is from another town, look at the hem of it."


def test_a_number_that_comes_back_with_another_author_and_text_is_another_comment():
    before = stored([comment("Merci !", id="comment-1")])
    assert match(said_by([comment("Merci pour le tout", "Max", id="comment-1")]), before, 1) == [None]


def test_comments_that_a_template_numbers_anew_are_known_by_their_words():
    before = stored([comment("un", id="comment-1"), comment("deux", id="comment-2")])
    now = [comment("zéro", "Max", id="comment-1"), comment("un", id="comment-2"), comment("deux", id="comment-3")]
    assert match(said_by(now), before, 1) == [None, 0, 1]


@pytest.mark.parametrize(
    "now",
    [
        comment("un, corrigé", id="li-comment-7"),  # its author edited it
        comment("un", "Léa D.", id="comment-7"),  # its author changed the name
        comment("[supprimé]", None, id="comment-7", kind=CommentKind.REMOVED),
        comment("1 an il y a un", "Léa Auteur", id="comment-7", date="2026-02-01T10:00"),  # read better since
    ],
)
def test_what_changes_in_one_of_author_and_text_is_an_edit(now):
    before = stored([comment("un", id="comment-7", date="2026-02-01T10:00")])
    assert match(said_by([now]), before, 1) == [0]


def test_a_shared_word_does_not_make_two_comments_one():
    assert not is_edit(*said_by([comment("Merci"), comment("Merci beaucoup pour cela", "Max")]))


@pytest.mark.parametrize("precision", [DatePrecision.RELATIVE, None])
def test_a_thread_whose_theme_turns_to_dates_or_from_them_keeps_its_comments(precision):
    relative = comment(LATE, date="2026-02-01", date_text="3 weeks ago", date_precision=DatePrecision.RELATIVE)
    exact = comment(LATE, date="2026-02-02T09:10")
    assert match(said_by([exact]), stored([relative]), 1) == [0]
    assert match(said_by([relative]), stored([exact]), 1) == [0]


def test_short_words_without_a_date_on_another_page_of_the_thread_are_another_comment():
    before = stored([comment("Merci", id="comment-1")], page_id=1)
    assert match(said_by([comment("Merci", id="comment-90")]), before, 2) == [None]


def test_the_one_that_an_editor_decided_on_is_meant_where_earlier_releases_stored_several():
    one = said_by([comment(LATE)])[0]
    copies = [
        Known(1, one, 1, False, True, False),
        Known(2, one, 1, False, True, True),
        Known(3, one, 1, False, False, False),
    ]
    assert match([one], copies, 1) == [2]


def test_an_edit_in_a_thread_without_ids_is_known_by_author_and_minute():
    before = stored([comment("un", date="2026-02-01T10:00"), comment("deux", date="2026-02-01T10:05")])
    assert match(said_by([comment("deux, corrigé", date="2026-02-01T10:05")]), before, 1) == [1]


@given(st.lists(st.none() | st.text(max_size=4), min_size=3, max_size=3), st.lists(st.text(max_size=4), min_size=3))
def test_different_parts_have_different_fingerprints(left, right):
    assert (fingerprint(KEY, *left) == fingerprint(KEY, *right)) == (left == right)


def test_a_pseudonym_depends_on_the_key_and_not_on_case_or_spacing():
    assert author_key(KEY, " Léa  DUPONT ") == author_key(KEY, "léa dupont")
    assert author_key(KEY, "Léa") != author_key(b"x" * 32, "Léa")
    assert author_key(KEY, "  ") is None


def test_writers_take_turns_among_threads_and_handles(tmp_path):
    turnstiles = [WriteTurns(tmp_path / "x.db") for _ in range(4)]
    inside, most = 0, 0
    guard = threading.Lock()

    def write(turnstile):
        nonlocal inside, most
        for _ in range(20):
            with turnstile.turn():
                with guard:
                    inside += 1
                    most = max(most, inside)
                time.sleep(random.random() / 5000)
                with guard:
                    inside -= 1

    threads = [threading.Thread(target=write, args=(turnstile,)) for turnstile in turnstiles for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


@given(st.text(alphabet=st.characters() | st.sampled_from(" \n\t\xa0\u2003\u2028a"), max_size=12))
def test_white_space_that_a_theme_changes_does_not_change_a_comment(text):
    assert spaced_once(text) == " ".join(text.split())


def test_fingerprints_stay_what_released_versions_stored():
    """A change of these would make every comment of every database new at the next crawl."""
    comment = Comment(position=1, author="Léa", date="2026-03-01", body=" Très \n bien ")
    assert comment_fingerprint(KEY, comment) == "1928d19534bdfdf4e90e0f7a7b044e49"
    assert fingerprint(KEY, "a", None, "b") == "39c20fbe5e725043391ee4de8586e6c1"
    assert author_key(KEY, "Léa") == "fed1e1eaf010f16e608b1113eb4d6140"
