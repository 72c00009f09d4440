// The review desk: shows a card, takes a key, shows the next card in the same frame, and lets the outbox do the rest.

import { Campaign } from "./campaign.js";
import { drawCard } from "./card.js";
import { drawContext } from "./context.js";
import { $, all, count, el, fill, shortened } from "./dom.js";
import { Filters } from "./filters.js";
import { Hand, get } from "./hand.js";
import { Keys } from "./keys.js";
import { Outbox } from "./outbox.js";
import { RuleDialog } from "./rules.js";

const data = JSON.parse($("desk-data").textContent);
const { words } = data;
const LISTED = 30; // cards shown in the list at the left
const MOST = 500; // decisions that a request carries at most
const LINGER = 200; // milliseconds on a card before its surroundings are fetched: who flies through does not need them

let choosing = null; // the comments that a reason is being chosen for
const selected = new Set(); // numbers of the comments ticked in the list
const contexts = new Map();
const done = []; // what was decided here, newest last: {keys, cards, action, reason}
const undone = []; // what was taken back here, newest last: {action, reason, ids}
let lingering = null;

function say(text) {
  $("live").textContent = text;
}

function left() {
  return data.sample
    ? count(words.sample_left, hand.waiting.count)
    : count(hand.waiting.more ? words.left_more : words.left, hand.waiting.count);
}

function message(kind, text, ...more) {
  const close = el("button", { type: "button", class: "quiet small", "aria-label": words.close }, "×");
  const box = el(
    "div",
    { class: `note ${kind}`, role: kind === "bad" ? "alert" : "status" },
    el("p", {}, text, ...more),
    close,
  );
  close.addEventListener("click", () => box.remove());
  return box;
}

function show(name, box) {
  document.querySelector(`[data-message="${name}"]`)?.remove();
  if (!box) return;
  box.dataset.message = name;
  $("messages").append(box);
}

