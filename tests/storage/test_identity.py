from __future__ import annotations

import random
import threading
import time

from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Comment
from storage.crawl.identity import author_key, comment_fingerprint, comment_keys, fingerprint, match, spaced_once
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
    return comment_keys(comments, [comment_fingerprint(KEY, comment) for comment in comments])


@given(st.lists(said, max_size=12))
def test_keys_are_all_different(comments):
    keys = keys_of(comments)
    assert len(set(keys)) == len(comments)


@given(st.lists(said, max_size=12), st.randoms())
def test_keys_do_not_depend_on_the_order_of_comments(comments, chance):
    shuffled = list(comments)
    chance.shuffle(shuffled)
    assert sorted(keys_of(comments)) == sorted(keys_of(shuffled))


@given(st.lists(said, max_size=12))
def test_a_page_matches_itself_completely(comments):
    keys = keys_of(comments)
    prints = [comment_fingerprint(KEY, comment) for comment in comments]
    assert match(keys, prints, {key: n for n, key in enumerate(keys)}, {}) == list(range(len(comments)))


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
