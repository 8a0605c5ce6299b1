// What reads and writes mean together: which read was stale, which update was lost. No DOM in here.
// The rules and the words are those of the panel in the notebooks.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.History = class {
  constructor() {
    this.writes = [];
    this.reported = new Set();
  }

  /** Judge one result; `delta` is what a write asked to add, in s, 0 for a read. */
  record(result, delta = 0) {
    const entry = { region: result.region, operation: result.operation, mark: "", text: "" };
    if (result.outcome !== "ok") {
      entry.mark = result.outcome.toUpperCase();
      entry.text = `${result.operation}: ${result.message}`;
      return entry;
    }
    const took = this.took(result);
    if (result.operation === "ping") {
      entry.text = `ping answered in ${took}`;
      return entry;
    }
    const value = result.bookmark || 0;
    if (delta) {
      this.writes.push({ region: result.region, value, base: value - delta,
        atMs: result.startedMs + result.rttMs });
      entry.text = `${delta > 0 ? "+" : "−"}${Math.abs(delta)} s, bookmark is ${value} s (${took})`;
      return entry;
    }
    return this.judgeRead(entry, result, value, took);
  }

  took(result) {
    const inside = result.dynamodbMs === null ? "" : `, DynamoDB ${result.dynamodbMs.toFixed(1)} ms`;
    return `${result.rttMs.toFixed(0)} ms${inside}`;
  }

  judgeRead(entry, result, value, took) {
    entry.text = `bookmark is ${value} s`;
    const latest = this.writes.at(-1);
    if (!latest) {
      entry.text += ` (${took})`;
      return entry;
    }
    const sinceS = Math.max(0, (result.startedMs - latest.atMs) / 1000);
    entry.text += `, ${sinceS.toFixed(1)} s since update (${took})`;
    const lost = this.lostHere(result.region, value);
    if (lost >= 0) {
      const gone = this.writes[lost];
      const delta = gone.value - gone.base;
      this.reported.add(lost);
      entry.mark = "LOST UPDATE";
      entry.text += `; ${delta > 0 ? "+" : "−"}${Math.abs(delta)} s of ${gone.region} is gone`;
    } else if (value !== latest.value) {
      entry.mark = "STALE READ";
    }
    return entry;
  }

  /** Find an update that this Region acknowledged and that its present value does not have. */
  lostHere(region, value) {
    const shown = this.writes.findLastIndex((write) => write.value === value);
    if (shown < 0) return -1;
    const kept = this.lineage(shown);
    return this.writes.findLastIndex((write, number) => write.region === region
      && !kept.has(number) && !this.reported.has(number) && !this.lineage(number).has(shown));
  }

  /** The writes that one was built on, itself included. */
  lineage(number) {
    const found = new Set([number]);
    let base = this.writes[number].base;
    for (let earlier = number - 1; earlier >= 0; earlier -= 1) {
      if (this.writes[earlier].value === base) {
        found.add(earlier);
        base = this.writes[earlier].base;
      }
    }
    return found;
  }
};
