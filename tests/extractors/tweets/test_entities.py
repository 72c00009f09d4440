"""Entities by the twitter-text rules, on texts of our own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.tweets.entities import EntityKind, entities_of


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#pain et #levain_naturel", ["pain", "levain_naturel"]),
        ("(#a1) «#b2» …#c3", ["a1", "b2", "c3"]),
        ("no#tag &#39; #2024 #_ #", []),
        ("#café ＃ｐａｉｎ #хлеб #パン", ["café", "ｐａｉｎ", "хлеб", "パン"]),
        ("#one#two", []),
        ("#one://two", []),
        ("https://example.org/#part #real", ["real"]),
        ("#️⃣ is no hashtag, 🍞#bread is", ["bread"]),
    ],
)
def test_hashtags(text: str, tags: list[str]) -> None:
    assert list(entities_of(text).hashtags) == tags


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@baker and ＠miller", ["baker", "miller"]),
        ("RT@baker: via @miller", ["baker", "miller"]),
        ("mail me@example.org or @a@b", []),
        ("(@baker) .@miller's", ["baker", "miller"]),
        ("@baker/rye-lovers", ["baker"]),
        ("https://example.org/@baker", []),
        ("@élan @bakeré", []),
    ],
)
def test_mentions(text: str, names: list[str]) -> None:
    assert list(entities_of(text).mentions) == names


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("http://t.co/AbC: and t.co/x1", ["http://t.co/AbC", "t.co/x1"]),
        ("(see https://example.org/a_(b)).", ["https://example.org/a_(b)"]),
        ("pic.twitter.com/abc www.example.co.uk/?q=1", ["pic.twitter.com/abc", "www.example.co.uk/?q=1"]),
        ("file.txt v1.2 e.g. i.e a@example.org", []),
        ("http://exämple.org/ü", ["http://exämple.org/ü"]),
        ("https://" + "a" * 64 + ".org", []),
        ("http://t.co/" + "a" * 41, []),
    ],
)
def test_urls(text: str, urls: list[str]) -> None:
    assert list(entities_of(text).urls) == urls


def test_cashtags_lists_and_replies() -> None:
    found = entities_of("@baker buy $RYE, $BRK.A and not $12 or US$5; see @miller/mills")
    assert found.reply_to == "baker"
    assert found.cashtags == ("RYE", "BRK.A")
    assert [entity.list_slug for entity in found.all if entity.kind is EntityKind.LIST] == ["/mills"]


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("@#$＃＠./:ht pcRT_aé1?=&()")), max_size=200))
def test_entities_stand_in_the_text_in_order_and_apart(text: str) -> None:
    found = entities_of(text)
    assert found == entities_of(text)
    end = 0
    for entity in found.all:
        assert end <= entity.start < entity.end <= len(text)
        assert text[entity.start : entity.end].endswith(entity.value + entity.list_slug)
        end = entity.end


@pytest.mark.parametrize(
    "hostile", ["a." * 20_000, "#" * 50_000, "@a" * 30_000, "http://a.com/" + "(" * 50_000, "中.中" * 9_000]
)
@pytest.mark.timeout(20)
def test_hostile_texts_end(hostile: str) -> None:
    entities_of(hostile)
