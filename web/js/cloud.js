// The local cloud behind the console: what it is told to do, and what is not as usual with it.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.Cloud = class {
  /** `find()` returns an API of the local cloud, if there is one; `changed()` hears of each look. */
  constructor(find, changed) {
    Object.assign(this, { find, changed, status: null });
  }

  offline(region) {
    const known = this.status && this.status.regions[region];
    return Boolean(known && known.state === "offline");
  }

  /** Look at the cloud, if this page may. */
  async look() {
    const local = this.find();
    if (!local || !Workshop.steering.may()) return;
    try {
      const response = await Workshop.steering.ask("status", null, local.cloud);
      this.status = response.ok ? await response.json() : null;
    } catch {
      this.status = null;
    }
    this.changed();
  }

  /** Tell the cloud something; returns {words, done}: what came of it. */
  async tell(route, payload, command) {
    try {
      // A page of the local cloud itself may do this; another page is refused, and says how else.
      const response = await Workshop.steering.ask(route, payload, this.find().cloud);
      const body = await response.json();
      if (response.status === 403) throw new Error("a page from elsewhere");
      await this.look();
      return response.ok ? { words: Workshop.Cloud.inWords(body), done: true }
        : { words: String(body.message), done: false };
    } catch {
      return { words: `This page may not steer the local cloud. In a terminal: ${command}`, done: false };
    }
  }

  outage(region, dark) {
    return this.tell(`regions/${region}`, { state: dark ? "offline" : "online" },
      `workshop outage ${region} ${dark ? "on" : "off"}`);
  }

  pause(from, to, paused) {
    return this.tell(`links/${from}/${to}`, { state: paused ? "paused" : "running" },
      `workshop pause ${from} ${to} ${paused ? "on" : "off"}`);
  }

  lag(lag) {
    return this.tell("lag", { lag }, `workshop lag ${lag}`);
  }

  /** What the cloud says it has done, as a sentence. */
  static inWords({ region, from, to, state, lag }) {
    if (region) return `${region} is ${state}.`;
    return from ? `Replication ${from} -> ${to} is ${state}.` : `The lag is ${lag}.`;
  }

  /** All that is not as usual: [{text, undo, work}]. */
  unusual() {
    if (!this.status) return [];
    const { regions, links, lag, started_lag: started } = this.status;
    const until = ({ ends_in_s: endsS }) => (endsS === undefined ? "set by hand, so it stays until undone"
      : "set by an experiment, and ends by itself");
    const found = [];
    for (const [region, state] of Object.entries(regions)) {
      if (state.state !== "offline") continue;
      found.push({ text: `${region} is offline: ${until(state)}.`, undo: `bring ${region} back`,
        work: () => this.outage(region, false) });
    }
    for (const link of links.filter(({ state }) => state === "paused")) {
      found.push({ text: `Replication ${link.from} -> ${link.to} is paused: ${until(link)}.`,
        undo: `resume ${link.from} -> ${link.to}`, work: () => this.pause(link.from, link.to, false) });
    }
    if (started && lag !== started) {
      found.push({ text: `The lag is ${lag}; the cloud was started with ${started}.`,
        undo: `back to ${started}`, work: () => this.lag(started) });
    }
    return found;
  }
};
