// What the journal of the local cloud says of images under way. No DOM in here.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.Flights = class {
  constructor() {
    this.flights = new Map();
    this.news = [];
    this.clashes = new Map(); // Region: when two images met there that had not seen each other.
  }

  static id(event, source) {
    return JSON.stringify([event.table, event.key, event.stamp, source, event.region]);
  }

  /** Take note of the journal's next event. */
  take(event) {
    if (event.kind === "ship") {
      this.flights.set(Workshop.Flights.id(event, event.source), {
        from: event.source, to: event.region, sentMs: event.t_ms, dueMs: event.due_ms });
    } else if (event.kind === "apply" || event.kind === "discard") {
      this.flights.delete(Workshop.Flights.id(event, event.source));
    } else if (event.kind === "conflict") {
      this.clashes.set(event.region, event.t_ms);
      if (event.lost_here) this.tell(`${event.winner} won; an update of ${event.loser} is lost`);
    } else if (event.kind === "outage") {
      this.tell(`${event.region} is ${event.state}`);
    } else if (event.kind === "link" && event.state) {
      this.tell(`${event.source} to ${event.region} is ${event.state}`);
    }
  }

  tell(text) {
    this.news.unshift(text);
    this.news.length = Math.min(this.news.length, 8);
  }

  /** Where every image is: [{from, to, share}]; one that is held waits just before its Region. */
  at(nowMs) {
    return [...this.flights.values()].map(({ from, to, sentMs, dueMs }) => ({
      from, to, share: Math.min(0.94, Math.max(0, (nowMs - sentMs) / Math.max(1, dueMs - sentMs))),
    }));
  }
};
