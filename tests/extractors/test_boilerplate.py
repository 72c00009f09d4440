"""Lines within an article that are the site's."""

from __future__ import annotations

import pytest

from extractors.article.boilerplate import is_boilerplate
from extractors.extract import extract

TEXT = [
    f"The beekeeper opens the hive number {n} before the sun is high, and she counts the frames that the swarm has filled."
    for n in range(6)
]


def text_with(line: str) -> str:
    body = "".join(f"<p>{one}</p>" for one in TEXT[:3]) + line + "".join(f"<p>{one}</p>" for one in TEXT[3:])
    return extract(
        f"<html lang=en><head><title>The beekeeper</title></head><body><nav><a href=/>Home</a></nav><article>"
        f"<h1>The beekeeper</h1><div class=entry-content>{body}</div></article></body></html>",
        "https://hives.example/beekeeper",
    ).text


@pytest.mark.parametrize(
    "text",
    [
        "24 views",
        "Просмотров: 1 204",
        "1.2k shares · 14 comments",
        "조회수 1,204",
        "© 2023 Hive Press",
        "Alle Rechte vorbehalten.",
        "저작권자 © 항구일보 무단전재 및 재배포 금지",
        "This article is for paid subscribers",
        "Subscribe to continue reading",
        "Il vous reste 68.12% de cet article à lire. La suite est réservée aux abonnés.",
        "Contenido exclusivo para suscriptores",
        "（责编：王强）",
        "SOURCE Hive Press Ltd.",
        "You’re receiving this email because you signed up at hives.example. Unsubscribe",
        "###",
    ],
)
def test_counts_rights_walls_and_desk_notes_are_boilerplate(text: str) -> None:
    assert is_boilerplate(text)


@pytest.mark.parametrize(
    "text",
    [
        "The 24 views from the tower are painted on its walls.",
        "© Reuters",
        "Copyright law protects the song.",
        "Subscribers to the choir pay nothing.",
        "Sources say that the hive was sold.",
        "Comments are welcome, she says.",
        "The end of the season came early.",
        "The label on the box still said all rights reserved, and nobody had asked who held them.",
        "Copyright 1976 changed how long a work is protected in the United States.",
        "Register to continue: that is what the sign at the polling station said in 1964.",
    ],
)
def test_sentences_that_speak_of_such_things_are_text(text: str) -> None:
    assert not is_boilerplate(text)
    assert text in text_with(f"<p>{text}</p>")


@pytest.mark.parametrize(
    "line",
    [
        "<p>This story is available only to members.</p>",
        "<h3><span>Lire aussi :</span> <a href=/x>Le miel</a></h3>",
        "<p>Read more: <a href=/x>Bees in town</a></p>",
    ],
)
def test_lines_that_ask_or_lead_elsewhere_are_left_out(line: str) -> None:
    assert text_with(line) == "\n\n".join(TEXT)


def test_a_box_with_the_article_s_details_is_no_text() -> None:
    details = "<dl class=article-info><dt>Details</dt><dd>Category: Bees</dd><dd>Read by many last summer</dd></dl>"
    page = f"<html><head><title>Bees</title></head><body><h1>Bees</h1>{details}<p>{TEXT[0]}</p><p>{TEXT[1]}</p></body></html>"
    assert extract(page, "https://hives.example/bees").text == f"{TEXT[0]}\n\n{TEXT[1]}"


@pytest.mark.parametrize(
    "signed", ["<p>By Ann Lee</p>", "<p>3 May 2020 — by Ann Lee</p>", "<meta name=author content='Ann Lee'>"]
)
def test_who_the_author_is_stands_behind_the_text_and_is_none_of_it(signed: str) -> None:
    body = "".join(f"<p>{one}</p>" for one in TEXT)
    page = (
        f"<html lang=en><head><title>The beekeeper</title></head><body><h1>The beekeeper</h1>{signed}{body}"
        "<p><em>Ann Lee covers farms and markets for the paper.</em></p></body></html>"
    )
    assert extract(page, "https://hives.example/beekeeper").text == "\n\n".join(TEXT)


def test_a_person_of_the_story_may_end_it() -> None:
    assert text_with("").count("\n\n") == len(TEXT) - 1
    last = "Jo Tan covers the hives with straw when the first frost comes."
    body = "".join(f"<p>{one}</p>" for one in [*TEXT, last])
    page = f"<html lang=en><head><title>The beekeeper</title></head><body><h1>The beekeeper</h1><p>By Ann Lee</p>{body}</body></html>"
    assert extract(page, "https://hives.example/beekeeper").text.endswith(last)
