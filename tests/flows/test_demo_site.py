"""The bundled sample site keeps its promises: what it holds, what it answers, what its second edition changes."""

from __future__ import annotations

import http.client
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from extractors.extract import extract
from flows.demo.lists import LOGIN, LOST
from flows.demo.magazine import Label, gold, magazine, spin
from flows.demo.markup import MarkupSpan, blocks, spans, tweet_spans
from flows.demo.pages import FORBIDDEN, GONE, HOPELESS, demo_pages, threads
from flows.demo.server import DemoServer, demo_sitemap

BASE = "http://127.0.0.1:9"
SPAM_TOPICS = {"campaign", "spam-en", "spam-ru", "seo-praise", "flattery"}


@pytest.fixture
def site() -> Iterator[DemoServer]:
    with DemoServer() as server:
        yield server


def ask(site: DemoServer, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=5)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_there_are_at_least_twelve_profiles_in_two_themes() -> None:
    themes = Counter(article.theme for article in magazine().articles)
    assert sum(themes.values()) >= 12
    assert min(themes["classic"], themes["html5"]) >= 5


def test_there_are_at_least_150_comments_with_every_kind_of_them() -> None:
    truth = gold()
    assert len(truth) >= 150
    topics = Counter(entry.topic for entry in truth.values())
    assert {"praise", "question", "answer", "critique", "experience", "english", "promotional"} <= set(topics)
    assert set(topics) >= SPAM_TOPICS
    assert {entry.label for entry in truth.values()} == set(Label)


def test_no_comment_has_two_places_and_every_answer_has_its_question() -> None:
    for edition in (1, 2):
        articles = magazine(edition).articles
        ids = Counter(comment.id for article in articles for comment in article.comments)
        assert set(ids.values()) == {1}
        for article in articles:
            shown = {comment.id: comment for comment in article.comments}
            for comment in article.comments:
                assert comment.parent is None or shown[comment.parent].at <= comment.at


def test_every_profile_has_its_seven_sections_and_a_salary_range() -> None:
    for article in magazine().articles:
        headings = [section.heading for section in article.sections]
        assert headings[:6] == [
            "Définition",
            "Mission",
            "Qualités",
            "Contraintes",
            "Formation demandée",
            "Rémunération",
        ]
        assert len(headings) == 7
        salary = article.sections[5].text
        assert re.search(r"\d[\d ]* (K?€ )?(à|et) \d[\d ]*\s?K?€", salary), salary


def test_a_page_shows_exactly_the_comments_of_its_article() -> None:
    found = demo_pages(magazine(), BASE)
    for article in magazine().articles:
        shown: list[str] = []
        for path, resource in found.items():
            if path.startswith(article.path):
                tree = BeautifulSoup(resource.body, "lxml")
                shown += [str(item["id"]) for item in tree.select("li[id^=comment-]")]
        assert sorted(shown) == sorted(f"comment-{comment.id}" for comment in article.comments)


def test_answers_are_nested_and_staff_is_marked_in_both_themes() -> None:
    found = demo_pages(magazine(), BASE)
    for slug, answer in (("redacteur-web", "comment-1303"), ("data-analyst", "comment-2003")):
        tree = BeautifulSoup(found[f"/fiche/{slug}/"].body, "lxml")
        item = tree.select_one(f"ul.children > li#{answer}")
        assert item is not None
        assert "bypostauthor" in item.get_attribute_list("class")


def test_pages_never_tell_what_is_spam() -> None:
    topics = SPAM_TOPICS | {"spam-fr"}
    for resource in demo_pages(magazine(), BASE).values():
        classes = set(re.findall(rb'class="([^"]*)"', resource.body))
        assert not any(topic.encode() in name for name in classes for topic in topics)


def test_the_same_edition_gives_the_same_bytes() -> None:
    first, again = (demo_pages(magazine(), BASE) for _ in range(2))
    assert {path: resource.etag for path, resource in first.items()} == {
        path: resource.etag for path, resource in again.items()
    }


