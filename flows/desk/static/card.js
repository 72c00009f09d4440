// Drawing: comments and their context as DOM nodes. Text goes in as text, never as markup.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

const LONG = 1800; // characters of a comment shown before "show all"

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
    if (owner) {
      fragment.append(el("mark", { class: owner.weight > 0 ? "against" : "for", title: owner.meaning }, text));
    } else fragment.append(text);
    at = end;
  }
  return fragment;
}

export function drawCard(item, words) {
  const percent = Math.round(item.probability * 100);
  const body = el("div", { class: "body", dir: "auto", lang: item.language || null }, marked(item.body, item.reasons));
  const parts = [
    el(
      "p",
      { class: "who" },
      el("strong", { dir: "auto" }, item.author || words.anonymous),
      item.author_url ? el("span", { class: "soft host" }, ` ${item.author_url}`) : null,
      el("span", { class: "soft" }, ` · ${item.date || ""} · ${item.site}`),
    ),
    el("h2", { class: "about" }, el("a", { href: item.article.url, rel: "noopener noreferrer nofollow", target: "_blank" }, item.article.title || item.article.url)),
    el(
      "p",
      { class: "chips" },
      el("span", { class: `chip p${Math.min(9, Math.floor(percent / 10))}` }, fill(words.spam_probability, { p: percent })),
      ...item.labels.map((label) => el("span", { class: "chip" }, label.replaceAll("_", " "))),
      item.campaign ? el("span", { class: "chip" }, fill(words.campaign, { n: item.campaign.size || "?" })) : null,
      item.removed ? el("span", { class: "chip" }, words.gone) : null,
    ),
    body,
    el("p", { class: "soft" }, fill(words.language, { comment: item.language || words.unknown_language, article: item.article_language || words.unknown_language })),
  ];
  if (item.body.length > LONG) {
    body.classList.add("long");
    const more = el("button", { type: "button", class: "quiet" }, words.show_all);
    more.addEventListener("click", () => {
      body.classList.remove("long");
      more.remove();
    });
    parts.splice(4, 0, more);
  }
  parts.push(drawReasons(item, words));
  return el("article", {}, ...parts);
}

function drawReasons(item, words) {
  const rows = item.reasons.map((reason) =>
    el(
      "li",
      { class: reason.weight > 0 ? "against" : "for" },
      el("span", { class: "weight" }, `${reason.weight > 0 ? "+" : "−"}${Math.abs(reason.weight).toFixed(1)}`),
      el("span", { class: "visually-hidden" }, reason.weight > 0 ? words.for_spam : words.against_spam),
      el("span", {}, ` ${reason.meaning}`, reason.quote ? el("q", { dir: "auto" }, reason.quote) : null),
      el("code", { class: "soft" }, ` ${reason.signal}`),
    ),
  );
  return el("div", {}, el("ul", { class: "why" }, ...rows), el("p", { class: "soft small" }, `${item.model} · ${item.policy}`));
}

function folded(title, open, ...children) {
  return el("details", { open }, el("summary", {}, title), ...children);
}

function drawBrief(one, words, here) {
  return el(
    "li",
    { class: one.id === here ? "here" : null },
    el("strong", { dir: "auto" }, one.author || words.anonymous),
    el("span", { class: "soft" }, ` · ${one.id === here ? words.this_comment : words[one.action] || one.action}`),
    el("p", { dir: "auto" }, one.body.length > 280 ? `${one.body.slice(0, 279)}…` : one.body),
  );
}

export function drawContext(context, words) {
  const { article, author } = context;
  const past = author.published + author.rejected + author.waiting > 1;
  const history = context.history.map((entry) =>
    el("li", {}, fill(words.decided, { editor: entry.editor, action: words[entry.action] || entry.action }), el("span", { class: "soft" }, ` ${entry.reason || ""} ${entry.note || ""} ${new Date(entry.at).toLocaleString()}`)),
  );
  return el(
    "div",
    {},
    folded(words.article, true, el("p", {}, el("strong", {}, article.title || "")), article.lead ? el("p", { class: "lead" }, article.lead) : null, ...article.sections.map((section) => el("section", {}, section.heading ? el("h3", {}, section.heading) : null, el("p", {}, section.text)))),
    folded(words.thread, true, el("ol", { class: "briefs" }, ...context.thread.map((one) => drawBrief(one, words, context.id)))),
    folded(words.author, true, el("p", {}, past ? fill(words.author_past, author) : words.new_author), el("p", { class: "soft" }, author.hosts.join(", "))),
    context.duplicates.count ? folded(`${words.duplicates} (${context.duplicates.count})`, false, el("ol", { class: "briefs" }, ...context.duplicates.shown.map((one) => drawBrief(one, words, null)))) : null,
    folded(words.history, history.length > 0, history.length ? el("ul", {}, ...history) : el("p", { class: "soft" }, words.no_history)),
  );
}
