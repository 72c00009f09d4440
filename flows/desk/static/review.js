// The review desk: shows a card, takes a key, shows the next card in the same frame, and lets the outbox do the rest.

import { drawCard, drawContext, el, fill } from "./card.js";
import { Outbox } from "./outbox.js";

const data = JSON.parse(document.getElementById("desk-data").textContent);
const words = data.words;
const $ = (id) => document.getElementById(id);

const LOW = 12; // fewer cards than this in hand: fetch more
const ASKED = 40;
const PREFETCHED_CONTEXTS = 3;
const DEFAULT_KEYS = { publish: "p", reject: "r", skip: "s", undo: "u", campaign: "c", author: "a", note: "n", help: "h" };

let cards = [];
let skipped = new Set();
let chosen = { ...data.chosen };
let waiting = { count: 0, more: false };
let fetching = false;
let choosingReason = null; // the comments that a reason is being chosen for
let campaign = null; // {items, selected} while a campaign is open
const contexts = new Map();
const done = []; // what was decided here, newest last: {key, items, cards, decisions}
const keys = { ...DEFAULT_KEYS, ...JSON.parse(localStorage.getItem("tamis-keys") || "{}") };
let keysOn = localStorage.getItem("tamis-keys-on") !== "no";

const outbox = new Outbox(data.editor, data.csrf, {
  saved(batch, decisions) {
    for (const entry of batch) {
      const mine = done.find((one) => one.key === entry.key);
      if (mine) mine.decisions = decisions.filter((decision) => entry.items.some((item) => item.id === decision.comment)).map((decision) => decision.id);
    }
  },
  conflict: showConflict,
  failed(entry, why) {
    showMessage(fill(words.failed, { why }), "bad");
    restore(entry.items.map((item) => item.id));
  },
  changed: showSync,
  session(n) {
    showMessage(fill(words.session, { n }), "warn", { href: "/login?next=/review", text: "→" });
  },
});

function say(text) {
  $("live").textContent = text;
}

