// What stands around a comment: article, thread, author, near-duplicates, history.

import { count, el, fill, link, moment, shortened } from "./dom.js";

function folded(title, open, ...children) {
  return el("details", { open }, el("summary", {}, title), ...children);
}

export function drawBrief(one, words, here, place = {}) {
  const holds = one.id === here ? words.this_comment : words.holds[one.action] || one.action;
  const parent = place.parent ? el("span", { class: "chip" }, words.answered) : null;
  const way = one.id === here ? null : el("a", { href: `/review?comment=${one.id}`, class: "small" }, words.open);
  return el(
    "li",
    { class: [one.id === here ? "here" : "", place.depth ? `depth${place.depth}` : ""].join(" ").trim() || null },
    el("strong", { dir: "auto" }, one.author || words.anonymous),
    one.by_site ? el("span", { class: "chip" }, words.by_site) : null,
    parent,
    el("span", { class: "soft" }, ` · ${holds} `),
    way,
    el("p", { dir: "auto" }, shortened(one.body, 280)),
  );
}

// The thread as a tree: how deep each comment stands among those shown, and which one is answered.
function drawThread(context, words) {
  const known = new Map(context.thread.map((one) => [one.id, one]));
  const depth = (one, most = 6) => (most && known.has(one.parent) ? 1 + depth(known.get(one.parent), most - 1) : 0);
  const answered = known.get(context.id)?.parent;
  return context.thread.map((one) =>
    drawBrief(one, words, context.id, { depth: depth(one), parent: one.id === answered }),
  );
}

function drawHistory(context, words, on) {
  if (!context.history.length) return el("p", { class: "soft" }, words.no_history);
  const rows = context.history.map((entry) => {
    const what = entry.undoes
      ? fill(words.took_back, { editor: entry.editor })
      : fill(words.decided, { editor: entry.editor, action: words.decisions[entry.action] || entry.action });
    const version = fill(words.on_version, { version: entry.version });
    const back = entry.undone
      ? el("span", { class: "soft" }, ` (${words.taken_back})`)
      : el("button", { type: "button", class: "quiet small" }, words.take_back);
    if (!entry.undone) back.addEventListener("click", () => on.takeBack(entry.id, context.id));
    return el(
      "li",
      {},
      what,
      el("span", { class: "soft" }, ` ${[words.reasons[entry.reason] || "", version, moment(entry.at)].join(" · ")} `),
      entry.note ? el("q", { dir: "auto", class: "note-text" }, entry.note) : null,
      back,
    );
  });
  return el("ul", { class: "history" }, ...rows);
}

function drawAuthor(author, words, on) {
  const past = author.published + author.rejected + author.waiting > 1;
  const box = el(
    "div",
    {},
    el(
      "p",
      {},
      past
        ? fill(words.author_past, {
            counts: Object.entries(words.past)
              .map(([name, forms]) => count(forms, author[name]))
              .join(", "),
          })
        : words.new_author,
    ),
    author.hosts.length ? el("p", { class: "soft" }, author.hosts.join(", ")) : null,
  );
  if (past && author.key) {
    const all = el("button", { type: "button", class: "quiet small" }, words.author_all);
    all.addEventListener("click", async () => {
      const found = await on.author(author.key);
      if (found)
        all.replaceWith(
          el("p", { class: "soft" }, found.names.join(", ")),
          el("ol", { class: "briefs" }, ...found.comments.map((one) => drawBrief(one, words, null))),
        );
    });
    box.append(all);
  }
  return box;
}

function drawLanguages(found, words) {
  if (!found) return null;
  const share = (value) => (value === null ? "" : ` ${Math.round(value * 100)} %`);
  return el(
    "p",
    { class: "soft" },
    fill(words.languages, {
      comment: (found.comment || words.unknown_language) + share(found.comment_probability),
      article: (found.article || words.unknown_language) + share(found.article_probability),
    }),
  );
}

// What the page was taken for, and a way to say what it is: one that is no article gives its comments back.
function drawKind(page, words, on) {
  if (!page || !on.kind) return null;
  const choice = el(
    "select",
    { "aria-label": words.page_kind },
    ...Object.entries(words.kinds).map(([kind, name]) =>
      el("option", { value: kind, selected: kind === page.kind }, name),
    ),
  );
  const say = el("button", { type: "button", class: "quiet small" }, words.kind_say);
  say.addEventListener("click", async () => {
    say.disabled = true;
    if (!(await on.kind(page, choice.value))) say.disabled = false;
  });
  const who =
    page.kind_by === "editor" ? words.kind_by_editor : page.kind_by === "settings" ? words.kind_by_settings : "";
  return el(
    "details",
    { class: "page-kind" },
    el(
      "summary",
      {},
      fill(words.kind_is, { kind: words.kinds[page.kind] || page.kind || "–" }),
      who ? el("span", { class: "soft" }, ` ${who}`) : null,
    ),
    page.because.length
      ? el("ul", { class: "soft small" }, ...page.because.map((because) => el("li", { lang: "en" }, because)))
      : null,
    el("p", { class: "row" }, choice, say),
    el("p", { class: "soft small" }, words.kind_help),
  );
}

// In which language the article is, and a way to say it: its comments are judged again.
function drawArticleLanguage(article, words, on) {
  if (!on.language) return null;
  const names = new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" });
  const named = words.article_language_codes
    .map((code) => [code, names.of(code) || code])
    .sort(([, a], [, b]) => a.localeCompare(b));
  if (article.language_by) named.unshift(["auto", words.article_language_auto]);
  const choice = el(
    "select",
    { "aria-label": words.article_language },
    ...named.map(([code, name]) => el("option", { value: code, selected: code === article.language }, name)),
  );
  const say = el("button", { type: "button", class: "quiet small" }, words.kind_say);
  say.addEventListener("click", async () => {
    say.disabled = true;
    if (!(await on.language(article, choice.value))) say.disabled = false;
  });
  return el(
    "details",
    { class: "page-kind" },
    el(
      "summary",
      {},
      fill(words.article_language_is, {
        language: article.language ? names.of(article.language) : words.unknown_language,
      }),
      article.language_by
        ? el("span", { class: "soft" }, ` ${fill(words.article_language_by, { editor: article.language_by })}`)
        : null,
    ),
    el("p", { class: "row" }, choice, say),
    el("p", { class: "soft small" }, words.article_language_help),
  );
}

// on: {takeBack(decision, comment), author(key), kind(page, kind) and language(article, code), which viewers lack}
export function drawContext(context, words, on) {
  const { article } = context;
  const sections = article.sections.map((section) =>
    el("section", {}, section.heading ? el("h3", {}, section.heading) : null, el("p", {}, section.text)),
  );
  return el(
    "div",
    {},
    folded(words.thread, true, el("ol", { class: "briefs" }, ...drawThread(context, words))),
    folded(words.author, true, drawAuthor(context.author, words, on)),
    folded(words.history, context.history.length > 0, drawHistory(context, words, on)),
    context.duplicates.count
      ? folded(
          count(words.duplicates, context.duplicates.count),
          false,
          el("ol", { class: "briefs" }, ...context.duplicates.shown.map((one) => drawBrief(one, words, null))),
        )
      : null,
    folded(
      words.article,
      true,
      el("p", {}, el("strong", { dir: "auto" }, link(article.url, article.title || article.url))),
      drawLanguages(context.languages, words),
      drawArticleLanguage(article, words, on),
      drawKind(article.page, words, on),
      article.lead ? el("p", { class: "lead" }, article.lead) : null,
      ...sections,
    ),
  );
}
