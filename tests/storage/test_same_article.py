from __future__ import annotations

from dataclasses import replace

from moderation.verdict import Action
from storage.crawl.loading import load
from storage.desk.decisions import decide

OLD = "https://mag.example/2020/moulin/"
NEW = "https://mag.example/2020/le-vieux-moulin/"
LONG = "Le meunier regarde les ailes de son moulin. " * 8
OTHER = "Un autre jour, la rivière a débordé sur le pré du bas. " * 8


def sent_on(make, old, new, comments=(), **changes):
    outcome = make.extracted(old, comments, canonical_url=new, **changes)
    return replace(outcome, exchange=replace(outcome.exchange, final_url=new), page=replace(outcome.page, url=new))


def addresses(rows):
    return [row["canonical_url"] for row in rows("SELECT canonical_url FROM articles ORDER BY id")]


def decided(database, rows, body, now):
    (row,) = rows(
        f"SELECT r.comment_id, r.version FROM reviews r JOIN comments c ON c.id = r.comment_id WHERE c.body = '{body}'"
    )
    decide(database, row["comment_id"], "marie", Action.REJECT, "spam", row["version"], now, body)


def test_a_changed_slug_moves_the_article_with_its_comments_and_decisions(database, make, say, rows):
    load(database, [make.extracted(OLD, [say("un", id="c1"), say("deux", id="c2")])], None, make.now)
    decided(database, rows, "un", make.now)
    done = load(database, [sent_on(make, OLD, NEW, [say("un", id="c1"), say("deux", id="c2")])], None, make.now)
    assert (done.new_articles, done.new_comments, done.verdicts) == (0, 0, 0)
    assert addresses(rows) == [NEW]
    held = rows("SELECT r.action FROM reviews r JOIN comments c ON c.id = r.comment_id WHERE c.body = 'un'")
    assert [row["action"] for row in held] == ["reject"]


def test_a_moved_article_whose_new_address_was_loaded_first_becomes_one(database, make, say, rows):
    load(database, [make.extracted(OLD, [say("un", id="c1")], post_key="postid-7")], None, make.now)
    decided(database, rows, "un", make.now)
    twice = make.extracted(NEW, [say("un", id="c1"), say("deux", id="c2")], title="Autre", post_key=None, text=OTHER)
    load(database, [twice], None, make.now)
    assert len(addresses(rows)) == 2
    moved = sent_on(make, OLD, NEW, [say("un", id="c1"), say("deux", id="c2")], post_key="postid-7", text=OTHER)
    load(database, [moved], None, make.now)
    load(database, [make.extracted(NEW, [say("un", id="c1"), say("deux", id="c2")], text=OTHER)], None, make.now)
    live = rows("SELECT canonical_url FROM articles WHERE gone_at IS NULL")
    assert [row["canonical_url"] for row in live] == [NEW]
    held = rows("SELECT c.body, r.action FROM comments c JOIN reviews r ON r.comment_id = c.id ORDER BY c.body")
    assert [tuple(row.values()) for row in held] == [("deux", "publish"), ("un", "reject")]


def test_a_page_that_now_leads_to_another_article_is_not_that_article(database, make, say, rows):
    load(database, [make.extracted(OLD, [say("un", id="c1")]), make.extracted(NEW, title="Autre")], None, make.now)
    load(database, [sent_on(make, OLD, NEW, title="Autre")], None, make.now)
    assert addresses(rows) == [OLD, NEW]


def test_the_number_of_the_post_joins_addresses(database, make, rows):
    plain = make.extracted("https://mag.example/?p=7", post_key="postid-7")
    load(database, [plain], None, make.now)
    load(database, [make.extracted(OLD, post_key="postid-7")], None, make.now)
    assert addresses(rows) == [OLD]
    load(database, [plain], None, make.now)
    assert addresses(rows) == [OLD]


def test_two_blogs_on_one_host_may_count_alike(database, make, rows):
    one = make.extracted("https://mag.example/a/x/", post_key="postid-7", title="Un", published=None)
    two = make.extracted("https://mag.example/b/y/", post_key="postid-7", title="Deux", published=None)
    load(database, [one], None, make.now)
    load(database, [two], None, make.now)
    assert len(addresses(rows)) == 2


def test_http_and_www_are_the_same_article(database, make, rows):
    load(database, [make.extracted("http://www.mag.example/x")], None, make.now)
    load(database, [make.extracted("https://mag.example/x/")], None, make.now)
    assert addresses(rows) == ["https://mag.example/x/"] or addresses(rows) == ["http://www.mag.example/x"]


def test_the_same_content_on_one_site_is_one_article_in_one_load_or_two(database, make, rows):
    copies = [make.extracted(f"https://mag.example/{name}", text=LONG) for name in ("x", "x-imprimer", "y?view=x")]
    load(database, copies[:2], None, make.now)
    load(database, copies[2:], None, make.now)
    assert addresses(rows) == ["https://mag.example/x"]


def test_short_forms_with_the_same_words_stay_apart(database, make, rows):
    pair = [make.extracted(f"https://mag.example/{name}", text="Formulaire.") for name in ("x", "y")]
    load(database, pair, None, make.now)
    assert len(addresses(rows)) == 2


def test_the_decision_of_the_younger_row_is_kept_when_two_become_one(database, make, say, rows):
    load(database, [make.extracted("https://mag.example/?p=7", [say("un", id="c1")])], None, make.now)
    load(database, [make.extracted(OLD, [say("un", id="c1", author="Zoé")], post_key="postid-7")], None, make.now)
    (row,) = rows("SELECT r.comment_id, r.version FROM reviews r JOIN comments c ON c.id = r.comment_id"
                  " WHERE c.author = 'Zoé'")  # fmt: skip
    decide(database, row["comment_id"], "marie", Action.REJECT, "spam", row["version"], make.now, "un")
    load(database, [make.extracted("https://mag.example/?p=7", [say("un", id="c1")], text=LONG)], None, make.now)
    load(database, [make.extracted(OLD, [say("un", id="c1", author="Zoé")], post_key="postid-7", text=LONG)], None,
         make.now)  # fmt: skip
    assert len(rows("SELECT id FROM articles WHERE gone_at IS NULL")) == 1
    live = rows("SELECT r.action FROM comments c JOIN reviews r ON r.comment_id = c.id JOIN articles a"
                " ON a.id = c.article_id WHERE a.gone_at IS NULL")  # fmt: skip
    assert [one["action"] for one in live] == ["reject"]


def test_the_sites_newest_comments_are_taken_back_but_for_those_decided_on(database, make, say, rows):
    said = [say("un", id="c1"), say("deux", id="c2"), say("trois", id="c3")]
    load(database, [make.extracted(OLD, said)], None, make.now)
    decided(database, rows, "un", make.now)
    again = replace(make.extracted(OLD, [say("trois", id="c3")]), without_widget=True)
    load(database, [again], None, make.now)
    left = rows("SELECT body, removed_at IS NULL AS there FROM comments ORDER BY body")
    assert [(row["body"], bool(row["there"])) for row in left] == [("trois", True), ("un", False)]
