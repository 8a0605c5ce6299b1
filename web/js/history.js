// What calls mean together, in words: the words of helpers/panels/history.py. The rule is in
// versions.js. No DOM in here.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.History = class {
  constructor() {
    this.bookmarks = new Map();
    this.unknown = new Set();
  }

  /** Judge one result; `delta` is what a write asked to add, in s, 0 for a read. */
  record(result, delta, user, show) {
    const key = JSON.stringify([user, show]);
    const { region, operation, outcome } = result;
    if (outcome !== "ok") {
      if (delta && outcome === "unknown") this.unknown.add(key);
      return { region, mark: outcome.toUpperCase(), text: `${operation}: ${result.message}` };
    }
    const { took, plus } = Workshop.History;
    if (operation === "ping") return { region, mark: "", text: `ping answered in ${took(result)}` };
    if (!this.bookmarks.has(key)) this.bookmarks.set(key, new Workshop.Versions());
    const versions = this.bookmarks.get(key);
    if (!delta) return this.read(versions, result, key);
    const value = result.bookmark || 0;
    const text = `${plus(delta)} s, bookmark is ${value} s (${took(result)})`;
    if (!result.version) {
      return { region, mark: "", text: `${text}; this API gives no versions, deploy it again` };
    }
    const lost = versions.wrote({ version: result.version, region, deltaS: delta,
      startedMs: result.startedMs, ackedMs: result.startedMs + result.rttMs }, result.replaced, value);
    return { region, mark: lost.length ? "LOST UPDATE" : "", text: text + Workshop.History.gone(lost) };
  }

  read(versions, result, key) {
    const { took, gone } = Workshop.History;
    const { region, startedMs } = result;
    const value = result.bookmark || 0;
    const latest = versions.latest(startedMs);
    const reading = versions.read(region, result.version, result.replaced, value, startedMs,
      startedMs + result.rttMs);
    let text = `bookmark is ${value} s`;
    if (latest) {
      text += `, ${((startedMs - latest.ackedMs) / 1000).toFixed(1)} s since the last update`;
    }
    text += ` (${took(result)})`;
    if (reading.other) {
      text += "; written by another";
      if (this.unknown.has(key)) text += ", or by a write whose outcome is unknown";
    }
    const mark = reading.lost.length ? "LOST UPDATE" : reading.stale ? "STALE READ" : "";
    return { region, mark, text: text + gone(reading.lost) };
  }

  static plus(seconds) {
    return seconds > 0 ? `+${seconds}` : String(seconds);
  }

  static took(result) {
    const inside = result.dynamodbMs === null ? "" : `, DynamoDB ${result.dynamodbMs.toFixed(1)} ms`;
    return `${result.rttMs.toFixed(0)} ms${inside}`;
  }

  static gone(lost) {
    if (!lost.length) return "";
    const named = lost.map(({ deltaS, region }) => `${Workshop.History.plus(deltaS)} s of ${region}`);
    return `; ${named.join(" and ")} ${lost.length === 1 ? "is" : "are"} gone`;
  }
};
