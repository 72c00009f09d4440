// Filters of the queue, and views saved under a name.

import { $, count, el } from "./dom.js";
import { get } from "./hand.js";

export class Filters {
  // on: {chosen(filter)}
  constructor(chosen, post, words, on) {
    this.post = post;
    this.words = words;
    this.on = on;
    this.form = $("filters");
    this.fill(chosen);
    $("filter-button").addEventListener("click", () => this.toggle(this.form.hidden));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.submitter?.value === "save") this.save();
      else on.chosen(this.chosen());
    });
    this.form.addEventListener("reset", () => setTimeout(() => on.chosen({})));
    $("saved-views").addEventListener("change", () => {
      const view = this.views.find((one) => one.name === $("saved-views").value);
      if (!view) return;
      this.fill(view.chosen);
      on.chosen(view.chosen);
    });
    $("forget-view").addEventListener("click", () => this.forget());
    if (Object.keys(this.chosen()).length) this.toggle(true);
  }

  async toggle(open) {
    this.form.hidden = !open;
    $("filter-button").setAttribute("aria-expanded", String(open));
    if (open && !this.views) this.show((await get("/api/views").catch(() => ({ views: [] }))).views);
  }

  fill(chosen) {
    for (const field of this.form.querySelectorAll("[data-filter]")) {
      const value = String(chosen[field.name] ?? (field.name === "order" ? "oldest" : ""));
      field.value = value;
      if (field.value === value || field.tagName !== "SELECT") continue;
      field.append(el("option", { value }, value)); // a filter that is on is shown, though nothing of it waits now
      field.value = value;
    }
    this.mark();
  }

  // The button says how many are on, also while they are folded away.
  mark() {
    const on = Object.keys(this.chosen()).filter((name) => name !== "order").length;
    $("filter-button").textContent = on ? count(this.words.filters_on, on) : this.words.filters;
    $("filter-button").classList.toggle("on", on > 0);
  }

  chosen() {
    const found = {};
    for (const field of this.form.querySelectorAll("[data-filter]"))
      if (field.value && !(field.name === "order" && field.value === "oldest")) found[field.name] = field.value;
    return found;
  }

  show(views) {
    this.views = views;
    $("saved-views").replaceChildren(
      el("option", { value: "" }, this.words.no_view),
      ...views.map((view) => el("option", { value: view.name }, view.name)),
    );
  }

  async save() {
    const name = this.form.elements.view_name.value.trim();
    if (!name) return this.form.elements.view_name.focus();
    this.show((await this.post("/api/views", { name, chosen: this.chosen() })).views);
    $("saved-views").value = name;
    this.form.elements.view_name.value = "";
    return undefined;
  }

  async forget() {
    const name = $("saved-views").value;
    if (name) this.show((await this.post(`/api/views/${encodeURIComponent(name)}`, undefined, "DELETE")).views);
  }
}
