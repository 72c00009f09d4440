"""Every state that the desk can be in, made with a real browser: for the tests, the axe bench and the screenshots."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page

from flows.clock import utc_now
from flows.desk.app import create_app
from flows.desk.signing_in.passwords import token_hash
from flows.settings_file import build
from moderation.rules import Rules
from moderation.verdict import Action, Evidence
from storage.analysts.saved_questions import save_question
from storage.analysts.search import index_new
from storage.crawl.campaigns import find_campaigns
from storage.crawl.runs import finish_run, note_hosts, start_run
from storage.database.engine import Database
from storage.desk.audits import draw
from storage.desk.decisions import decide
from storage.desk.editors import end_session
from storage.desk.review_queue import EDITOR_LEASE_SECONDS, QueueFilter, lease
from storage.desk.rules import keep_rules
from storage.opening import open_database
from storage.upkeep.after_run import after_run
from tests.flows.desk import room
from tests.flows.desk.browser import visit

SPAM = "Très bon article ! Vente de montres pas cher sur http://montres-pas-cher.example, livraison gratuite."
HAM = "Merci pour cette fiche, mon fils hésite entre le maraîchage et l'apiculture."
RTL = "مرحبا، شكرا جزيلا على هذا المقال المفيد. زوروا موقعنا http://souq.example للحصول على أفضل الأسعار"
HOSTILE = (
    "<script>__xss('script')</script><img src=x onerror=__xss('img')>"
    "\"><svg onload=__xss('svg')> {{7*7}} ${7*7} </textarea></title>"
    " \u202egnp.exe\u202c zalgo: Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319"
)
CAMPAIGN = "Achetez nos montres de luxe pas cher sur notre boutique en ligne, livraison gratuite dès aujourd'hui"


@dataclass
class Scene:
    """A desk of its own with an editor at it. `hold` keeps requests that are never answered."""

    db: Database
    url: str
    browser: Browser
    options: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    contexts: list[Any] = field(default_factory=list)
    stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def set_up(self, desk: dict[str, Any]) -> None:
        """Serve the desk with this [desk] table from here on."""
        data = {"desk": desk, "sites": {"mag": {"urls": ["https://mag.example/"]}}}
        settings = build({**data, "database_url": self.db.url}, base=Path("/"), environment={})
        app = create_app(self.db, hosts=(room.HOST,), settings=settings)
        self.url = self.stack.enter_context(room.served(self.db, app)).url

    def page(self, path: str = "/review", name: str = "marie", **options: Any) -> Page:
        self.token, _ = room.session(self.db, name)
        context = visit(self.browser, self.url, self.token, **{**self.options, **options})
        self.contexts.append(context)
        page = context.new_page()
        page.goto(self.url + path)
        return page

    def first_card(self, **options: Any) -> Page:
        page = self.page(**options)
        page.wait_for_selector("#card article")
        return page

    def settled(self, **options: Any) -> Page:
        """With the surroundings of the first card."""
        page = self.first_card(**options)
        page.wait_for_selector("#context details")
        return page


@contextlib.contextmanager
def scene(template: Path, folder: Path, browser: Browser, **options: Any) -> Iterator[Scene]:
    path = folder / "desk.db"
    shutil.copy(template, path)
    with open_database(f"sqlite:///{path}") as db:
        for name in ("marie", "tom"):
            room.account(db, name, "admin" if name == "marie" else "editor")
        with room.served(db) as desk:
            made = Scene(db, desk.url, browser, options)
            try:
                yield made
            finally:
                for context in made.contexts:
                    context.close()
                made.stack.close()


def some(made: Scene) -> list[int]:
    """A few comments of all kinds, the first one spam with much evidence."""
    evidence = [
        Evidence(signal="baseline", log_odds=-3.5, because=""),
        Evidence(signal="words-shopping", log_odds=1.6, because="pas cher, gratuite", spans=((36, 44), (92, 100))),
        Evidence(signal="link", log_odds=0.9, because="montres-pas-cher.example", spans=((56, 80),)),
        Evidence(signal="words-flattery", log_odds=0.7, because="Très bon article", spans=((0, 16),)),
        Evidence(signal="on-topic", log_odds=-0.4, because="article", spans=((9, 16),)),
    ]
    bodies = [SPAM, HAM, "Bravo et bonne continuation !", "Good post, I will bookmark your blog."]
    judged = [
        room.judged(probability=0.97, evidence=evidence),
        room.judged(probability=0.31, labels=()),
        room.judged(probability=0.52, labels=()),
        room.judged(probability=0.7, labels=("off_language",), relation="other", language="en"),
    ]
    return room.put(made.db, bodies, judged, authors=["Montres Discount", "Hélène", None, "Bob"])


def wake(page: Page) -> None:
    """As if the tab had been in the background: the desk looks at its leases."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def card(made: Scene) -> Page:
    some(made)
    return made.settled()


