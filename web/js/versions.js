// What is known of one bookmark's versions: which came later, which is stale, which is lost.
// The rule, and the words for it, are in helpers/panels/versions.py; tests run both on one set of
// cases. No DOM in here.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.Versions = class {
  constructor() {
    this.builtOn = new Map();
    this.ours = new Map();
    this.knownMs = new Map();
    this.shown = new Map();
    this.reported = new Set();
    this.bare = new Map();
  }

  /** Take note of a write's answer; returns the updates that it shows to be lost. */
  wrote(update, replaced, valueS) {
    const { region, version, startedMs, ackedMs } = update;
    const base = replaced || this.name(region, valueS - update.deltaS, startedMs);
    const lost = this.lost(region, base, startedMs);
    this.show(region, base, startedMs, ackedMs);
    this.builtOn.set(version, base);
    this.ours.set(version, update);
    this.show(region, version, startedMs, ackedMs);
    return lost;
  }

  /** Judge what a read shows, then take note of it: {stale, other, lost}. */
  read(region, version, replaced, valueS, startedMs, endedMs) {
    const name = version || this.name(region, valueS, startedMs);
    if (version && replaced && !this.builtOn.has(name)) this.builtOn.set(name, replaced);
    const lost = this.lost(region, name, startedMs);
    const stale = this.laterKnown(name, startedMs);
    const other = this.ours.size > 0 && !this.ours.has(name)
      && ![...this.ours.keys()].some((own) => this.chain(own).includes(name));
    this.show(region, name, startedMs, endedMs);
    return { stale, other, lost };
  }

  /** The update of ours that was acknowledged last before a time. */
  latest(beforeMs) {
    let found = null;
    for (const update of this.ours.values()) {
      if (update.ackedMs <= beforeMs && (!found || update.ackedMs > found.ackedMs)) found = update;
    }
    return found;
  }

  /** Name a value that has no version: anew where its Region was further already. */
  name(region, valueS, atMs) {
    let name = this.bare.get(valueS) || `=${valueS}`;
    if (this.had(region, atMs).some((had) => this.chain(had).indexOf(name) > 0)) name += "'";
    this.bare.set(valueS, name);
    return name;
  }

  show(region, version, startedMs, endedMs) {
    this.knownMs.set(version, Math.min(endedMs, this.knownMs.get(version) ?? endedMs));
    if (!this.shown.has(region)) this.shown.set(region, []);
    const seen = this.shown.get(region).find((other) => other.version === version);
    if (seen) {
      seen.firstEndedMs = Math.min(seen.firstEndedMs, endedMs);
      seen.lastStartedMs = Math.max(seen.lastStartedMs, startedMs);
    } else {
      this.shown.get(region).push({ version, firstEndedMs: endedMs, lastStartedMs: startedMs });
    }
  }

  had(region, beforeMs) {
    return (this.shown.get(region) || []).filter((seen) => seen.firstEndedMs <= beforeMs)
      .map((seen) => seen.version);
  }

  /** A version and those it was built on, as far back as is known. */
  chain(version) {
    const chain = [version];
    while (this.builtOn.has(chain.at(-1))) chain.push(this.builtOn.get(chain.at(-1)));
    return chain;
  }

  lost(region, shown, atMs) {
    const kept = new Set(this.chain(shown));
    const had = new Set(this.had(region, atMs).flatMap((seen) => this.chain(seen)));
    const lost = [];
    for (const [version, update] of this.ours) {
      if (!had.has(version) || kept.has(version) || this.reported.has(version)) continue;
      const before = this.chain(version);
      // Both go back to one version, and part there: certainly not built on one another.
      if (!before.includes(shown) && before.some((older) => kept.has(older))) {
        lost.push(update);
        this.reported.add(version);
      }
    }
    return lost;
  }

  laterKnown(version, beforeMs) {
    const seen = new Set([version]);
    const waiting = [version];
    while (waiting.length) {
      for (const later of this.successors(waiting.pop())) {
        if (seen.has(later)) continue;
        if ((this.knownMs.get(later) ?? Infinity) <= beforeMs) return true;
        seen.add(later);
        waiting.push(later);
      }
    }
    return false;
  }

  successors(version) {
    const later = [];
    for (const [child, base] of this.builtOn) if (base === version) later.push(child);
    const knownMs = this.knownMs.get(version) ?? Infinity;
    for (const update of this.ours.values()) {
      if (knownMs <= update.startedMs) later.push(update.version);
    }
    for (const shown of this.shown.values()) {
      const own = shown.find((seen) => seen.version === version);
      if (!own) continue;
      for (const seen of shown) {
        if (own.firstEndedMs <= seen.lastStartedMs) later.push(seen.version);
      }
    }
    return later.filter((other) => other !== version);
  }
};
