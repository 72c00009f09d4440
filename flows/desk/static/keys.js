// Keyboard shortcuts: letters only, to be changed or switched off; digits only while a reason is being chosen.

import { $, all } from "./dom.js";

const USUAL = {
  publish: "p",
  reject: "r",
  skip: "s",
  undo: "u",
  redo: "y",
  campaign: "c",
  select: "x",
  author: "a",
  note: "n",
  help: "h",
};

function stored(name, usual) {
  try {
    return localStorage.getItem(name) ?? usual;
  } catch {
    return usual;
  }
}

function store(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // without storage the choice holds until the page is closed
  }
}

export class Keys {
  // on: {action(name, shift), digit(index), escape(), switched(on), choosing()}
  constructor(on) {
    this.on = on;
    this.letters = { ...USUAL, ...JSON.parse(stored("tamis-keys", "{}")) };
    this.enabled = stored("tamis-keys-on", "yes") !== "no";
    document.addEventListener("keydown", (event) => this.pressed(event));
    $("keys-on").addEventListener("change", () => {
      this.enabled = $("keys-on").checked;
      store("tamis-keys-on", this.enabled ? "yes" : "no");
      this.on.switched(this.enabled);
      this.show();
    });
    for (const input of all("[data-remap]")) input.addEventListener("input", () => this.remap(input));
    this.show();
  }

  remap(input) {
    const letter = input.value.toLowerCase();
    const taken = Object.entries(this.letters).some(([name, key]) => key === letter && name !== input.dataset.remap);
    if (/^\p{L}$/u.test(letter) && !taken) {
      this.letters[input.dataset.remap] = letter;
      store("tamis-keys", JSON.stringify(this.letters));
    }
    input.setAttribute("aria-invalid", String(letter !== "" && this.letters[input.dataset.remap] !== letter));
    if (letter !== "") this.show();
  }

  show() {
    for (const node of all("[data-key]")) node.textContent = this.enabled ? this.letters[node.dataset.key] : "";
    for (const input of all("[data-remap]")) input.value = this.letters[input.dataset.remap];
    for (const node of all("#reasons kbd")) node.hidden = !this.enabled;
    $("keys-on").checked = this.enabled;
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]"))
      return;
    if (event.key === "Escape") return void this.on.escape();
    if (!this.enabled || event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]"))
      return;
    // Digits by place on the keyboard: the unshifted row of AZERTY gives other signs
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    if (digit && this.on.choosing()) {
      event.preventDefault();
      if (!event.repeat) this.on.digit(Number(digit[1]) - 1);
      return;
    }
    const action = Object.keys(this.letters).find((name) => this.letters[name] === event.key.toLowerCase());
    if (!action) return;
    event.preventDefault();
    if (!event.repeat) this.on.action(action, event.shiftKey); // a key held down decides once
  }
}