def empty(made: Scene) -> Page:
    page = made.page()
    page.wait_for_selector("#card .empty")
    return page


def loading(made: Scene) -> Page:
    page = made.page("/quality")
    page.route("**/api/queue*", lambda route: None)
    page.goto(made.url + "/review")
    page.get_by_text("Loading…", exact=True).or_(page.get_by_text("Chargement…", exact=True)).first.wait_for()
    return page


def choosing(made: Scene) -> Page:
    page = card(made)
    page.keyboard.press("r")
    page.wait_for_selector("#reasons:not([hidden])")
    return page


def campaign(made: Scene) -> Page:
    room.put(made.db, [f"{CAMPAIGN} {word}" for word in ("un", "deux", "trois", "quatre", "cinq")])
    find_campaigns(made.db, room.MORNING + timedelta(hours=1))
    page = made.settled()
    page.keyboard.press("c")
    page.wait_for_selector("#campaign-box li")
    return page


def ticked(made: Scene) -> Page:
    """Two cards ticked in the list: the buttons say what Shift does."""
    some(made)
    page = made.settled()
    page.keyboard.press("x")
    page.keyboard.press("x")
    page.wait_for_selector("#context details")
    return page


def server_error(made: Scene) -> Page:
    some(made)
    page = made.settled()
    page.route("**/api/decisions", lambda route: route.fulfill(status=500, json={"error": "disk full"}))
    page.keyboard.press("p")
    page.wait_for_selector("[data-message=offline]")
    return page


def conflict(made: Scene) -> Page:
    number = some(made)[0]
    page = made.settled()
    decide(made.db, number, "tom", Action.REJECT, "spam", 1, utc_now(), "tom-decided-first")
    page.keyboard.press("p")
    page.wait_for_selector(".conflict")
    return page


def leased(made: Scene) -> Page:
    some(made)
    page = made.settled()
    lease(made.db, "tom", QueueFilter(), utc_now() + timedelta(seconds=EDITOR_LEASE_SECONDS + 1), limit=1)
    wake(page)
    page.wait_for_selector("[data-message=lost]")
    return page


def offline(made: Scene) -> Page:
    some(made)
    page = made.settled()
    page.context.set_offline(True)
    page.keyboard.press("p")
    page.wait_for_selector("[data-message=offline]")
    return page


def logged_out(made: Scene) -> Page:
    some(made)
    page = made.settled()
    end_session(made.db, token_hash(made.token), utc_now())
    page.keyboard.press("p")
    page.wait_for_selector("[data-message=session]")
    return page


def changed(made: Scene) -> Page:
    room.put(made.db, [HAM, "bravo"], authors=["Hélène", "Tom"])
    page = made.settled()
    room.put(made.db, [SPAM, "bravo"], authors=["Hélène", "Tom"], now=room.MORNING + timedelta(days=1))
    wake(page)
    page.wait_for_selector("[data-message=lost]")
    return page


def long(made: Scene) -> Page:
    room.put(made.db, ["Un très long commentaire. " * 800 + "x" * 5000])
    return made.settled()


def hostile(made: Scene) -> Page:
    names = ["<img src=x onerror=__xss('author')>", "{{constructor}}"]
    room.put(made.db, [HOSTILE, HOSTILE], authors=names, urls=["javascript:__xss('url')", "http://x.example/"])
    return made.settled()


def right_to_left(made: Scene) -> Page:
    room.put(made.db, [RTL, HAM], authors=["سوق", "Hélène"])
    return made.settled()


def rule(made: Scene) -> Page:
    numbers = some(made)
    decide(made.db, numbers[3], "tom", Action.PUBLISH, None, 1, utc_now(), "tom-published")
    page = made.settled()
    page.click("[data-action=rule]")
    page.select_option("#rule-list", "words")
    page.fill("#rule-entry", "bookmark")
    page.click("#rule-form button:not([type=button])")
    page.wait_for_selector("#rule-result p")
    return page


def sample(made: Scene) -> Page:
    some(made)
    draw(made.db, {}, 1.0, 1.0, utc_now())
    return made.settled(path="/sample")


def keys(made: Scene) -> Page:
    page = card(made)
    page.keyboard.press("h")
    page.wait_for_selector("#help[open]")
    return page


