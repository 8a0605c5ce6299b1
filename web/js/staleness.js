// For how long other Regions did not show a write, from the reads that a page makes. No DOM in here.
// Times are the page's own, in ms; what one read leaves open, the next one bounds.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.Staleness = class {
  constructor() {
    this.open = [];
    this.closed = [];
  }

  /** Take note of an acknowledged write, and of the Regions that are yet to show it. */
  wrote(version, others, ackedMs) {
    for (const region of others) this.open.push({ version, region, ackedMs, staleMs: null });
  }

  /** Take note of a read; `shows(version)` tells whether a write is in what it returned. */
  read(region, startedMs, endedMs, shows) {
    this.open = this.open.filter((wait) => {
      if (wait.region !== region) return true;
      if (shows(wait.version)) {
        const byMs = Math.max(0, endedMs - wait.ackedMs);
        this.closed.push({ region, afterMs: Math.min(wait.staleMs ?? 0, byMs), byMs });
        return false;
      }
      if (startedMs >= wait.ackedMs) wait.staleMs = startedMs - wait.ackedMs;
      return true;
    });
  }

  /** A write that lost a conflict is never shown: how long is no question. */
  lost(versions) {
    this.open = this.open.filter((wait) => !versions.includes(wait.version));
  }

  /** How long a Region has been seen to lack a write, null if it lacks none. */
  behindMs(region) {
    const behind = this.open.filter((wait) => wait.region === region && wait.staleMs !== null);
    return behind.length ? Math.max(...behind.map((wait) => wait.staleMs)) : null;
  }

  /**
   * The share of writes that a Region shows, against the time since their acknowledgement:
   * {n, atMost: [[ms, share]], atLeast: [[ms, share]]}. The truth lies between the two.
   */
  curve(region) {
    const seen = this.closed.filter((bracket) => bracket.region === region);
    const steps = (name) => seen.map((bracket) => bracket[name]).sort((a, b) => a - b)
      .map((ms, at) => [ms, (at + 1) / seen.length]);
    return { n: seen.length, atMost: steps("afterMs"), atLeast: steps("byMs") };
  }
};
