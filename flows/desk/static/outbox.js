// Decisions on their way to the server. They are written to localStorage before anything else happens, sent in order,
// and forgotten only when the server has confirmed them: nothing is lost by a closed tab, a dead network or a logout.

const BATCH = 20; // decisions a request carries at most
const FIRST_WAIT = 500; // milliseconds before the second try; doubled up to LAST_WAIT
const LAST_WAIT = 15000;

export class Outbox {
  constructor(editor, csrf, on) {
    this.name = `tamis-outbox:${editor}`;
    this.csrf = csrf;
    this.on = on; // {saved, conflict, failed, changed, session}
    this.entries = JSON.parse(localStorage.getItem(this.name) || "[]");
    this.busy = false;
    this.wait = FIRST_WAIT;
    addEventListener("online", () => this.flush());
    addEventListener("pagehide", () => this.keep());
  }

  get size() {
    return this.entries.length;
  }

  holds(comment) {
    return this.entries.some((entry) => entry.items.some((item) => item.id === comment));
  }

  keep() {
    localStorage.setItem(this.name, JSON.stringify(this.entries));
    this.on.changed(this.entries.length);
  }

  add(entry) {
    this.entries.push(entry);
    this.keep();
    this.flush();
  }

  // Takes back an entry that no request has carried yet; false if it is too late for that.
  withdraw(key) {
    const at = this.entries.findIndex((entry) => entry.key === key && !entry.sent);
    if (at < 0) return false;
    this.entries.splice(at, 1);
    this.keep();
    return true;
  }

  // Entries alike but for their comments travel together; the server takes such a batch as a whole.
  nextBatch() {
    const first = this.entries[0];
    const batch = [first];
    for (const entry of this.entries.slice(1)) {
      const alike = entry.action === first.action && entry.reason === first.reason && !entry.note && !first.note;
      if (!alike || entry.alone || first.alone || batch.length === BATCH) break;
      batch.push(entry);
    }
    return batch;
  }

  async flush() {
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.entries.length) {
        const batch = this.nextBatch();
        for (const entry of batch) entry.sent = true;
        const outcome = await this.send(batch);
        if (outcome === "later") return;
      }
      this.wait = FIRST_WAIT;
    } finally {
      this.busy = false;
    }
  }

  async send(batch) {
    const { action, reason, note } = batch[0];
    let response;
    try {
      response = await fetch("/api/decisions", {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": this.csrf },
        body: JSON.stringify({ items: batch.flatMap((entry) => entry.items), action, reason: reason || null, note: note || null }),
      });
    } catch {
      return this.later();
    }
    if (response.ok) {
      const { decisions } = await response.json();
      this.drop(batch);
      this.wait = FIRST_WAIT;
      this.on.saved(batch, decisions);
      return "sent";
    }
    if (response.status === 401 || response.status === 403) {
      this.on.session(this.entries.length);
      return this.later();
    }
    if (response.status >= 500 || response.status === 429) return this.later();
    const fault = await response.json().catch(() => ({ error: `HTTP ${response.status}` }));
    if (batch.length > 1) {
      // one of them stops the others: send each by itself
      for (const entry of batch) entry.alone = true;
      return "again";
    }
    this.drop(batch);
    if (response.status === 409) this.on.conflict(batch[0], fault);
    else this.on.failed(batch[0], fault.error || String(response.status));
    return "sent";
  }

  drop(batch) {
    this.entries = this.entries.filter((entry) => !batch.includes(entry));
    this.keep();
  }

  later() {
    this.keep();
    setTimeout(() => this.flush(), this.wait);
    this.wait = Math.min(this.wait * 2, LAST_WAIT);
    return "later";
  }
}
