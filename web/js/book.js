// What the calls for one bookmark have shown: the lines of its history, the last of each Region, the
// points of its chart. No DOM in here.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.Book = class {
  constructor() {
    this.lines = []; // Newest first: {number, region, mark, text, times}.
    this.latest = new Map(); // Region: {mark, text, message, bookmark, silent, atMs}.
    this.points = []; // {region, atMs, bookmark or null, write, mark}, oldest first.
    this.made = 0;
  }

  /**
   * Take in a result and how it was judged. Of calls that are `polled` only news is listed: one that
   * is stale or fails once more is counted on the line that says so already.
   */
  take(result, { mark, text }, { write = false, polled = false } = {}) {
    const { LINES, POINTS } = Workshop.Book;
    const { region, message, silent } = result;
    const atMs = result.startedMs + result.rttMs;
    const known = this.latest.get(region);
    const bookmark = result.bookmark ?? (known ? known.bookmark : null);
    const again = polled && known && known.mark === mark && known.bookmark === bookmark
      && known.message === message;
    const line = again && mark && this.lines.find((each) => each.region === region && each.mark === mark);
    if (line) line.times += 1;
    else if (!again) this.list({ region, mark, text, times: 1 });
    this.lines.length = Math.min(this.lines.length, LINES);
    this.latest.set(region, this.stays(known, polled, mark, atMs) ? { ...known, bookmark, silent }
      : { mark, text, message, bookmark, silent, atMs });
    if (result.bookmark !== null || mark) {
      this.points.push({ region, atMs, bookmark: result.bookmark, write, mark });
      this.points.splice(0, this.points.length - POINTS);
    }
  }

  list(line) {
    this.made += 1;
    this.lines.unshift({ number: this.made, ...line });
  }

  /** A loss is told once, and the next poll shows none: it stands long enough to be read. */
  stays(known, polled, mark, atMs) {
    return polled && known && !mark && known.mark === "LOST UPDATE"
      && atMs - known.atMs < Workshop.Book.STANDS_MS;
  }
};
Workshop.Book.LINES = 60;
Workshop.Book.POINTS = 2000;
Workshop.Book.STANDS_MS = 10000;
