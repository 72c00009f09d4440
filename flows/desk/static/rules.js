// A rule from the comment on screen: try it on past decisions, then put it in force.

import { $, count, el } from "./dom.js";
import { drawBrief } from "./context.js";

function hostOf(address) {
  try {
    return new URL(address).hostname;
  } catch {
    return "";
  }
}

export class RuleDialog {
  constructor(words, role, post, say) {
    this.words = words;
    this.role = role;
    this.post = post;
    this.say = say;
    this.form = $("rule-form");
    this.form.elements.list.addEventListener("change", () => this.propose());
    this.form.addEventListener("input", () => this.untried());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.attempt();
    });
    $("rule-apply").addEventListener("click", () => this.apply());
  }

  open(card) {
    if (!card) return;
    this.card = card;
    this.picked = String(getSelection()).trim();
    this.form.elements.list.value = this.picked ? "words" : card.links.length || card.author_url ? "hosts" : "authors";
    this.form.elements.action.value = "hold";
    for (const option of this.form.elements.action.options)
      option.disabled = option.value !== "hold" && this.role !== "admin";
    this.propose();
    $("rule").showModal();
  }

  propose() {
    const { card } = this;
    const host = hostOf(card.links[0] || card.author_url || "");
    this.form.elements.entry.value = { words: this.picked, authors: card.author || "", hosts: host }[
      this.form.elements.list.value
    ];
    this.untried();
  }

  untried() {
    $("rule-result").replaceChildren();
    $("rule-apply").disabled = true;
  }

  asked() {
    const { list, action, entry } = this.form.elements;
    return { site: this.card.site, list: list.value, action: action.value, entry: entry.value };
  }

  async attempt() {
    try {
      const tried = await this.post("/api/rules/try", this.asked());
      $("rule-result").replaceChildren(
        el("p", {}, `${count(this.words.rule_fits, tried.fitting)} ${count(this.words.rule_of, tried.decisions)}`),
        el(
          "p",
          { class: tried.approved_flipped ? "note warn" : null },
          count(this.words.rule_flips, tried.approved_flipped),
        ),
        tried.refused_flipped
          ? el("p", { class: "note warn" }, count(this.words.rule_publishes, tried.refused_flipped))
          : el("span"),
        el("ol", { class: "briefs" }, ...tried.shown.map((one) => drawBrief(one, this.words, null))),
      );
      $("rule-apply").disabled = false;
    } catch (error) {
      this.failed(error);
    }
  }

  async apply() {
    try {
      const made = await this.post("/api/rules", this.asked());
      $("rule").close();
      this.say(this.words.rule_made.replace("{version}", made.version));
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error) {
    $("rule-result").replaceChildren(el("p", { class: "note bad", role: "alert" }, error.message));
  }
}
