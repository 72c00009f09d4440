// Decisions on their way to the server. Each is written to localStorage under its own name before anything else
// happens, sent in order, and forgotten only when the server has answered for it: nothing is lost by a closed tab, a
// dead network or a logout, and two tabs of one editor do not overwrite each other. A decision that is sent twice has
// the same key and counts once.
//
// Entries: {kind: "decide", key, action, reason, note, items: [{id, version, key}]}
//          {kind: "undo", key, keys: [of items]} or {kind: "undo", key, decisions: [numbers]}
//          {kind: "opinion", key, look, action, reason}

const BATCH = 20; // comments a request carries at most when several decisions travel together
const FIRST_WAIT = 500; // milliseconds before the second try; doubled up to LAST_WAIT
const LAST_WAIT = 15000;

export class Outbox {
  // on: {saved(entries, decisions), conflict(entry, fault), failed(entry, why), changed(n), session(n, other)}
  constructor(editor, csrf, on) {
    this.editor = editor;
    this.prefix = `tamis-outbox:${editor}:`;
    this.csrf = csrf;
    this.on = on;
    this.entries = this.kept();
    this.decided = new Map(); // comment: the version that was decided on
    for (const entry of this.entries) this.remember(entry);
    this.busy = false;
    this.wait = FIRST_WAIT;
    this.timer = null;
    addEventListener("online", () => this.flush());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.flush());
  }

  kept() {
    const found = [];
    try {
      for (let n = 0; n < localStorage.length; n++) {
        const name = localStorage.key(n);
        if (name.startsWith(this.prefix)) found.push({ ...JSON.parse(localStorage.getItem(name)), name });
      }
    } catch {
      return found; // no storage: decisions live as long as the tab
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get size() {
    return this.entries.length;
  }

  // Whether the card was decided on here: an answer of the queue that was on its way meanwhile may still hold it.
  holds(card) {
    return (
      card.version <= (this.decided.get(card.id) ?? -1) ||
      this.entries.some((entry) => entry.kind === "decide" && entry.items.some((item) => item.id === card.id))
    );
  }

  remember(entry) {
    if (entry.kind === "decide") for (const item of entry.items) this.decided.set(item.id, item.version);
  }

  add(entry) {
    const number = `${Date.now()}`.padStart(15, "0") + `${(this.last = (this.last || 0) + 1)}`.padStart(6, "0");
    entry.name = `${this.prefix}${number}-${entry.key}`;
    this.keep(entry);
    this.remember(entry);
    this.entries.push(entry);
    this.on.changed(this.size);
    this.flush();
  }

  keep(entry) {
    try {
      localStorage.setItem(entry.name, JSON.stringify(entry));
    } catch {
      // full or forbidden: the entry is still sent
    }
  }

  drop(batch) {
    for (const entry of batch) {
      try {
        localStorage.removeItem(entry.name);
      } catch {
        // see keep
      }
    }
    this.entries = this.entries.filter((entry) => !batch.includes(entry));
    this.on.changed(this.size);
  }

  // Decisions alike but for their comments travel together; the server takes such a batch as a whole.
  nextBatch() {
    const [first, ...others] = this.entries;
    const batch = [first];
    if (first.kind !== "decide" || first.alone || first.note) return batch;
    let size = first.items.length;
    for (const entry of others) {
      const alike = entry.kind === "decide" && entry.action === first.action && entry.reason === first.reason;
      if (!alike || entry.note || entry.alone || size + entry.items.length > BATCH) break;
      batch.push(entry);
      size += entry.items.length;
    }
    return batch;
  }

  async flush() {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    try {
      while (this.entries.length) {
        if ((await this.send(this.nextBatch())) === "later") return;
      }
    } finally {
      this.busy = false;
    }
  }

  /** @returns {[string, any]} where a batch goes, and what goes there */
  request(batch) {
    const [first] = batch;
    if (first.kind === "undo")
      return ["/api/undo", { key: first.key, keys: first.keys || [], decisions: first.decisions || [] }];
    if (first.kind === "opinion")
      return [`/api/sample/${first.look}`, { action: first.action, reason: first.reason || null }];
    return [
      "/api/decisions",
      {
        items: batch.flatMap((entry) => entry.items),
        action: first.action,
        reason: first.reason || null,
        note: first.note || null,
      },
    ];
  }

  async send(batch) {
    const [path, body] = this.request(batch);
    let response;
    let answer;
    try {
      response = await fetch(path, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": this.csrf },
        body: JSON.stringify(body),
        keepalive: batch.length * 200 < 20000 && body.items?.length < 200,
      });
      answer = await response.json();
    } catch {
      return this.later(); // no network, or something in between that is not the desk
    }
    if (response.ok) {
      this.drop(batch);
      this.wait = FIRST_WAIT;
      this.on.saved(batch, answer.decisions || []);
      return "sent";
    }
    if (response.status === 401 || response.status === 403) return this.rejoin(answer.error);
    if (response.status >= 500 || response.status === 429) return this.later();
    if (batch.length > 1) {
      for (const entry of batch) entry.alone = true; // one of them stops the others: send each by itself
      return "again";
    }
    this.drop(batch);
    const [entry] = batch;
    if (response.status === 409) this.conflict(entry, answer);
    else if (entry.kind !== "undo" || response.status !== 404)
      this.on.failed(entry, answer.error || String(response.status));
    return "sent";
  }

  // Of several comments one was decided meanwhile: the others are sent again without it.
  conflict(entry, fault) {
    const others = entry.items.filter((item) => item.id !== fault.comment);
    if (others.length) this.add({ ...entry, key: `${entry.key.slice(0, 40)}-${others.length}`, items: others });
    this.on.conflict({ ...entry, items: entry.items.filter((item) => item.id === fault.comment) }, fault);
  }

  // Logged out, or logged in again in another tab: go on with the new session if it is the same editor's.
  async rejoin(why) {
    let session = null;
    try {
      const response = await fetch("/api/session", { headers: { Accept: "application/json" } });
      if (response.ok) session = await response.json();
    } catch {
      return this.later();
    }
    if (session && session.editor === this.editor && session.csrf !== this.csrf) {
      this.csrf = session.csrf;
      return "again";
    }
    if (session && session.editor === this.editor) this.on.failed(null, why);
    else this.on.session(this.size, session ? session.editor : null);
    return this.later();
  }

  later() {
    this.on.changed(this.size);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), this.wait);
    this.wait = Math.min(this.wait * 2, LAST_WAIT);
    return "later";
  }
}
