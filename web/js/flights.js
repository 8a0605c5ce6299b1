// What the journal of the local cloud says of images under way. No DOM in here.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.Flights = class {
  constructor() {
    this.flights = new Map();
    this.news = [];
    this.states = new Map(); // What is dark or paused; what goes on as before is no news.
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
      this.turn(event.region, event.state, "online");
    } else if (event.kind === "link" && event.state) {
      this.turn(`${event.source} to ${event.region}`, event.state, "running");
    }
  }

  turn(name, state, usual) {
    if ((this.states.get(name) || usual) === state) return;
    this.states.set(name, state);
    this.tell(`${name} is ${state}`);
  }

  tell(text) {
    this.news.unshift(text);
    this.news.length = Math.min(this.news.length, 5);
  }

  /**
   * Where the images are: {moving: [{from, to, share, count}], held: {"from to": count}}. Those close
   * to one another on a link are one blob; those that are late wait as one before their Region.
   */
  at(nowMs) {
    const moving = new Map();
    const held = {};
    for (const { from, to, sentMs, dueMs } of this.flights.values()) {
      const share = Math.max(0, (nowMs - sentMs) / Math.max(1, dueMs - sentMs));
      const link = `${from} ${to}`;
      if (share > 1.2 || nowMs - dueMs > 1000) {
        held[link] = (held[link] || 0) + 1;
        continue;
      }
      const bin = `${link} ${Math.floor(Math.min(1, share) * Workshop.Flights.BINS)}`;
      const blob = moving.get(bin);
      if (blob) blob.count += 1;
      else moving.set(bin, { from, to, share: Math.min(0.94, share), count: 1 });
    }
    return { moving: [...moving.values()], held };
  }
};
Workshop.Flights.BINS = 25;