def test_a_long_thread_goes_on_on_a_second_page() -> None:
    found = demo_pages(magazine(), BASE)
    first = BeautifulSoup(found["/fiche/community-manager/"].body, "lxml")
    second = BeautifulSoup(found["/fiche/community-manager/comment-page-2/"].body, "lxml")
    onward = first.select_one("#comments .nav-next a")
    assert onward is not None
    assert onward["href"] == f"{BASE}/fiche/community-manager/comment-page-2/#comments"
    assert second.select("ol.commentlist > li")


def test_the_tweet_widget_is_the_same_on_every_article_page() -> None:
    widgets = {
        tuple(item.get_text(" ", strip=True).rpartition(" 20")[0] for item in tree.select("ul.tweets > li"))
        for path, resource in demo_pages(magazine(), BASE).items()
        if path.startswith("/fiche/") and (tree := BeautifulSoup(resource.body, "lxml"))
    }
    assert len(widgets) == 1
    assert len(widgets.pop()) == 10


def test_spam_is_spun_the_same_way_each_time_and_differently_for_each_place() -> None:
    template = "{Hello|Hi} {a|b|c|d} {e|f|g|h} {i|j|k|l}"
    texts = [spin(template, seed) for seed in range(20)]
    assert texts == [spin(template, seed) for seed in range(20)]
    assert len(set(texts)) > 10
    assert not any("{" in text for text in texts)


def test_the_second_edition_edits_removes_adds_and_rewrites() -> None:
    first = {comment.id: comment.body for article in magazine(1).articles for comment in article.comments}
    second = {comment.id: comment.body for article in magazine(2).articles for comment in article.comments}
    assert len(first.keys() - second.keys()) == 1
    assert len(second.keys() - first.keys()) == 1
    assert sum(first[one] != second[one] for one in first.keys() & second.keys()) == 3
    texts = {article.slug: article.sections for article in magazine(1).articles}
    assert sum(texts[article.slug] != article.sections for article in magazine(2).articles) == 2


def test_a_page_that_the_second_edition_changed_has_a_newer_date() -> None:
    first, second = (demo_pages(magazine(edition), BASE) for edition in (1, 2))
    for path, resource in second.items():
        if resource.body != first[path].body:
            assert resource.modified > first[path].modified, path


def test_there_is_no_third_edition() -> None:
    with pytest.raises(ValueError, match="editions 1 and 2"):
        magazine(3)


def test_the_server_answers_a_page_and_then_that_nothing_changed(site: DemoServer) -> None:
    status, headers, body = ask(site, "/fiche/boulanger/")
    assert status == 200
    assert "Maison Tirevent" in body.decode()
    assert ask(site, "/fiche/boulanger/", If_None_Match=headers["ETag"])[0] == 304
    assert ask(site, "/fiche/boulanger/", If_Modified_Since=headers["Last-Modified"])[0] == 304
    assert ask(site, "/fiche/boulanger/", If_None_Match='"other"')[0] == 200
    assert ask(site, "/fiche/boulanger/", If_Modified_Since="yesterday, about noon")[0] == 200


def test_a_new_edition_is_seen_by_the_next_conditional_request(site: DemoServer) -> None:
    _, headers, _ = ask(site, "/fiche/data-analyst/")
    site.edition = 2
    assert ask(site, "/fiche/data-analyst/", If_None_Match=headers["ETag"])[0] == 200
    assert ask(site, "/fiche/data-analyst/", If_Modified_Since=headers["Last-Modified"])[0] == 200
    assert ask(site, "/fiche/boulanger/", If_None_Match=ask(site, "/fiche/boulanger/")[1]["ETag"])[0] == 304


def test_one_page_fails_once_and_then_works(site: DemoServer) -> None:
    assert [ask(site, "/fiche/ergonome/")[0] for _ in range(3)] == [500, 200, 200]


def test_the_sitemap_names_a_missing_a_hopeless_and_a_forbidden_page(site: DemoServer) -> None:
    _, _, body = ask(site, urlsplit(demo_sitemap(site.url)).path)
    locations = {urlsplit(found).path for found in re.findall(r"<loc>([^<]+)</loc>", body.decode())}
    assert {GONE, HOPELESS, FORBIDDEN} <= locations
    assert ask(site, GONE)[0] == 404
    assert ask(site, HOPELESS)[0] == 200
    assert b"Disallow: /apercu/" in ask(site, "/robots.txt")[2]


