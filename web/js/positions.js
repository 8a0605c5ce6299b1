// Where each film stands, as far as this page knows; what no Region has yet is kept in the browser.
// A position has a number, the time when the viewer moved to it: of two the later watching counts,
// in whatever tab, on whatever device. No DOM in here; the storage is handed in.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.Positions = class {
  /** `storage` is like localStorage; null where a browser forbids it: then this page alone knows. */
  constructor(storage) {
    this.storage = storage;
    this.newest = new Map(); // name: {user, id, title, lengthS, bookmark, at, region}
  }

  static name(user, id) {
    return `workshop.position ${JSON.stringify([user, id])}`;
  }

  static read(text) {
    try {
      const kept = JSON.parse(text);
      const numbers = [kept.at, kept.bookmark, kept.lengthS].every(Number.isFinite);
      return numbers && [kept.user, kept.id].every((part) => typeof part === "string") ? kept : null;
    } catch {
      return null;
    }
  }

  /** The newest position known of a film, or null; `region` is "" while no Region has taken it. */
  get(user, id) {
    const name = Workshop.Positions.name(user, id);
    const [here, kept] = [this.newest.get(name), Workshop.Positions.read(this.stored(name))];
    return kept && (!here || kept.at > here.at) ? kept : here || null;
  }

  /** All that no Region has taken yet. */
  unsaved() {
    const names = new Set(this.newest.keys());
    try {
      for (let at = 0; this.storage && at < this.storage.length; at += 1) {
        const name = this.storage.key(at);
        if (name.startsWith("workshop.position ")) names.add(name);
      }
    } catch { /* What cannot be read is not kept. */ }
    return [...names].map((name) => {
      const [user, id] = JSON.parse(name.slice("workshop.position ".length));
      return this.get(user, id);
    }).filter((known) => known && !known.region);
  }

  /** The viewer moved. Returns false where this position is the one that is known. */
  moved(user, { id, title, lengthS }, bookmark, nowMs) {
    const known = this.get(user, id);
    if (known && known.bookmark === bookmark) return false;
    const at = Math.max(nowMs, known ? known.at + 1 : 0);
    this.keep({ user, id, title, lengthS, bookmark, at, region: "" });
    return true;
  }

  /**
   * A Region shows a position. Returns what it means: "newer" than all known here, "behind" it, the
   * "same", or "lost": this Region had taken the newest, and shows an older one now.
   */
  shown(user, { id, title, lengthS, bookmark, at }, region) {
    const known = this.get(user, id);
    if (!known || at > known.at) {
      this.keep({ user, id, title, lengthS, bookmark, at, region });
      return "newer";
    }
    if (at === known.at) {
      if (!known.region) this.taken(user, id, at, region);
      return "same";
    }
    if (known.region !== region) return "behind";
    this.keep({ ...known, region: "" });
    return "lost";
  }

  /** A Region has taken the position with this number. */
  taken(user, id, at, region) {
    const known = this.get(user, id);
    if (known && known.at === at) this.keep({ ...known, region });
  }

  /** A later position stands in a Region: this one is not sent again. */
  overtaken(user, id, at) {
    const known = this.get(user, id);
    if (!known || known.at > at) return;
    const name = Workshop.Positions.name(user, id);
    this.newest.delete(name);
    this.store(name, null);
  }

  /** Another tab kept this text. */
  learn(text) {
    const other = Workshop.Positions.read(text);
    if (!other) return;
    const name = Workshop.Positions.name(other.user, other.id);
    const here = this.newest.get(name);
    if (!here || other.at > here.at) this.newest.set(name, other);
  }

  keep(known) {
    const name = Workshop.Positions.name(known.user, known.id);
    this.newest.set(name, known);
    this.store(name, known.region ? null : known);
  }

  stored(name) {
    try {
      return this.storage && this.storage.getItem(name);
    } catch {
      return null;
    }
  }

  store(name, known) {
    try {
      if (!this.storage) return;
      if (known) this.storage.setItem(name, JSON.stringify(known));
      else this.storage.removeItem(name);
    } catch { /* Forbidden or full: the page itself still knows. */ }
  }
};