function newKey() {
  return crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function left() {
  return fill(waiting.more ? words.left_more : words.left, { n: waiting.count });
}

function showCount() {
  $("waiting").textContent = left();
}

function showSync(n) {
  $("sync").textContent = n === 0 ? (done.length ? words.saved : "") : fill(navigator.onLine ? words.sending : words.offline, { n });
}

function showMessage(text, kind, link) {
  const box = el("p", { class: `note ${kind}`, role: "alert" }, text, link ? el("a", { href: link.href }, ` ${link.text}`) : null);
  $("conflicts").replaceChildren(box);
}

// --- cards -----------------------------------------------------------------------------------------------------------

async function get(path) {
  const response = await fetch(path, { headers: { Accept: "application/json" } });
  if (response.status === 401) throw new Error("session");
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}

async function fetchMore() {
  if (fetching) return;
  fetching = true;
  try {
    const query = new URLSearchParams({ limit: ASKED });
    for (const [name, value] of Object.entries(chosen)) if (value && name !== "lang") query.set(name, value);
    const answer = await get(`/api/queue?${query}`);
    const known = new Set(cards.map((card) => card.id));
    const fresh = answer.items.filter((card) => !known.has(card.id) && !outbox.holds(card.id) && !skipped.has(card.id));
    const first = cards.length === 0;
    cards.push(...fresh);
    waiting = { count: Math.max(0, answer.waiting.count - outbox.size), more: answer.waiting.more };
    showCount();
    drawQueue();
    if (first) drawCurrent();
  } catch (error) {
    if (error.message === "session") showMessage(fill(words.session, { n: outbox.size }), "warn", { href: "/login?next=/review", text: "→" });
    else if (cards.length === 0) showMessage(fill(words.failed, { why: error.message }), "bad");
  } finally {
    fetching = false;
  }
}

function drawQueue() {
  $("queue").replaceChildren(
    ...cards.slice(0, 30).map((card, index) => {
      const button = el("button", { type: "button", "aria-current": index === 0 ? "true" : null }, el("strong", { dir: "auto" }, card.author || words.anonymous), el("span", { class: "soft" }, ` ${Math.round(card.probability * 100)} %`), el("span", { class: "first", dir: "auto" }, card.body.slice(0, 90)));
      button.addEventListener("click", () => {
        cards.splice(index, 1);
        cards.unshift(card);
        drawQueue();
        drawCurrent();
      });
      return el("li", {}, button);
    }),
  );
}

function drawCurrent() {
  closeReasons();
  closeCampaign();
  const card = cards[0];
  if (!card) {
    $("card").replaceChildren(el("p", { class: "empty" }, fetching ? words.loading : words.empty));
    $("context").replaceChildren();
    return;
  }
  $("card").replaceChildren(drawCard(card, words));
  $("card").scrollTop = 0;
  drawContextOf(card);
  for (const next of cards.slice(1, 1 + PREFETCHED_CONTEXTS)) contextOf(next.id);
}

function contextOf(id) {
  if (!contexts.has(id)) {
    contexts.set(id, get(`/api/comments/${id}/context`).catch(() => {
      contexts.delete(id);
      return null;
    }));
    if (contexts.size > 60) contexts.delete(contexts.keys().next().value);
  }
  return contexts.get(id);
}

async function drawContextOf(card) {
  $("context").setAttribute("aria-busy", "true");
  const context = await contextOf(card.id);
  if (cards[0]?.id !== card.id) return;
  $("context").removeAttribute("aria-busy");
  $("context").replaceChildren(context ? drawContext(context, words) : el("p", { class: "soft" }, words.loading));
}

function advance(ids) {
  const gone = new Set(ids);
  cards = cards.filter((card) => !gone.has(card.id));
  waiting.count = Math.max(0, waiting.count - ids.length);
  drawCurrent();
  drawQueue();
  showCount();
  if (cards.length < LOW) fetchMore();
}

// --- decisions -------------------------------------------------------------------------------------------------------

function decide(items, action, reason) {
  if (items.length === 0) return;
  const note = $("note").value.trim();
  const key = newKey();
  const entry = { key, action, reason: reason ? reason[0] : null, note, items: items.map((item) => ({ id: item.id, version: item.version, key: `${key}:${item.id}` })) };
  done.push({ key, cards: items, decisions: null });
  $("note").value = "";
  $("note-box").hidden = true;
  advance(items.map((item) => item.id));
  say(`${action === "publish" ? words.published : fill(words.rejected, { reason: reason ? reason[1] : "" })} ${left()}`);
  outbox.add(entry);
}

function targets() {
  if (campaign) return campaign.items.filter((item) => campaign.selected.has(item.id));
  return cards[0] ? [cards[0]] : [];
}

const actions = {
  publish: () => decide(targets(), "publish", null),
  reject: () => openReasons(targets()),
  skip() {
    if (!cards[0]) return;
    const card = cards.shift();
    skipped.add(card.id);
    say(words.skipped);
    drawCurrent();
    drawQueue();
    if (cards.length < LOW) fetchMore();
  },
  undo,
  campaign: openCampaign,
  author() {
    if (!cards[0]?.author_key) return;
    chosen = { ...chosen, author: chosen.author ? "" : cards[0].author_key };
    reload();
  },
  note() {
    $("note-box").hidden = false;
    $("note").focus();
  },
  help: () => $("help").showModal(),
};

async function undo() {
  const last = done.pop();
  if (!last) return say(words.nothing_to_undo);
  if (outbox.withdraw(last.key)) {
    comeBack(last.cards);
    return;
  }
  if (!last.decisions) {
    done.push(last); // on its way: its number is not known yet
    setTimeout(undo, 150);
    return;
  }
  try {
    const response = await fetch("/api/undo", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": data.csrf },
      body: JSON.stringify({ decisions: last.decisions, key: newKey() }),
    });
    if (!response.ok) throw new Error((await response.json().catch(() => ({}))).error || `HTTP ${response.status}`);
    await restore(last.cards.map((card) => card.id));
  } catch (error) {
    done.push(last);
    showMessage(fill(words.failed, { why: error.message }), "bad");
  }
}

async function restore(ids) {
  const fresh = await Promise.all(ids.slice(0, ASKED).map((id) => get(`/api/comments/${id}`).catch(() => null)));
  comeBack(fresh.filter((card) => card !== null));
}

function comeBack(back) {
  const ids = new Set(back.map((card) => card.id));
  for (const id of ids) contexts.delete(id);
  cards = [...back, ...cards.filter((card) => !ids.has(card.id))];
  waiting.count += back.length;
  say(words.undone);
  showCount();
  drawCurrent();
  drawQueue();
}

function openReasons(items) {
  if (items.length === 0) return;
  choosingReason = items;
  $("reasons").hidden = false;
  say(words.choose_reason);
}

function closeReasons() {
  choosingReason = null;
  $("reasons").hidden = true;
}

function chooseReason(index) {
  const reason = data.reasons[index];
  if (!reason || !choosingReason) return;
  const items = choosingReason;
  closeReasons();
  decide(items, "reject", reason);
}

// --- campaigns -------------------------------------------------------------------------------------------------------

