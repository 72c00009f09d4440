// The cards in hand: fetched ahead, leased to this editor, kept up to date.

const LOW = 25; // fewer cards than this in hand: fetch more
const ASKED = 40;
const RENEW_EVERY = 60_000; // milliseconds; leases last four minutes

export async function get(path) {
  const response = await fetch(path, { headers: { Accept: "application/json" } });
  if (!response.ok) {
    const said = (await response.json().catch(() => ({}))).error;
    throw Object.assign(new Error(said || `HTTP ${response.status}`), { status: response.status });
  }
  return response.json();
}

export class Hand {
  // on: {changed(), arrived(), lost(cards), renewed(card), failed(error)}; holds(card): whether it was decided here
  constructor(chosen, sample, holds, post, on) {
    this.chosen = chosen;
    this.sample = sample;
    this.holds = holds;
    this.post = post;
    this.on = on;
    this.start();
    setInterval(() => document.visibilityState === "visible" && this.renew(), RENEW_EVERY);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.renew());
  }

  start() {
    this.cards = [];
    this.passed = new Set(); // skipped, or gone to others
    this.waiting = { count: 0, more: false };
    this.place = null; // where the last page of the queue ended
    this.ended = false;
    this.generation = (this.generation || 0) + 1;
    this.fetching = false;
  }

  get first() {
    return this.cards[0] || null;
  }

  query() {
    const query = new URLSearchParams({ limit: String(ASKED) });
    for (const [name, value] of Object.entries(this.chosen))
      if (value && name !== "lang" && name !== "sample") query.set(name, value);
    if (this.place) query.set("after", this.place);
    return `/api/queue?${query}`;
  }

  // The sample without what was looked at or skipped here: its newest answer may not be written down yet.
  looks() {
    const query = new URLSearchParams({ passed: [...this.passed].slice(-200).join(",") });
    if (this.chosen.kind) query.set("kind", this.chosen.kind);
    return `/api/sample?${query}`;
  }

  async more() {
    if (this.fetching) return;
    this.fetching = true;
    const generation = this.generation;
    try {
      for (let pages = 0; pages < 10; pages++) {
        const answer = await get(this.sample ? this.looks() : this.query());
        if (generation !== this.generation) return;
        const known = new Set(this.cards.map((card) => card.id));
        const fresh = answer.items.filter(
          (card) => !known.has(card.id) && !this.passed.has(card.id) && !this.holds(card),
        );
        const empty = this.cards.length === 0;
        this.cards.push(...fresh);
        if (answer.waiting) this.waiting = answer.waiting;
        const round = this.place === null;
        this.place = answer.next || null; // at the end: from the top again, for what is new there
        this.on.changed();
        if (empty && fresh.length) this.on.arrived();
        if (fresh.length || (round && !answer.next)) return;
      }
    } catch (error) {
      if (generation === this.generation) this.on.failed(error);
    } finally {
      if (generation === this.generation) {
        this.fetching = false;
        if (!this.cards.length) this.on.arrived();
      }
    }
  }

  // The cards with these numbers leave the hand.
  remove(ids, passed = false) {
    const gone = new Set(ids);
    const waited =
      ids.length - this.cards.filter((card) => gone.has(card.id) && card.opened && !card.waiting_since).length;
    this.cards = this.cards.filter((card) => !gone.has(card.id));
    if (passed) for (const id of ids) this.passed.add(id);
    else this.waiting.count = Math.max(0, this.waiting.count - waited);
    if (this.cards.length < LOW) this.more();
  }

  putBack(back) {
    const ids = new Set(back.map((card) => card.id));
    for (const id of ids) this.passed.delete(id);
    this.cards = [...back, ...this.cards.filter((card) => !ids.has(card.id))];
    this.waiting.count += back.length;
  }

  toFront(card) {
    this.cards = [card, ...this.cards.filter((one) => one.id !== card.id)];
  }

  async renew() {
    if (this.sample || this.cards.length === 0) return;
    const shown = Object.fromEntries(this.cards.filter((card) => !card.opened).map((card) => [card.id, card.version]));
    if (Object.keys(shown).length === 0) return;
    const answer = await this.post("/api/leases", { items: shown }).catch(() => null);
    if (!answer) return;
    const lost = [];
    for (const card of answer.gone) {
      if (shown[card.id] !== this.cards.find((one) => one.id === card.id)?.version) continue; // changed by us meanwhile
      const still = card.action === "review" && card.waiting_since && !card.leased_by;
      const at = this.cards.findIndex((one) => one.id === card.id);
      if (still) {
        this.cards[at] = card;
        this.on.renewed(card, at === 0);
      } else lost.push(card);
    }
    if (lost.length) {
      const wasFirst = lost.some((card) => card.id === this.first?.id);
      this.remove(
        lost.map((card) => card.id),
        true,
      );
      this.on.lost(lost, wasFirst);
    }
  }
}
