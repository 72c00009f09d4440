"""The desk in a real browser: keys, states, and that nothing an editor did is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.clock import utc_now
from flows.desk.signing_in.passwords import token_hash
from moderation.verdict import Action
from storage.analysts.search import index_new
from storage.desk.decisions import Wanted, decide, decide_all, decisions_on
from storage.desk.editors import end_session
from storage.desk.review_queue import QueueFilter, item, waiting_count
from tests.flows.desk import room, states

playwright = pytest.importorskip("playwright.sync_api", reason="NO PLAYWRIGHT: pip install 'tamis[dev]'")
pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def browser():
    from tests.flows.desk.browser import chromium, need_chromium

    need_chromium()
    with chromium() as launched:
        yield launched


@pytest.fixture
def made(sqlite_template, tmp_path, browser):
    with states.scene(sqlite_template, tmp_path, browser) as found:
        yield found


def until(page, what):
    """Waits until a condition on the database holds, while the browser goes on."""
    for _ in range(1200):
        if what():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not happen within a minute")


@pytest.mark.parametrize("name", states.STATES)
def test_every_state_is_drawn_without_a_fault_in_the_scripts(made, name):
    faults: list[str] = []
    new_page = made.page
    made.page = lambda *args, **kw: watched(new_page(*args, **kw), faults)  # type: ignore[method-assign]
    page = states.STATES[name](made)
    assert page.locator("main").inner_text().strip()
    assert faults == []


def watched(page, faults):
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    return page


def test_one_key_publishes_and_shows_the_next_comment(made):
    numbers = states.some(made)
    page = made.first_card()
    page.keyboard.press("p")
    assert "Merci pour cette fiche" in page.inner_text("#card .body")
    until(page, lambda: room.decided(made.db) == [(numbers[0], "marie", "publish", None)])
    assert "Published." in page.inner_text("#live")


def test_reject_takes_a_digit_for_its_reason_on_any_keyboard(made):
    numbers = states.some(made)
    page = made.first_card()
    page.keyboard.press("3")  # no reason is being chosen: nothing happens
    page.keyboard.press("r")
    # AZERTY: the key of the digit 3 writes a quotation mark
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '\"', code: 'Digit3', bubbles: true}))"
    )
    until(page, lambda: room.decided(made.db) == [(numbers[0], "marie", "reject", "promotional")])


def test_a_comment_edited_after_a_decision_shows_what_changed_and_who_decided(made):
    (number,) = room.put(made.db, [states.HAM])
    decide(made.db, number, "tom", Action.PUBLISH, None, 1, utc_now(), "edited-key")
    room.put(made.db, [states.HAM + " Voir http://montres.example"], now=room.MORNING + timedelta(days=1))
    page = made.first_card()
    assert "tom decided “publish” on version 1" in page.inner_text("#card .edit summary").replace("Edited since ", "")
    assert "http" in " ".join(page.locator("#card .edit ins").all_inner_texts())
    assert page.locator("#card .edit del").count() == 0


def test_escape_drops_the_note(made):
    states.some(made)
    page = made.first_card()
    page.keyboard.press("n")
    page.keyboard.type("never mind")
    page.keyboard.press("Escape")
    assert page.input_value("#note") == ""


def test_a_key_held_down_decides_once(made):
    states.some(made)
    page = made.first_card()
    page.keyboard.down("p")
    page.keyboard.down("p")  # the browser marks it as repeated
    page.keyboard.up("p")
    until(page, lambda: len(room.decided(made.db)) == 1)
    assert waiting_count(made.db, QueueFilter()).count == 3


def test_keys_can_be_changed_and_switched_off(made):
    states.some(made)
    page = states.keys(made)
    page.fill("[data-remap=publish]", "j")
    page.fill("[data-remap=reject]", "s")  # taken: stays as it was
    assert page.input_value("[data-remap=reject]") == "r"
    page.uncheck("#keys-on")
    page.click("#help form button")
    page.keyboard.press("j")
    assert "Très bon article" in page.inner_text("#card .body")
    page.click("[data-action=help]")
    page.check("#keys-on")
    page.click("#help form button")
    page.keyboard.press("j")
    assert "Très bon article" not in page.inner_text("#card .body")


def test_everything_goes_by_mouse_too(made):
    numbers = states.some(made)
    page = made.first_card()
    page.click("[data-action=reject]")
    page.click("[data-reason=spam]")
    page.click("[data-action=publish]")
    page.click("[data-action=undo]")
    until(page, lambda: len(decisions_on(made.db, numbers[1])) == 2)
    assert room.decided(made.db) == [(numbers[0], "marie", "reject", "spam")]


def test_undo_brings_the_comment_back_ready_to_be_decided_again(made):
    numbers = states.some(made)
    page = made.first_card()
    for key in "pur1":
        page.keyboard.press(key)
    until(page, lambda: room.decided(made.db) == [(numbers[0], "marie", "reject", "spam")])
    assert [one.action for one in decisions_on(made.db, numbers[0])] == ["publish", "review", "reject"]


def test_undo_reaches_behind_the_opening_of_the_page(made):
    numbers = states.some(made)
    decide(made.db, numbers[2], "marie", Action.PUBLISH, None, 1, utc_now(), "yesterday")
    page = made.first_card()
    page.keyboard.press("u")
    page.locator("#card .body", has_text="Bravo et bonne").wait_for()
    assert item(made.db, numbers[2]).action == "review"


def test_any_decision_in_the_history_can_be_taken_back(made):
    numbers = states.some(made)
    decide(made.db, numbers[0], "tom", Action.REVIEW, None, 1, utc_now(), "tom-looked")
    page = made.settled()
    page.click(".history button")
    until(page, lambda: len(decisions_on(made.db, numbers[0])) == 2)


def test_a_campaign_takes_two_keys_and_one_undo(made):
    page = states.campaign(made)  # the first key: c
    page.keyboard.press("r")
    until(page, lambda: len(room.decided(made.db)) == 5)
    page.keyboard.press("u")
    until(page, lambda: room.decided(made.db) == [])
    page.wait_for_selector("#card article")


def test_after_a_reload_a_campaign_comes_back_as_one_and_is_decided_again_as_one(made):
    page = states.campaign(made)
    page.keyboard.press("r")
    until(page, lambda: len(room.decided(made.db)) == 5)
    page.reload()
    page.wait_for_function("document.querySelector('#waiting').textContent.length > 0")
    page.keyboard.press("u")
    until(page, lambda: room.decided(made.db) == [])
    page.wait_for_selector("#card article")
    page.keyboard.press("y")
    until(page, lambda: len(room.decided(made.db)) == 5)


def test_a_group_of_more_than_a_request_carries_comes_back_whole(made):
    numbers = room.put(made.db, [f"Commentaire numéro {n}" for n in range(501)])
    wanted = [Wanted(comment_id=one, expected_version=1, idempotency_key=f"marie:rules-1:{one}") for one in numbers]
    decide_all(made.db, wanted, "marie", Action.PUBLISH, None, utc_now())
    page = made.page()
    page.wait_for_selector("#card .empty")
    page.keyboard.press("u")
    until(page, lambda: room.decided(made.db) == [])
    page.wait_for_selector("#card article")
    assert "2026-02-01" not in page.inner_text("#card .who-wrote")
    assert "Feb 1, 2026" in page.inner_text("#card .who-wrote")
    page.keyboard.press("y")
    until(page, lambda: len(room.decided(made.db)) == 501)


def test_a_comment_is_found_and_its_old_decision_changed(made):
    number = states.some(made)[0]
    text = item(made.db, number).body
    decide(made.db, number, "tom", Action.PUBLISH, None, item(made.db, number).version, utc_now(), "tom-decided")
    index_new(made.db)
    page = made.page("/find")
    page.fill("[name=words]", max(text.split(), key=len))
    page.select_option("[name=editor]", "tom")
    page.keyboard.press("Enter")
    page.click(".found a[href^='/review?comment=']")
    page.wait_for_selector(f"[data-comment='{number}']")
    assert "tom: published" in page.inner_text("#card .chips")
    page.keyboard.press("r")
    page.keyboard.press("Digit1")
    until(page, lambda: item(made.db, number).action == "reject")
    page.goto(page.url.split("/review")[0] + "/decided")
    assert text[:20] in page.inner_text(".found")


def test_a_comment_that_was_deselected_is_left_out_of_the_campaign(made):
    page = states.campaign(made)
    assert "Reject (5)" in page.inner_text("[data-action=reject]")
    page.uncheck("#campaign-box li:first-child input")
    page.locator("[data-action=reject]", has_text="Reject (4)").wait_for()
    page.keyboard.press("r")
    until(page, lambda: len(room.decided(made.db)) == 4)
    assert waiting_count(made.db, QueueFilter()).count == 1


def test_shift_decides_on_what_is_ticked(made):
    numbers = states.some(made)
    page = made.first_card()
    page.keyboard.press("x")
    page.keyboard.press("x")
    page.keyboard.press("Shift+P")
    until(page, lambda: [one[0] for one in room.decided(made.db)] == numbers[:2])


def test_what_is_ticked_is_decided_without_a_keyboard_too(made):
    numbers = states.some(made)
    page = made.first_card()
    for author in ("Montres Discount", "Hélène"):
        page.get_by_label(author).check()
    page.click("#selected button:text('Publish 2')")
    until(page, lambda: [one[0] for one in room.decided(made.db)] == numbers[:2])
    assert page.inner_text("#selected") == ""


def test_the_buttons_of_what_is_ticked_leave_an_open_campaign_alone(made):
    page = states.campaign(made)
    page.locator("#queue input[type=checkbox]").nth(1).check()
    page.click("#selected button:text('Publish 1')")
    until(page, lambda: len(room.decided(made.db)) > 0)
    assert [one[2] for one in room.decided(made.db)] == ["publish"]


def test_a_conflict_can_be_agreed_to(made):
    page = states.conflict(made)
    assert "tom decided “reject”" in page.inner_text(".conflict")
    page.click(".conflict button.quiet")
    assert [one[1:3] for one in room.decided(made.db)] == [("tom", "reject")]


def test_a_conflict_can_be_contested(made):
    page = states.conflict(made)
    page.click(".conflict button:not(.quiet)")
    until(page, lambda: [one[1:3] for one in room.decided(made.db)] == [("marie", "publish")])


def test_a_conflict_on_one_comment_does_not_lose_the_rest_of_a_campaign(made):
    page = states.campaign(made)
    decide(made.db, 2, "tom", Action.PUBLISH, None, 1, utc_now(), "tom-first")
    page.keyboard.press("r")
    page.wait_for_selector(".conflict")
    until(page, lambda: len(room.decided(made.db)) == 5)
    assert {one[1] for one in room.decided(made.db)} == {"marie", "tom"}


def test_decisions_made_offline_are_sent_when_the_network_is_back(made):
    numbers = states.some(made)
    page = made.settled()
    page.context.set_offline(True)
    for key in "ppu":
        page.keyboard.press(key)
    page.wait_for_selector("[data-message=offline]")
    assert room.decided(made.db) == []
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    until(page, lambda: room.decided(made.db) == [(numbers[0], "marie", "publish", None)])


def test_a_closed_tab_loses_nothing(made):
    numbers = states.some(made)
    page = made.first_card()
    page.route("**/api/decisions", lambda route: route.abort())
    page.keyboard.press("p")
    page.keyboard.press("p")
    page.close()
    again = made.contexts[0].new_page()
    again.goto(made.url + "/review")
    until(again, lambda: [one[0] for one in room.decided(made.db)] == numbers[:2])


def test_two_tabs_of_one_editor_do_not_overwrite_each_other(made):
    numbers = states.some(made)
    first = made.first_card()
    second = made.contexts[0].new_page()
    second.goto(made.url + "/review")
    second.wait_for_selector("#card article")
    for page in (first, second):
        page.route("**/api/decisions", lambda route: route.abort())
    first.keyboard.press("p")
    second.keyboard.press("s")
    second.keyboard.press("p")
    for page in (first, second):
        page.close()
    third = made.contexts[0].new_page()
    third.goto(made.url + "/review")
    until(third, lambda: [one[0] for one in room.decided(made.db)] == numbers[:2])


def test_after_a_logout_decisions_are_kept_and_sent_with_the_next_login(made):
    numbers = states.some(made)
    page = made.first_card()
    end_session(made.db, token_hash(made.token), utc_now())
    page.keyboard.press("p")
    page.wait_for_selector("[data-message=session] a")
    assert room.decided(made.db) == []
    token, _ = room.session(made.db, "marie")
    page.context.add_cookies([{"name": "tamis_session", "value": token, "url": made.url}])
    until(page, lambda: room.decided(made.db) == [(numbers[0], "marie", "publish", None)])


def test_another_editors_login_sends_nothing_in_his_name(made):
    states.some(made)
    page = made.first_card()
    token, _ = room.session(made.db, "tom")
    page.context.add_cookies([{"name": "tamis_session", "value": token, "url": made.url}])
    page.keyboard.press("p")
    page.wait_for_selector("[data-message=session]")
    assert "tom is logged in here now" in page.inner_text("[data-message=session]")
    page.wait_for_timeout(700)
    assert room.decided(made.db) == []


def test_what_another_editor_has_on_screen_leaves_mine(made):
    page = states.leased(made)
    assert "tom has this comment on screen now" in page.inner_text("[data-message=lost]")
    assert "Merci pour cette fiche" in page.inner_text("#card .body")


def test_skipped_comments_do_not_block_the_queue(made):
    room.put(made.db, [f"commentaire {n}" for n in range(60)])
    page = made.first_card()
    for _ in range(55):
        page.keyboard.press("s")
    page.locator("#card .body", has_text="commentaire 55").wait_for()


def test_hostile_text_runs_no_script(made):
    ran: list[str] = []
    page = made.page("/quality")
    page.context.expose_function("__xss", lambda name: ran.append(name))
    room.put(made.db, [states.HOSTILE], authors=["<img src=x onerror=__xss('author')>"])
    page.goto(made.url + "/review")
    page.wait_for_selector("#context details")
    page.wait_for_timeout(200)
    assert "<script>" in page.inner_text("#card .body")
    assert ran == []
    # the same text as markup does run where nothing forbids it: the trap is armed
    control = made.contexts[0].new_page()
    control.set_content(states.HOSTILE)
    control.wait_for_timeout(200)
    assert ran


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_no_page_scrolls_sideways(made, width):
    states.some(made)
    page = made.settled(viewport={"width": width, "height": 700})
    for path in ("/review", "/sample", "/quality", "/people", "/ops"):
        page.goto(made.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_filter_is_kept_in_the_address_and_can_be_saved(made):
    states.some(made)
    page = made.first_card()
    page.click("#filter-button")
    page.fill("[name=text]", "bookmark")
    page.keyboard.press("Enter")
    page.locator("#card .body", has_text="bookmark").wait_for()
    assert "text=bookmark" in page.url
    page.fill("[name=view_name]", "Signets")
    page.click("#filters [value=save]")
    page.locator("#saved-views option", has_text="Signets").wait_for(state="attached")
    page.reload()
    page.locator("#card .body", has_text="bookmark").wait_for()
    page.goto(f"{made.url}/review")  # as after logging in again
    page.locator("#card .body", has_text="bookmark").wait_for()
    assert page.inner_text("#filter-button") == "Filters (1 on)"
    page.click("#filters [type=reset]")
    page.locator("#card .body", has_text="montres").wait_for()
    page.goto(f"{made.url}/review")
    page.locator("#card .body", has_text="montres").wait_for()


def test_a_rule_is_tried_and_put_in_force(made):
    page = states.rule(made)
    assert "This rule fits 1 of 1 past decision." in page.inner_text("#rule-result")
    page.click("#rule-apply")
    page.wait_for_selector("#rule:not([open])", state="hidden")
    from storage.desk.rules import rules_of

    until(page, lambda: rules_of(made.db, "mag").hold_words == ("bookmark",))


def test_an_answer_from_before_a_decision_does_not_bring_its_comment_back(made):
    room.put(made.db, [f"Commentaire {n:02}" for n in range(27)])
    page = made.first_card()
    posts, answers = [], []
    page.route("**/api/decisions", lambda route: posts.append(route))
    page.route("**/api/queue?*", lambda route: answers.append((route, route.fetch())))
    for _ in range(3):  # 24 are left in hand: more are asked for, while the server knows of no decision yet
        page.keyboard.press("p")
    until(page, lambda: posts and answers)
    page.unroute("**/api/decisions")
    for post in posts:
        post.continue_()
    until(page, lambda: len(room.decided(made.db)) == 3)
    page.locator("#sync", has_text="saved").wait_for()
    late, answer = answers[0]
    assert "Commentaire 00" in answer.text()
    late.fulfill(response=answer)
    page.wait_for_timeout(300)
    assert page.locator("#queue li").count() == 24
    assert "Commentaire 00" not in page.inner_text("#queue")


def test_a_list_among_the_articles_is_corrected_and_its_comments_leave_the_queue(made):
    room.put(made.db, ["74 Comments", "12 Comments"])
    page = made.first_card()
    kind = page.locator(".page-kind", has_text="This page is")
    kind.locator("summary").click()
    kind.locator("select").select_option("list")
    kind.locator("button").click()
    page.wait_for_selector("#card .empty")
    assert "do not wait any more" in page.inner_text("#live")
