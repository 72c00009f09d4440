// Making nodes. Text goes in as text, never as markup; addresses only if they are web addresses.

/** @type {(id: string) => any} */
export const $ = (id) => document.getElementById(id);

/** @type {(selector: string) => any[]} */
export const all = (selector) => [...document.querySelectorAll(selector)];

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

// Words that count: {one: "...", other: "..."} by the plural rule of the page's language.
const rule = new Intl.PluralRules(document.documentElement.lang || "en");

export function count(forms, n) {
  return fill(rule.select(n) === "one" ? forms.one : forms.other, {
    n: n.toLocaleString(document.documentElement.lang),
  });
}

export function link(address, text) {
  if (!/^https?:\/\//i.test(address || "")) return el("span", {}, text);
  return el("a", { href: address, rel: "noopener noreferrer nofollow ugc", target: "_blank" }, text);
}

export function shortened(text, length) {
  const points = Array.from(text.slice(0, 4 * length));
  return points.length > length ? `${points.slice(0, length - 1).join("")}…` : text;
}

export function decimal(value) {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return value.toLocaleString(document.documentElement.lang, digits);
}

export function moment(text) {
  return new Date(text).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
}

// A date as the site gave it: a machine's form in words, by the site's own clock; words stay as they are.
export function written(text) {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)|$)/.exec(text || "");
  if (!parts) return text || "";
  const [year, month, day, hour, minute] = parts.slice(1).map((part) => Number(part || 0));
  return new Date(Date.UTC(year, month - 1, day, hour, minute)).toLocaleString(document.documentElement.lang, {
    dateStyle: "medium",
    timeStyle: parts[4] ? "short" : undefined,
    timeZone: "UTC",
  });
}