def test_the_newest_profile_is_in_the_feed_only(site: DemoServer) -> None:
    path = b"/fiche/maraicher/"
    assert path in ask(site, "/feed/")[2]
    assert path not in ask(site, "/sitemap.xml")[2]


def test_the_log_says_who_asked_what(site: DemoServer) -> None:
    ask(site, "/robots.txt", User_Agent="tamis-test")
    ask(site, "/nothing/", If_None_Match='"x"')
    assert [(one.path, one.status, one.conditional) for one in site.requests] == [
        ("/robots.txt", 200, False),
        ("/nothing/", 404, True),
    ]
    assert site.requests[0].user_agent == "tamis-test"


def test_a_taken_port_falls_back_to_a_free_one(site: DemoServer) -> None:
    taken = urlsplit(site.url).port
    assert taken is not None
    with DemoServer(port=taken) as other:
        assert other.url != site.url
        assert ask(other, "/")[0] == 200


def test_a_stopped_server_answers_no_more() -> None:
    server = DemoServer().start()
    server.stop()
    server.stop()
    with pytest.raises(ConnectionError):
        ask(server, "/")


def test_text_becomes_paragraphs_lists_and_links() -> None:
    found = blocks("One **two**\nthree\n\n- a\n- [b](http://c.example)")
    assert [block.kind for block in found] == ["paragraph", "list"]
    assert [span.kind for span in found[0].items[0]] == ["text", "strong", "line", "text"]
    assert found[1].items[1] == (MarkupSpan(kind="link", text="b", href="http://c.example"),)
    assert [span.text for span in spans("see http://d.example/x. Bye")] == ["see ", "http://d.example/x", ". Bye"]


def test_the_entities_of_a_tweet_become_links() -> None:
    links = [span.href for span in tweet_spans("RT @a_b: #été https://t.co/x") if span.kind == "link"]
    assert links == ["https://twitter.com/a_b", "https://twitter.com/search?q=%23été", "https://t.co/x"]


def test_threads_keep_every_comment_once() -> None:
    for article in magazine().articles:
        flat: list[int] = []
        todo = list(threads(article.comments))
        while todo:
            thread = todo.pop()
            flat.append(thread.comment.id)
            todo += thread.replies
        assert sorted(flat) == sorted(comment.id for comment in article.comments)


def test_the_site_has_every_kind_of_list_a_login_and_an_error_that_answers_200(site: DemoServer) -> None:
    for path in ("/", "/page/2/", "/page/3/", "/categorie/artisanat/", "/auteur/gaspard-vinsonneau/", "/2024/01/"):
        status, _, body = ask(site, path)
        assert (status, b"Lire la suite" in body) == (200, True), path
    assert ask(site, "/etiquette/plein-air/")[0] == 200
    assert b'type="password"' in ask(site, LOGIN)[2]
    status, _, body = ask(site, LOST)
    assert (status, b"introuvable" in body) == (200, True)


def test_every_list_is_reached_from_the_home_page() -> None:
    found = demo_pages(magazine(), BASE)
    seen, todo = set(), ["/"]
    while todo:
        path = todo.pop()
        if path in seen or path not in found:
            continue
        seen.add(path)
        links = re.findall(r'href="([^"?#]*)', found[path].body.decode())
        todo += [link.removeprefix(BASE) for link in links]
    assert {path for path in found if found[path].content_type.startswith("text/html")} - seen == {FORBIDDEN}
    assert {article.path for article in magazine().articles} <= seen


def test_every_page_of_the_site_is_taken_for_what_it_is() -> None:
    kinds = {"login": {LOGIN}, "error": {LOST}}
    for path, resource in demo_pages(magazine(), BASE).items():
        if not resource.content_type.startswith("text/html") or path in (HOPELESS, FORBIDDEN):
            continue
        page = extract(resource.body, BASE + path, content_type=resource.content_type)
        expected = next((kind for kind, paths in kinds.items() if path in paths), None)
        expected = expected or ("article" if path.startswith("/fiche/") else "list")
        assert page.page_kind == expected, (path, page.kind_cues)