async function openCampaign() {
  const card = cards[0];
  if (!card?.campaign || campaign) return closeCampaign();
  const answer = await get(`/api/queue?${new URLSearchParams({ campaign: card.campaign.id, limit: 50 })}`).catch(() => null);
  if (!answer || cards[0]?.id !== card.id) return undefined;
  campaign = { items: answer.items, selected: new Set(answer.items.map((item) => item.id)) };
  const boxes = answer.items.map((item) => {
    const box = el("input", { type: "checkbox", checked: true });
    box.addEventListener("change", () => (box.checked ? campaign.selected.add(item.id) : campaign.selected.delete(item.id)));
    return el("li", {}, el("label", {}, box, el("strong", { dir: "auto" }, ` ${item.author || words.anonymous} `), el("span", { dir: "auto" }, item.body.slice(0, 200))));
  });
  $("campaign-box").replaceChildren(el("p", {}, fill(words.campaign_preview, { n: answer.items.length })), el("ul", { class: "campaign" }, ...boxes));
  $("campaign-box").hidden = false;
  say(fill(words.campaign_preview, { n: answer.items.length }));
  return undefined;
}

function closeCampaign() {
  campaign = null;
  $("campaign-box").hidden = true;
  $("campaign-box").replaceChildren();
}

// --- conflicts -------------------------------------------------------------------------------------------------------

function showConflict(entry, fault) {
  const text = fill(words.conflict, { editor: fault.editor || words.somebody, action: words[fault.action] || fault.action });
  const agree = el("button", { type: "button", class: "quiet" }, words.agree);
  const contest = el("button", { type: "button" }, words.contest);
  const box = el("div", { class: "note warn", role: "alert" }, el("p", {}, text), el("div", { class: "row" }, agree, contest));
  agree.addEventListener("click", () => box.remove());
  contest.addEventListener("click", () => {
    box.remove();
    const key = newKey();
    outbox.add({ ...entry, key, sent: false, items: entry.items.map((item) => ({ id: item.id, version: item.id === fault.comment ? fault.version : item.version, key: `${key}:${item.id}` })) });
  });
  $("conflicts").append(box);
}

// --- keys, filters, start --------------------------------------------------------------------------------------------

function showKeys() {
  for (const node of document.querySelectorAll("[data-key]")) node.textContent = keysOn ? keys[node.dataset.key] : "";
  for (const input of document.querySelectorAll("[data-remap]")) input.value = keys[input.dataset.remap];
  $("keys-on").checked = keysOn;
}

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    closeReasons();
    closeCampaign();
    $("note-box").hidden = true;
    return;
  }
  if (!keysOn || isTyping(event.target)) return;
  // Digit keys by position: on AZERTY the unshifted row gives "&é\"'" instead of digits
  const digit = /^Digit([1-9])$/.exec(event.code) || /^Numpad([1-9])$/.exec(event.code);
  if (digit && choosingReason) {
    event.preventDefault();
    chooseReason(Number(digit[1]) - 1);
    return;
  }
  const action = Object.keys(keys).find((name) => keys[name] === event.key.toLowerCase());
  if (!action || event.repeat) return;
  event.preventDefault();
  actions[action]();
});

for (const button of document.querySelectorAll("[data-action]")) button.addEventListener("click", () => actions[button.dataset.action]());
document.querySelectorAll("[data-reason]").forEach((button, index) => button.addEventListener("click", () => chooseReason(index)));
$("help-button").addEventListener("click", () => $("help").showModal());
$("keys-on").addEventListener("change", () => {
  keysOn = $("keys-on").checked;
  localStorage.setItem("tamis-keys-on", keysOn ? "yes" : "no");
  say(keysOn ? words.keys_on : words.keys_off);
  showKeys();
});
for (const input of document.querySelectorAll("[data-remap]")) {
  input.addEventListener("input", () => {
    const letter = input.value.toLowerCase();
    const taken = Object.entries(keys).some(([name, key]) => key === letter && name !== input.dataset.remap);
    if (/^\p{L}$/u.test(letter) && !taken) {
      keys[input.dataset.remap] = letter;
      localStorage.setItem("tamis-keys", JSON.stringify(keys));
    }
    showKeys();
  });
}
$("filter-button").addEventListener("click", () => {
  const open = $("filters").hidden;
  $("filters").hidden = !open;
  $("filter-button").setAttribute("aria-expanded", String(open));
});
$("filters").addEventListener("submit", (event) => {
  event.preventDefault();
  chosen = Object.fromEntries(new FormData($("filters")));
  reload();
});
$("filters").addEventListener("reset", () => {
  chosen = {};
  reload();
});

async function reload() {
  const address = new URLSearchParams(Object.entries(chosen).filter(([, value]) => value));
  history.replaceState(null, "", address.size ? `?${address}` : location.pathname);
  cards = [];
  skipped = new Set();
  $("card").replaceChildren(el("p", { class: "soft" }, words.loading));
  await fetchMore();
  if (cards.length === 0) drawCurrent();
}

showKeys();
showSync(outbox.size);
outbox.flush();
reload();
