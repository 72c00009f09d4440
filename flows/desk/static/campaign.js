// A campaign as one card: its waiting comments, all selected, decided with one key.

import { $, count, el, shortened } from "./dom.js";
import { get } from "./hand.js";

export class Campaign {
  // changed(): another number of comments is chosen, or the campaign was opened or closed
  constructor(words, say, changed) {
    this.words = words;
    this.say = say;
    this.changed = changed;
    this.close();
  }

  get open() {
    return this.items !== null;
  }

  // Opens the campaign of the card, or closes the one that is open. `still`: whether that card is still shown.
  async toggle(card, still) {
    if (this.open || this.loading) return this.close();
    if (!card?.campaign) return this.say(this.words.no_campaign);
    this.loading = true;
    $("campaign-box").hidden = false;
    $("campaign-box").replaceChildren(el("p", { class: "soft" }, this.words.loading));
    try {
      const answer = await get(`/api/campaigns/${card.campaign.id}`);
      if (!this.loading || !still()) return this.close();
      this.loading = false;
      this.items = answer.items;
      this.selected = new Set(this.items.map((item) => item.id));
      this.draw();
    } catch (error) {
      this.close();
      this.say(error.message);
    }
    return undefined;
  }

  draw() {
    const all = el("input", { type: "checkbox", checked: true, id: "campaign-all" });
    const boxes = this.items.map((item) => {
      const box = el("input", { type: "checkbox", checked: true });
      box.addEventListener("change", () => {
        if (box.checked) this.selected.add(item.id);
        else this.selected.delete(item.id);
        this.showCount();
      });
      return [
        box,
        el(
          "li",
          {},
          el(
            "label",
            {},
            box,
            el(
              "span",
              {},
              el("strong", { dir: "auto" }, item.author || this.words.anonymous),
              el("span", { class: "soft" }, ` · ${item.site} · ${shortened(item.article || "", 60)} `),
              el("span", { class: "first", dir: "auto" }, shortened(item.body, 200)),
            ),
          ),
        ),
      ];
    });
    all.addEventListener("change", () => {
      for (const [index, [box]] of boxes.entries()) {
        box.checked = all.checked;
        if (all.checked) this.selected.add(this.items[index].id);
        else this.selected.delete(this.items[index].id);
      }
      this.showCount();
    });
    $("campaign-box").replaceChildren(
      el("h3", { id: "campaign-title" }, count(this.words.campaign_preview, this.items.length)),
      el("p", { class: "soft" }, this.words.campaign_help),
      el(
        "p",
        { class: "row" },
        el("label", {}, all, ` ${this.words.select_all}`),
        el("span", { id: "campaign-count", class: "soft", role: "status" }),
      ),
      el(
        "ul",
        { class: "campaign", tabindex: "0", "aria-labelledby": "campaign-title" },
        ...boxes.map(([, row]) => row),
      ),
    );
    this.showCount();
    $("campaign-box").scrollIntoView({ block: "nearest" });
    this.say(`${count(this.words.campaign_preview, this.items.length)} ${this.words.campaign_help}`);
  }

  showCount() {
    $("campaign-count").textContent = count(this.words.selected, this.selected.size);
    this.changed();
  }

  // What a decision applies to while the campaign is open.
  chosen() {
    return this.items.filter((item) => this.selected.has(item.id));
  }

  close() {
    this.items = null;
    this.loading = false;
    this.selected = new Set();
    $("campaign-box").hidden = true;
    $("campaign-box").replaceChildren();
    this.changed();
  }
}
