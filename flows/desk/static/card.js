// The card: one comment, what speaks for and against it, and where.

import { el, fill, link, count, decimal, moment, written } from "./dom.js";

const LONG = 1800; // characters of a comment shown before "show all"
const FIRST_REASONS = 6;

// Offsets count code points, as the server's do; JavaScript strings count UTF-16 units.
function marked(body, reasons) {
  const points = Array.from(body);
  const owners = new Map();
  for (const reason of reasons) {
    for (const [start, end] of reason.spans) {
      for (let at = Math.max(0, start); at < Math.min(end, points.length); at++) {
        if (!owners.has(at)) owners.set(at, reason);
      }
    }
  }
  const fragment = document.createDocumentFragment();
  let at = 0;
  while (at < points.length) {
    const owner = owners.get(at);
    let end = at + 1;
    while (end < points.length && owners.get(end) === owner) end++;
    const text = points.slice(at, end).join("");
    if (owner) fragment.append(el("mark", { class: owner.weight > 0 ? "against" : "for", title: owner.meaning }, text));
    else fragment.append(text);
    at = end;
  }
  return fragment;
}

function chips(item, words) {
  const found = [];
  if (item.look_kind) found.push(el("span", { class: "chip" }, words[`look_${item.look_kind}`]));
  if (item.probability !== null) {
    const percent = Math.round(item.probability * 100);
    found.push(
      el(
        "span",
        { class: `chip p${Math.min(9, Math.floor(percent / 10))}` },
        fill(words.spam_probability, { p: percent }),
      ),
    );
  }
  for (const label of item.labels)
    found.push(el("span", { class: "chip" }, words.labels[label] || label.replaceAll("_", " ")));
  if (item.kind !== "comment") found.push(el("span", { class: "chip" }, words.labels[item.kind] || item.kind));
  if (item.campaign) found.push(el("span", { class: "chip" }, count(words.campaign, item.campaign.size || 2)));
  if (item.opened && item.action !== "review")
    found.push(
      el(
        "span",
        { class: "chip" },
        item.decided_by
          ? fill(words.decided, { editor: item.decided_by, action: words.holds[item.action] })
          : words.holds[item.action],
      ),
    );
  if (item.removed) found.push(el("span", { class: "chip" }, words.gone));
  return el("p", { class: "chips" }, ...found);
}

function languages(item, words) {
  if (item.relation !== "other") return null;
  const name = (code) =>
    code
      ? new Intl.DisplayNames([document.documentElement.lang], { type: "language", fallback: "code" }).of(code)
      : words.unknown_language;
  return el(
    "p",
    { class: "soft" },
    fill(words.language, { comment: name(item.language), article: name(item.article_language) }),
  );
}

// What changed since somebody decided: struck out what is gone, underlined what is new.
function drawEdit(edited, words) {
  if (!edited) return null;
  const tags = { same: "span", out: "del", in: "ins" };
  const parts = edited.parts.map((part) => words.edited_parts[part]).join(", ");
  const links = [
    ...edited.links_out.map((one) => el("del", {}, one)),
    ...edited.links_in.map((one) => el("ins", {}, one)),
  ];
  return el(
    "details",
    { class: "edit", open: true },
    el(
      "summary",
      {},
      fill(words.edited_since, {
        editor: edited.editor,
        action: words.decisions[edited.action] || edited.action,
        version: edited.version,
        at: moment(edited.at),
      }),
      parts ? ` ${fill(words.edited_what, { parts })}` : "",
    ),
    el("p", { class: "diff", dir: "auto" }, ...edited.steps.map((step) => el(tags[step.kind], {}, step.text))),
    links.length ? el("p", { class: "diff" }, ...links.flatMap((one) => [one, " "])) : null,
  );
}

export function drawCard(item, words) {
  const body = el("div", { class: "body", dir: "auto", lang: item.language || null }, marked(item.body, item.reasons));
  const parts = [
    el(
      "p",
      { class: "who-wrote" },
      el("strong", { dir: "auto" }, item.author || words.anonymous),
      item.author_url ? el("span", { class: "soft host" }, ` ${item.author_url}`) : null,
      el("span", { class: "soft" }, ` · ${written(item.date)} · ${item.site}`),
      item.permalink ? el("span", { class: "soft" }, " · ", link(item.permalink, words.on_its_site)) : null,
    ),
    el("h2", { class: "about", dir: "auto" }, link(item.article.url, item.article.title || item.article.url)),
    chips(item, words),
    drawEdit(item.edited, words),
    body,
  ];
  if (item.body.length > LONG) {
    body.classList.add("long");
    const more = el("button", { type: "button", class: "quiet" }, words.show_all);
    more.addEventListener("click", () => {
      body.classList.remove("long");
      more.remove();
    });
    parts.push(more);
  }
  parts.push(
    languages(item, words),
    item.start === null && item.reasons.length === 0 ? null : drawReasons(item, words),
  );
  return el("article", { "data-comment": item.id }, ...parts);
}

function weight(value, words) {
  return [
    el("span", { class: "weight" }, `${value > 0 ? "+" : "−"}${decimal(Math.abs(value))}`),
    el("span", { class: "visually-hidden" }, ` ${value > 0 ? words.for_spam : words.against_spam}: `),
  ];
}

function drawReason(reason, words) {
  return el(
    "li",
    { class: reason.weight > 0 ? "against" : "for" },
    ...weight(reason.weight, words),
    el("span", {}, ` ${reason.meaning} `, reason.quote ? el("q", { dir: "auto" }, reason.quote) : null),
    el("code", { class: "soft" }, ` ${reason.signal}`),
  );
}

function drawReasons(item, words) {
  const rows = item.reasons.map((reason) => drawReason(reason, words));
  const rest = rows.splice(FIRST_REASONS);
  if (item.start !== null) {
    rest.push(
      el(
        "li",
        { class: "start" },
        el("span", { class: "weight" }, decimal(item.start).replace("-", "−")),
        el("span", {}, ` ${words.start} `),
      ),
    );
  }
  return el(
    "div",
    {},
    el("ul", { class: "why" }, ...rows),
    rest.length
      ? el(
          "details",
          { class: "rest" },
          el("summary", {}, count(words.more_reasons, rest.length)),
          el("ul", { class: "why" }, ...rest),
        )
      : null,
    el("p", { class: "soft small" }, fill(words.judged_by, { model: item.model, policy: item.policy })),
  );
}