async function post(path, body, method = "POST") {
  const response = await fetch(path, {
    method,
    headers: { "Content-Type": "application/json", "X-CSRF-Token": outbox.csrf },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || `HTTP ${response.status}`);
  return answer;
}

function loginLink() {
  return el("a", { href: `/login?next=${encodeURIComponent(location.pathname + location.search)}` }, words.log_in);
}

// --- what the outbox tells -------------------------------------------------------------------------------------------

const outbox = new Outbox(data.editor, data.csrf, {
  saved(batch, decisions) {
    for (const decision of decisions) {
      const card = hand.cards.find((one) => one.id === decision.comment);
      if (card && batch[0].kind === "undo") card.version = decision.version;
    }
    if (batch[0].restore) restore(batch[0].restore);
    show("session", null);
    show("offline", null);
  },
  conflict: showConflict,
  failed(entry, why) {
    show("failed", message("bad", fill(words.failed, { why })));
    if (entry?.items) restore(entry.items.map((item) => item.id));
  },
  changed: showSync,
  session(n, other) {
    show(
      "session",
      other
        ? message("warn", fill(words.other_editor, { editor: other, me: data.editor }))
        : message("warn", `${words.session} ${count(words.kept, n)} `, loginLink()),
    );
  },
});

function showSync(n) {
  const waiting = outbox.wait > 500 && n > 0;
  $("sync").textContent = n === 0 ? (done.length ? words.saved : "") : count(words.sending, n);
  show(
    "offline",
    waiting && !document.querySelector('[data-message="session"]')
      ? message("warn", `${navigator.onLine ? words.server_away : words.offline} ${count(words.kept, n)}`)
      : null,
  );
}

function showConflict(entry, fault) {
  if (fault.action === entry.action) return say(fill(words.same, { editor: fault.editor || words.somebody }));
  const card = done.flatMap((one) => one.cards || []).find((one) => one.id === fault.comment);
  const agree = el("button", { type: "button", class: "quiet" }, words.agree);
  const contest = el("button", { type: "button" }, words.contest);
  const who = fault.editor === data.editor ? words.yourself : fault.editor || words.somebody;
  const text =
    fault.action === "review"
      ? words.changed_meanwhile
      : fill(words.conflict, { editor: who, action: words.decisions[fault.action] || fault.action });
  const box = el(
    "div",
    { class: "note warn conflict", role: "alert" },
    el("p", {}, text),
    card ? el("p", { class: "soft", dir: "auto" }, shortened(card.body, 140)) : null,
    el("div", { class: "row" }, agree, contest),
  );
  agree.addEventListener("click", () => box.remove());
  contest.addEventListener("click", () => {
    box.remove();
    const key = crypto.randomUUID();
    outbox.add({
      kind: "decide",
      key,
      action: entry.action,
      reason: entry.reason,
      note: entry.note,
      items: [{ id: fault.comment, version: fault.version, key: `${key}:${fault.comment}` }],
    });
  });
  $("messages").append(box);
  return undefined;
}

// --- cards -----------------------------------------------------------------------------------------------------------

const hand = new Hand(
  data.sample ? { kind: data.kind } : chosenAtFirst(),
  data.sample,
  (card) => outbox.holds(card),
  post,
  {
    changed() {
      show("load", null);
      drawList();
    },
    arrived: drawCurrent,
    lost(cards, wasFirst) {
      const [card] = cards;
      const text = card.leased_by
        ? fill(words.leased, { editor: card.leased_by })
        : fill(words.conflict, {
            editor: card.decided_by || words.somebody,
            action: words.decisions[card.action] || card.action,
          });
      if (wasFirst) show("lost", message("warn", text));
      drawList();
      if (wasFirst) drawCurrent();
    },
    renewed(card, isFirst) {
      contexts.delete(card.id);
      if (isFirst) {
        show("lost", message("warn", words.judged_again));
        drawCurrent();
      }
      drawList();
    },
    failed(error) {
      if (error.status === 401)
        show("session", message("warn", `${words.session} ${count(words.kept, outbox.size)} `, loginLink()));
      else if (hand.cards.length === 0) show("load", message("bad", fill(words.not_loaded, { why: error.message })));
    },
  },
);

function drawList() {
  $("waiting").textContent = left();
  const focused = $("queue").contains(document.activeElement);
  // What is ticked stays in sight, however far down the queue it has gone
  const [first, ...rest] = hand.cards;
  const ticked = rest.filter((card) => selected.has(card.id));
  const others = rest.filter((card) => !selected.has(card.id)).slice(0, LISTED);
  $("queue").replaceChildren(...(first ? [first, ...ticked, ...others] : []).map(listed));
  if (focused) $("card").focus({ preventScroll: true });
}

function listed(card, index) {
  const box = el("input", {
    type: "checkbox",
    "aria-label": fill(words.select, { author: card.author || words.anonymous }),
  });
  box.checked = selected.has(card.id);
  box.addEventListener("change", () => tick(card.id, box.checked));
  const chance = card.probability === null ? "" : ` ${Math.round(card.probability * 100)} %`;
  const button = el(
    "button",
    { type: "button", "aria-current": index === 0 ? "true" : null },
    el("strong", { dir: "auto" }, card.author || words.anonymous),
    el("span", { class: "soft" }, chance),
    el("span", { class: "first", dir: "auto" }, card.body.slice(0, 90)),
  );
  button.addEventListener("click", () => {
    hand.toFront(card);
    drawList();
    drawCurrent();
  });
  return el("li", {}, box, button);
}

function tick(id, on) {
  if (on) selected.add(id);
  else selected.delete(id);
  const button = (forms, action) => {
    const made = el("button", { type: "button", class: "quiet small" }, count(forms, selected.size));
    made.addEventListener("click", action);
    return made;
  };
  $("selected").replaceChildren(
    ...(selected.size
      ? [
          `${count(words.selected_help, selected.size)} `,
          button(words.publish_ticked, () => decide(ticked(), "publish", null)),
          " ",
          button(words.reject_ticked, () => openReasons(ticked())),
        ]
      : []),
  );
}

// Also while a campaign is open: those are other comments.
function ticked() {
  return hand.cards.filter((card) => selected.has(card.id));
}

// For how many comments of the open campaign the buttons act.
function drawNumbers() {
  for (const place of all("[data-acts-on]")) place.textContent = campaign.open ? `(${campaign.selected.size})` : "";
}

function drawCurrent() {
  closeReasons();
  campaign.close();
  clearTimeout(lingering);
  const card = hand.first;
  $("actions").hidden = !card;
  $("more-actions").hidden = !card;
  if (!card) {
    $("card").replaceChildren(
      el("p", { class: "empty" }, hand.fetching ? words.loading : data.sample ? words.sample_empty : words.empty),
    );
    $("context").replaceChildren();
    return;
  }
  $("card").replaceChildren(drawCard(card, words));
  $("campaign-button").disabled = !card.campaign;
  const known = contexts.get(card.id);
  if (known?.value) drawAround(known.value);
  else {
    $("context").replaceChildren(el("p", { class: "soft" }, words.loading));
    lingering = setTimeout(() => around(card), LINGER);
  }
}

async function around(card) {
  const context = await contextOf(card.id);
  if (hand.first?.id === card.id) {
    if (context) drawAround(context);
    else $("context").replaceChildren(el("p", { class: "soft" }, words.no_context));
  }
  if (hand.cards[1]) contextOf(hand.cards[1].id);
}

function contextOf(id) {
  if (!contexts.has(id)) {
    const asked = { value: null };
    asked.promise = get(`/api/comments/${id}/context${data.sample ? "?blind=1" : ""}`).then(
      (found) => (asked.value = found),
      () => void contexts.delete(id),
    );
    contexts.set(id, asked);
  }
  return contexts.get(id).promise;
}

function drawAround(context) {
  $("context").replaceChildren(
    drawContext(context, words, {
      takeBack: (decision, comment) => takeBack([decision], [comment]),
      kind: data.sample || data.role === "viewer" ? null : (page, kind) => sayKind(page, kind, context.article.url),
      language: data.sample || data.role === "viewer" ? null : sayLanguage,
      author: (key) => get(`/api/authors/${encodeURIComponent(key)}`).catch(() => null),
    }),
  );
}

// --- decisions -------------------------------------------------------------------------------------------------------

function decide(items, action, reason) {
  if (items.length === 0) return;
  const note = $("note").value.trim() || null;
  const key = crypto.randomUUID();
  const [look] = data.sample ? items : [];
  const entry =
    look?.look_kind === "second"
      ? { kind: "opinion", key, look: look.look, action, reason: reason?.[0] || null }
      : {
          kind: "decide",
          key,
          action,
          reason: reason?.[0] || null,
          note,
          items: items.map((item) => ({ id: item.id, version: item.version, key: `${key}:${item.id}` })),
        };
  if (entry.kind === "decide")
    done.push({ keys: entry.items.map((item) => item.key), cards: items, action, reason: reason?.[0] || null });
  $("note").value = "";
  $("note-box").hidden = true;
  for (const item of items) tick(item.id, false);
  outbox.add(entry);
  hand.remove(
    items.map((item) => item.id),
    data.sample,
  );
  if (data.sample) hand.waiting.count = Math.max(0, hand.waiting.count - items.length);
  show("lost", null);
  drawCurrent();
  drawList();
  const what =
    action === "publish"
      ? count(words.published, items.length)
      : fill(count(words.rejected, items.length), { reason: reason[1] });
  say(`${what} ${left()} ${upNext()}`);
}

// What a screen reader hears of the card that has come up.
function upNext() {
  const card = hand.first;
  return card
    ? fill(words.next_card, { author: card.author || words.anonymous, words: shortened(card.body, 120) })
    : "";
}

function targets(shift) {
  if (campaign.open) return campaign.chosen();
  if (shift && selected.size) return ticked();
  return hand.first ? [hand.first] : [];
}

const actions = {
  publish: (shift) => decide(targets(shift), "publish", null),
  reject(shift) {
    if (campaign.open) decide(targets(shift), "reject", data.reasons[0]);
    else openReasons(targets(shift));
  },
  skip() {
    if (!hand.first) return;
    hand.remove([hand.first.id], true);
    say(words.skipped);
    drawCurrent();
    drawList();
  },
  undo: () => inTurn(undo),
  redo: () => inTurn(redo),
  campaign: () =>
    campaign.toggle(
      hand.first,
      (
        (id) => () =>
          hand.first?.id === id
      )(hand.first?.id),
    ),
  select() {
    if (!hand.first) return;
    tick(hand.first.id, !selected.has(hand.first.id));
    hand.cards.push(hand.cards.shift());
    drawCurrent();
    drawList();
  },
  author() {
    if (!hand.first?.author_key || data.sample) return;
    choose({ ...hand.chosen, author: hand.chosen.author ? "" : hand.first.author });
  },
  note() {
    $("note-box").hidden = false;
    $("note").focus();
  },
  rule: () => rules.open(hand.first),
  help: () => $("help").showModal(),
};

function act(name, shift) {
  if (campaign.loading && ["publish", "reject"].includes(name)) return say(words.loading); // not shown yet
  return actions[name](shift);
}

// What is done again waits for what is still being taken back: a large group takes several requests.
let turn = Promise.resolve();
function inTurn(work) {
  turn = turn.then(work, work);
  return turn;
}

async function undo() {
  const last = done.pop();
  if (last) {
    // Of a campaign's comments only short forms are known here: their cards are fetched once it is taken back
    const short = last.cards.filter((card) => !card.reasons).map((card) => card.id);
    outbox.add({ kind: "undo", key: crypto.randomUUID(), keys: last.keys, restore: short.length ? short : undefined });
    // The version rises by one for the decision and by one for this
    const items = last.cards.map((card) => ({ ...card, version: card.version + 2 }));
    undone.push({ action: last.action, reason: last.reason, items });
    comeBack(items.filter((card) => card.reasons));
    return;
  }
  if (data.sample) return void say(words.nothing_to_undo);
  // From before this page was opened
  let before = await newest();
  if (!before.length) return void say(words.nothing_to_undo);
  const [{ group, action, reason }] = before;
  const items = [];
  for (let whole = false; !whole; ) {
    const part = before.filter((one) => one.group === group); // a campaign comes back as a campaign
    const back = await takeBack(
      part.map((one) => one.id),
      part.map((one) => one.comment),
    );
    items.push(...back.map((one) => ({ id: one.comment, version: one.version })));
    whole = back.length < MOST; // more of a group than one request takes come back in several
    if (!whole) before = await newest();
  }
  if (items.length) undone.push({ action, reason, items });
}

async function newest() {
  return (await get(`/api/decisions?limit=${MOST}`).catch(() => null))?.decisions || [];
}

// Decides again what was taken back here, as it was decided.
function redo() {
  const last = undone.pop();
  if (!last) return void say(words.nothing_to_redo);
  const items = last.items.map((one) => hand.cards.find((card) => card.id === one.id) || one);
  const reason = data.reasons.find(([name]) => name === last.reason) || null;
  for (let from = 0; from < items.length; from += MOST) decide(items.slice(from, from + MOST), last.action, reason);
}

// The decisions that took those back; none where the server did not take it.
async function takeBack(decisions, comments) {
  if (!decisions.length) return [];
  try {
    const answer = await post("/api/undo", { decisions, key: crypto.randomUUID() });
    await restore(comments);
    return answer.decisions;
  } catch (error) {
    show("failed", message("bad", fill(words.failed, { why: error.message })));
    return [];
  }
}

async function sayKind(page, kind, article) {
  try {
    const { withdrawn } = await post(`/api/pages/${page.id}/kind`, { kind });
    const its = hand.cards.filter((card) => card.article.url === article).map((card) => card.id);
    for (const id of its) contexts.delete(id);
    if (withdrawn) hand.remove(its, false);
    drawCurrent();
    drawList();
    say(withdrawn ? words.kind_withdrawn : words.kind_said);
    return true;
  } catch (error) {
    show("failed", message("bad", fill(words.kind_failed, { why: error.message })));
    return false;
  }
}

async function sayLanguage(article, language) {
  try {
    const { judged } = await post(`/api/articles/${article.id}/language`, { language });
    const its = hand.cards.filter((card) => card.article.id === article.id).map((card) => card.id);
    const fresh = await Promise.all(its.slice(0, 50).map((id) => get(`/api/comments/${id}`).catch(() => null)));
    for (const id of its) contexts.delete(id);
    hand.remove(its, false);
    hand.putBack(fresh.filter((card) => card?.action === "review"));
    drawCurrent();
    drawList();
    say(judged === null ? words.article_language_later : count(words.article_language_said, judged));
    return true;
  } catch (error) {
    show("failed", message("bad", fill(words.kind_failed, { why: error.message })));
    return false;
  }
}

// A comment that was looked for, whatever holds for it and however old it is: it is shown first.
async function open(id) {
  const card = await get(`/api/comments/${id}`).catch(() => null);
  if (!card) return show("failed", message("warn", words.no_comment));
  contexts.delete(id);
  hand.toFront({ ...card, opened: true });
  drawCurrent();
  drawList();
  return undefined;
}

async function restore(ids) {
  const fresh = await Promise.all(ids.slice(0, 50).map((id) => get(`/api/comments/${id}`).catch(() => null)));
  comeBack(fresh.filter((card) => card !== null));
}

function comeBack(back) {
  if (back.length === 0) return;
  for (const card of back) contexts.delete(card.id);
  hand.putBack(back);
  say(words.undone);
  drawCurrent();
  drawList();
}

function openReasons(items) {
  if (items.length === 0) return;
  choosing = items;
  $("reasons").hidden = false;
  $("reasons").scrollIntoView({ block: "nearest" });
  say(words.choose_reason);
}

function closeReasons() {
  choosing = null;
  $("reasons").hidden = true;
}

function chooseReason(index) {
  const reason = data.reasons[index];
  if (!reason || !choosing) return;
  const items = choosing;
  closeReasons();
  decide(items, "reject", reason);
}

// --- start -----------------------------------------------------------------------------------------------------------

const campaign = new Campaign(words, say, () => queueMicrotask(drawNumbers));
const rules = new RuleDialog(words, data.role, post, say);
new Keys({
  action: act,
  digit: chooseReason,
  choosing: () => choosing !== null,
  escape() {
    closeReasons();
    campaign.close();
    $("note").value = "";
    $("note-box").hidden = true;
  },
  switched: (on) => say(on ? words.keys_on : words.keys_off),
});
const filters = data.sample ? null : new Filters(hand.chosen, post, words, { chosen: choose });

for (const button of all("[data-action]"))
  button.addEventListener("click", (event) => act(button.dataset.action, event.shiftKey));
document
  .querySelectorAll("[data-reason]")
  .forEach((button, index) => button.addEventListener("click", () => chooseReason(index)));
addEventListener("pagehide", () => {
  if (outbox.size === 0 && !data.sample)
    fetch("/api/release", { method: "POST", headers: { "X-CSRF-Token": outbox.csrf }, keepalive: true }).catch(
      () => undefined,
    );
});

// The filter lasts beyond a logout: it is kept in this browser for this editor, and the address goes before it.
function keepFilter(address) {
  try {
    if (address.size) localStorage.setItem(`tamis-filter:${data.editor}`, String(address));
    else localStorage.removeItem(`tamis-filter:${data.editor}`);
  } catch {
    // without storage the filter holds until the page is left
  }
}

function chosenAtFirst() {
  if (data.comment || Object.keys(data.chosen).length) return { ...data.chosen };
  try {
    const kept = new URLSearchParams(localStorage.getItem(`tamis-filter:${data.editor}`) || "");
    if (kept.size) history.replaceState(null, "", `?${kept}`);
    return Object.fromEntries(kept);
  } catch {
    return {};
  }
}

async function choose(filter) {
  const address = new URLSearchParams(Object.entries(filter).filter(([, value]) => value));
  history.replaceState(null, "", address.size ? `?${address}` : location.pathname);
  keepFilter(address);
  hand.chosen = filter;
  filters.fill(filter);
  hand.start();
  drawCurrent();
  drawList();
  await hand.more();
}

showSync(outbox.size);
outbox.flush();
hand.more();
drawCurrent();
if (data.comment) open(data.comment);
