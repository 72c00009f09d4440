"""Errors, captchas and logins that answer 200: told, set aside, and never in the place of a good article."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.runs.alarms import AlarmKind, alarms_of
from flows.runs.replay import replay
from tests.press import rows, run, site_of, small_site
from tests.servers import Reply, SiteServer

pytestmark = pytest.mark.integration

CAPTCHA = "<html><head><title>Just a moment...</title></head><body><h1>Are you human?</h1></body></html>"
LOGIN = (
    "<html><head><title>Connexion</title></head><body><h1>Article réservé aux abonnés</h1><form>"
    "<input name=nom><input type=password></form></body></html>"
)
SHRUG = (
    "<html><head><title>Le journal</title></head><body><h1>Le journal</h1><p>Ce coin du grenier est vide, mais la "
    "lumière y est belle le matin et le chat y dort volontiers. Vous cherchiez {}.</p></body></html>"
)


class Unhelpful(dict):  # type: ignore[type-arg]
    """Pages of a site that answers 200 and a shrug to every address it does not know."""

    def get(self, path, other=None):  # type: ignore[no-untyped-def]
        return super().get(path) or Reply(body=SHRUG.format(path))


def articles(where: Path) -> list[str]:
    return sorted(title for (title,) in rows(where, "SELECT title FROM articles WHERE gone_at IS NULL"))


def cases(where: Path) -> list[tuple[str, str]]:
    query = "SELECT q.reason, p.kind FROM quarantine q JOIN pages p ON p.id = q.page_id WHERE q.resolved_at IS NULL"
    return [(str(reason), str(kind)) for reason, kind in rows(where, query)]


@pytest.mark.parametrize(("answer", "reason"), [(CAPTCHA, "captcha"), (LOGIN, "login")])
def test_an_answer_that_is_not_the_page_is_set_aside_and_the_article_stays(
    tmp_path: Path, answer: str, reason: str
) -> None:
    with SiteServer(small_site(2)) as server:
        settings = site_of(server, tmp_path)
        run(settings)
        before = rows(tmp_path, "SELECT canonical_url, text, version FROM articles ORDER BY id")
        server.pages["/fiche-1"] = answer
        report = run(settings)
        assert [page.reason for page in report.quarantined] == [reason]
        assert cases(tmp_path) == [(reason, "article")]
        replay(settings, None)
        assert rows(tmp_path, "SELECT canonical_url, text, version FROM articles ORDER BY id") == before
        server.pages |= small_site(2)
        run(settings)
    assert cases(tmp_path) == []


def test_a_sites_own_login_page_is_a_page_and_no_case(tmp_path: Path) -> None:
    pages = small_site(1)
    pages["/membres"] = LOGIN
    pages["/"] = pages["/"].body.replace("</body>", '<a href="/membres">Connexion</a></body>')
    with SiteServer(pages) as server:
        report = run(site_of(server, tmp_path))
    assert report.quarantined == ()
    assert rows(tmp_path, "SELECT kind FROM pages WHERE url LIKE '%membres'") == [("login",)]


def test_what_a_site_answers_to_anything_is_no_article(tmp_path: Path) -> None:
    pages = Unhelpful(small_site(1))
    pages["/"] = Reply(body=pages["/"].body.replace("</body>", '<a href="/vieux">x</a><a href="/perdu">y</a></body>'))
    with SiteServer(pages) as server:
        report = run(site_of(server, tmp_path))
        asked = [path for path in server.hits if "no-such-page" in path]
    assert articles(tmp_path) == ["Fiche 0"]
    assert {page.reason for page in report.quarantined} == {"soft_404"}
    assert len(asked) == 1


def test_a_short_article_of_an_unhelpful_site_is_an_article(tmp_path: Path) -> None:
    pages = Unhelpful(small_site(1))
    pages["/"] = Reply(body=pages["/"].body.replace("</body>", '<a href="/bref">x</a></body>'))
    pages["/bref"] = SHRUG.format("la suite").replace("Le journal", "Le grenier").replace(
        "est vide", "a été refait par deux charpentiers venus de la ville voisine, en trois jours de juin"
    )  # fmt: skip
    with SiteServer(pages) as server:
        run(site_of(server, tmp_path))
    assert articles(tmp_path) == ["Fiche 0", "Le grenier"]


def test_articles_that_turn_into_lists_are_told_the_same_night(tmp_path: Path) -> None:
    pages = small_site(4)
    listed = {
        path: page if path == "/" else page.body.replace("<body>", '<body class="archive category">')
        for path, page in pages.items()
    }
    with SiteServer(pages) as server:
        settings = site_of(server, tmp_path)
        run(settings)
        server.pages = listed
        assert {alarm.kind for alarm in alarms_of(run(settings))} == {AlarmKind.SITE_CHANGED}
        assert len(articles(tmp_path)) == 4


def test_lists_that_turn_into_articles_are_told_the_same_night(tmp_path: Path) -> None:
    pages = small_site(4)
    listed = {
        path: page if path == "/" else page.body.replace("<body>", '<body class="archive category">')
        for path, page in pages.items()
    }
    with SiteServer(listed) as server:
        settings = site_of(server, tmp_path)
        run(settings)
        assert articles(tmp_path) == []
        server.pages = pages
        report = run(settings)
    assert report.counts["turned"] == 4
    told = [alarm.sentence for alarm in alarms_of(report) if alarm.kind is AlarmKind.THEME_CHANGED]
    assert len(told) == 1
    assert "4 pages" in told[0]