def quality(made: Scene) -> Page:
    numbers = some(made)
    draw(made.db, {}, 1.0, 1.0, utc_now())
    decide(made.db, numbers[1], "tom", Action.PUBLISH, None, 1, utc_now(), "tom-published")
    return made.page("/quality")


def filters(made: Scene) -> Page:
    """The filters, under the word that a comment waits for longer than agreed."""
    some(made)
    made.set_up({"wait_hours": 24})
    page = made.settled()
    page.click("#filter-button")
    page.wait_for_selector("#filters:not([hidden])")
    return page


def login(made: Scene) -> Page:
    """With a provider that does not answer: nothing listens on that port."""
    made.set_up({"oidc": {"issuer": f"http://{room.HOST}:9", "client_id": "tamis", "name": "Press SSO"}})
    context = visit(made.browser, made.url, None, **made.options)
    made.contexts.append(context)
    page = context.new_page()
    page.goto(f"{made.url}/login/oidc")
    return page


def people(made: Scene) -> Page:
    return made.page("/people")


def edited(made: Scene) -> Page:
    """A comment that was edited in substance after somebody decided on it."""
    (number,) = room.put(made.db, [HAM])
    decide(made.db, number, "tom", Action.PUBLISH, None, 1, utc_now(), "edited-key")
    room.put(made.db, [HAM + " Voir http://montres.example"], now=room.MORNING + timedelta(days=1))
    return made.settled()


def found(made: Scene) -> Page:
    some(made)
    index_new(made.db)
    page = made.page("/find?words=a*")
    page.wait_for_selector(".found")
    return page


def decided(made: Scene) -> Page:
    number = some(made)[0]
    decide(made.db, number, "marie", Action.REJECT, "spam", 1, utc_now(), "mine-key")
    return made.page("/decided")


def account(made: Scene) -> Page:
    return made.page("/account")


def morning(made: Scene) -> None:
    numbers = some(made)
    decide(made.db, numbers[1], "tom", Action.PUBLISH, None, 1, utc_now(), "tom-published")
    keep_rules(made.db, "mag", Rules(reject_hosts=("montres-pas-cher.example",)), "marie", utc_now())
    keep_rules(made.db, "mag", Rules(reject_words=("bookmark",), hold_authors=("Tom",)), "marie", utc_now())
    keep_rules(made.db, None, Rules(reject_hosts=("montres-pas-cher.example",)), "marie", utc_now())


def rules(made: Scene) -> Page:
    """A site's rules, after they were applied to what waits."""
    morning(made)
    page = made.page("/rules/waiting?site=mag")
    page.click("form.stack button")
    page.wait_for_selector("p.note[role=status]")
    return page


def rules_waiting(made: Scene) -> Page:
    morning(made)
    return made.page("/rules/waiting")


def operations(made: Scene) -> Page:
    some(made)
    began = utc_now()
    run = start_run(made.db, "mag", "run", began)
    note_hosts(made.db, run, {"mag.example": {"requests": 40, "waited": 39.0, "busy": 1}})
    finish_run(made.db, run, {"pages": 40}, "failed", began, "its sitemaps name no page")
    made.set_up({})
    page = made.page("/ops")
    page.wait_for_selector(".troubles")
    return page


def question(made: Scene) -> Page:
    """A chart of the gallery beside its table."""
    some(made)
    after_run(made.db, room.MORNING)
    return made.page("/data/gallery/languages-over-time")


OWN_QUESTION = """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 80)
SELECT printf('2026-%02d-%02d', 1 + i / 28, 1 + i % 28) AS day, 'site ' || (i % 9) AS site,
       i * (i % 9) AS comments FROM n"""


def sql(made: Scene) -> Page:
    """A question of one's own with a title, its chart and its rows."""
    save_question(made.db, 1, "Commentaires par jour et par site", OWN_QUESTION, utc_now())
    return made.page("/data/sql?" + urlencode({"q": OWN_QUESTION, "chart": "stacked", "by": "site"}))


def saved(made: Scene) -> Page:
    save_question(made.db, 1, "Commentaires par jour et par site", OWN_QUESTION, utc_now())
    return made.page("/data/gallery")


STATES: dict[str, Callable[[Scene], Page]] = {
    state.__name__: state
    for state in (
        card,
        empty,
        loading,
        choosing,
        campaign,
        ticked,
        server_error,
        conflict,
        leased,
        offline,
        logged_out,
        changed,
        long,
        hostile,
        right_to_left,
        rule,
        sample,
        filters,
        login,
        keys,
        quality,
        people,
        edited,
        found,
        decided,
        account,
        rules,
        rules_waiting,
        operations,
        question,
        sql,
        saved,
    )
}
