// A viewer of several Regions: which one serves, when to fail over, what is certainly saved.
// No DOM in here; what happens is told to `tell(event)`, in the words of player.js.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.Viewer = class {
  /** `apis` as address.read returns them, the preferred one first. */
  constructor(apis, tell, positions, fetcher = (...given) => fetch(...given)) {
    this.apis = apis;
    this.tell = tell;
    this.positions = positions;
    this.fetcher = fetcher;
    this.serving = 0;
    this.answered = false;
  }

  /** One request to one Region: {status, body, why}; why is "" if it serves. Never throws. */
  async ask(api, path, { method = "GET", body, keepalive = false, fits = () => true,
    patienceMs = Workshop.Viewer.TIMEOUT_MS } = {}) {
    const headers = body ? { "Content-Type": "application/json" } : {};
    let status = 0;
    try {
      const response = await this.fetcher(api.url + path, {
        method, headers, keepalive, body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(patienceMs),
      });
      status = response.status;
      const read = await response.json();
      if (status === 200 && !(read && fits(read))) throw new Error("not what was asked for");
      return { status, body: read || {}, why: Workshop.Viewer.why(status) };
    } catch {
      const why = status === 200 ? "its answer makes no sense" : Workshop.Viewer.why(status);
      return { status: status === 200 ? 0 : status, body: {}, why };
    }
  }

  /** Why a Region with this status does not serve; "" if it does, even where it says no. */
  static why(status) {
    if ([200, 400, 409].includes(status)) return "";
    if (!status) return "no answer";
    if (status === 403) return "it refuses: 403. Is this still the API's address?";
    if (status === 404) return "it knows no such API: 404";
    return `it answered ${status}`;
  }

  /**
   * Ask the Region that serves; if it does not, fail over to the next, until all were tried.
   * Only reads and idempotent writes may come here: they may be done twice. `body` is a function:
   * each attempt sends what is newest then; null ends it.
   */
  async request(path, { body, ...options } = {}) {
    const { TIMEOUT_MS, COLD_MS } = Workshop.Viewer;
    let why = "";
    for (let tried = 0; tried < this.apis.length; tried += 1) {
      const index = this.serving;
      const { region } = this.apis[index];
      const sent = body && body();
      if (body && !sent) return { status: 0, body: {}, region: "", sent };
      // An answer may come from a function that is only just starting: the last Region of all has
      // longer, and so has each before any has answered.
      const last = tried + 1 === this.apis.length;
      const patienceMs = this.answered && !last ? TIMEOUT_MS : COLD_MS;
      const answer = await this.ask(this.apis[index], path, { ...options, body: sent, patienceMs });
      why = answer.why;
      if (!why) {
        this.answered = true;
        if (index === this.serving) this.tell({ type: "served", region });
        return { ...answer, region, sent };
      }
      if (index === this.serving && this.apis.length > 1) {
        this.serving = (index + 1) % this.apis.length;
        if (tried + 1 < this.apis.length) {
          this.tell({ type: "failover", from: region, to: this.apis[this.serving].region, why });
        }
      }
    }
    this.tell({ type: "dark", why });
    return { status: 0, body: {}, region: "" };
  }

  /** Go back to the first Region, if it answers by now. */
  async failBack() {
    if (await this.look()) return false;
    this.serving = 0;
    this.tell({ type: "failback", to: this.apis[0].region });
    return true;
  }

  /** Look whether the preferred Region's API and its database answer; returns why not, "" if so. */
  async look() {
    const { status, why } = await this.ask(this.apis[0], "get/-/-", { fits: (body) => "Item" in body });
    const seen = status === 200 ? "" : why || `it answered ${status}`;
    this.tell({ type: "looked", why: seen });
    return seen;
  }

  /** All items of a route that answers in pages; null without an answer. */
  async items(path) {
    const found = [];
    let after = "";
    do {
      const page = after ? `${path}?after=${encodeURIComponent(after)}` : path;
      const answer = await this.request(page, { fits: (body) => Array.isArray(body.Items) });
      if (answer.status !== 200) return null;
      found.push(...answer.body.Items.map((item) => ({ item, region: answer.region })));
      after = typeof answer.body.Next === "string" ? answer.body.Next : "";
    } while (after);
    return found;
  }

  /** The viewers in the table, null without an answer. */
  async users() {
    const items = await this.items("scan");
    const named = items && items.filter(({ item }) => item.Title && item.PK && item.PK.S);
    return named && [...new Set(named.map(({ item }) => item.PK.S))].sort();
  }

  /** The shows of a viewer: [{id, title, lengthS, bookmark, at}]; null without an answer. */
  async shows(user) {
    const items = await this.items(`query/${encodeURIComponent(user)}`);
    return items && items.map(({ item, region }) => this.read(user, item, region))
      .filter((show) => show && show.title);
  }

  /** Read an item; where this page knows a later position, that one counts. */
  read(user, item, region) {
    if (!item || !item.SK || typeof item.SK.S !== "string") return null;
    const number = (value) => (value && Number.isFinite(Number(value.N)) ? Number(value.N) : 0);
    const show = {
      id: item.SK.S, title: item.Title ? String(item.Title.S) : "", lengthS: number(item.Length) || 3600,
      bookmark: Math.max(0, number(item.Bookmark)), at: number(item.SavedAt),
    };
    const seen = this.positions.shown(user, show, region);
    const { bookmark, at } = this.positions.get(user, show.id);
    return { ...show, bookmark, at, seen, region };
  }

  /** One show, with the newest position of all that is known; null without one. */
  async resume(user, id) {
    const path = `get/${encodeURIComponent(user)}/${encodeURIComponent(id)}`;
    const answer = await this.request(path, { fits: (body) => "Item" in body });
    return answer.status === 200 && answer.body.Item
      ? this.read(user, answer.body.Item, answer.region) : null;
  }

  /**
   * Save the newest position of a film, if no Region has it yet. Sending it again does no harm.
   * Returns {region, bookmark, at}, region "" where none took it; null where there was nothing to save.
   */
  async save(user, id, { keepalive = false } = {}) {
    const unsaved = () => {
      const known = this.positions.get(user, id);
      return known && !known.region ? { Bookmark: known.bookmark, At: known.at } : null;
    };
    const first = unsaved();
    if (!first) return null;
    const path = `bookmark/${encodeURIComponent(user)}/${encodeURIComponent(id)}`;
    const answer = await this.request(path, {
      method: "PUT", body: unsaved, keepalive,
      fits: (body) => Boolean(body.Attributes && body.Attributes.Bookmark),
    });
    const { sent } = answer;
    if (answer.status === 409) {
      this.positions.overtaken(user, id, sent.At);
      const standing = await this.resume(user, id);
      this.tell({ type: "tell", positionS: standing ? standing.bookmark : undefined,
        note: `a later position, from another tab or device, is saved in ${answer.region}; it stands` });
      return null;
    }
    if (answer.status !== 200) return { region: "", bookmark: first.Bookmark, at: first.At };
    this.positions.taken(user, id, sent.At, answer.region);
    return { region: answer.region, bookmark: sent.Bookmark, at: sent.At };
  }

  /** What every Region shows for a bookmark, side by side: [{region, bookmark or null, savedIn}]. */
  async everywhere(user, id) {
    const path = `get/${encodeURIComponent(user)}/${encodeURIComponent(id)}`;
    return Promise.all(this.apis.map(async (api) => {
      const answer = await this.ask(api, path, { fits: (body) => "Item" in body });
      if (answer.status !== 200) return { region: api.region, bookmark: null, savedIn: "" };
      const item = answer.body.Item || {};
      const show = this.read(user, item, api.region);
      if (show && show.seen === "lost") {
        this.tell({ type: "tell", note: `replication took your save in ${api.region} back: a write `
          + "elsewhere came later there; it is saved again" });
      }
      const bookmark = Number(item.Bookmark ? item.Bookmark.N : 0) || 0;
      return { region: api.region, bookmark, savedIn: item.SavedIn ? String(item.SavedIn.S) : "" };
    }));
  }
};
Workshop.Viewer.TIMEOUT_MS = 2000;
Workshop.Viewer.COLD_MS = 10000;
