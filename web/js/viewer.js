// A viewer of several Regions: which one serves, when to fail over, what is certainly saved.
// No DOM in here; what happens is told to `tell(kind, details)`.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.Viewer = class {
  /** `apis` as address.read returns them, the preferred one first. */
  constructor(apis, tell, fetcher = (...given) => fetch(...given)) {
    this.apis = apis;
    this.tell = tell;
    this.fetcher = fetcher;
    this.serving = 0;
    this.lastAt = 0;
    this.newest = new Map(); // What each bookmark was told to be last: {bookmark, at, saved}.
  }

  get region() {
    return this.apis[this.serving].region;
  }

  /** One request to one Region: {status, body}; status 0 stands for no answer. Never throws. */
  async ask(api, path, { method = "GET", body, keepalive = false } = {}) {
    const headers = body ? { "Content-Type": "application/json" } : {};
    try {
      const response = await this.fetcher(api.url + path, {
        method, headers, keepalive, body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(Workshop.Viewer.TIMEOUT_MS),
      });
      return { status: response.status, body: await response.json() };
    } catch {
      return { status: 0, body: {} };
    }
  }

  /**
   * Ask the Region that serves; if it does not answer, or answers 429 or 5xx, fail over to the next.
   * Only reads and idempotent writes may come here: they may be done twice.
   */
  async request(path, options = {}) {
    for (let tried = 0; tried < this.apis.length; tried += 1) {
      const index = this.serving;
      const answer = await this.ask(this.apis[index], path, options);
      const away = answer.status === 0 || answer.status === 429 || answer.status >= 500;
      if (!away) return { ...answer, region: this.apis[index].region };
      if (index === this.serving) this.failOver(index, answer);
    }
    this.tell("dark", {});
    return { status: 0, body: {}, region: "" };
  }

  failOver(from, answer) {
    if (this.apis.length < 2) return;
    this.serving = (from + 1) % this.apis.length;
    this.tell("failover", { from: this.apis[from].region, to: this.region,
      why: answer.status ? `it answered ${answer.status}` : "no answer" });
  }

  /** Go back to the first Region, if it answers by now. */
  async failBack() {
    if (!await this.preferredAnswers()) return false;
    this.serving = 0;
    this.tell("failback", { to: this.region });
    return true;
  }

  /** Whether the preferred Region's API and its database answer. */
  async preferredAnswers() {
    const answer = await this.ask(this.apis[0], "get/-/-");
    return answer.status === 200;
  }

  /** The shows of a viewer, from the table: [{id, title, lengthS, bookmark}], null without answer. */
  async shows(user) {
    const answer = await this.request(`query/${encodeURIComponent(user)}`);
    if (answer.status !== 200) return null;
    return (answer.body.Items || []).map((item) => this.read(user, item))
      .filter((show) => show.title);
  }

  /** The viewers in the table, null without answer. */
  async users() {
    const answer = await this.request("scan");
    if (answer.status !== 200) return null;
    const names = (answer.body.Items || []).filter((item) => item.Title).map((item) => item.PK.S);
    return [...new Set(names)].sort();
  }

  read(user, item) {
    const number = (value) => (value && Number.isFinite(Number(value.N)) ? Number(value.N) : 0);
    const show = {
      id: item.SK.S, title: item.Title ? item.Title.S : "", lengthS: number(item.Length) || 3600,
      bookmark: number(item.Bookmark), at: number(item.SavedAt),
      savedIn: item.SavedIn ? item.SavedIn.S : "",
    };
    // A Region that has not got this player's last save yet must not take it back.
    const known = this.newest.get(`${user}\n${show.id}`);
    this.lastAt = Math.max(this.lastAt, show.at);
    if (known && known.at > show.at) return { ...show, bookmark: known.bookmark, behind: true };
    return { ...show, behind: false };
  }

  /** One bookmark in the Region that serves, or what this player knows better; null for none. */
  async resume(user, id) {
    const answer = await this.request(`get/${encodeURIComponent(user)}/${encodeURIComponent(id)}`);
    return answer.status === 200 && answer.body.Item ? this.read(user, answer.body.Item) : null;
  }

  /**
   * Save a position. Saves are numbered by the clock and always grow, so that sending one again does
   * no harm and a late one does not undo a later one. Returns the Region that has it, or "".
   */
  async save(user, id, bookmark, { keepalive = false } = {}) {
    const key = `${user}\n${id}`;
    const at = this.lastAt = Math.max(Date.now(), this.lastAt + 1);
    this.newest.set(key, { bookmark, at });
    const path = `bookmark/${encodeURIComponent(user)}/${encodeURIComponent(id)}`;
    const answer = await this.request(path, { method: "PUT", body: { Bookmark: bookmark, At: at }, keepalive });
    if (answer.status === 409) this.tell("newer", { region: answer.region });
    return answer.status === 200 ? answer.region : "";
  }

  /** What every Region shows for a bookmark, side by side: [{region, show or null}]. */
  async everywhere(user, id) {
    const path = `get/${encodeURIComponent(user)}/${encodeURIComponent(id)}`;
    return Promise.all(this.apis.map(async (api) => {
      const answer = await this.ask(api, path);
      if (answer.status !== 200) return { region: api.region, bookmark: null, savedIn: "" };
      const item = answer.body.Item || {};
      const bookmark = Number(item.Bookmark ? item.Bookmark.N : 0);
      return { region: api.region, bookmark, savedIn: item.SavedIn ? item.SavedIn.S : "" };
    }));
  }
};
Workshop.Viewer.TIMEOUT_MS = 2000;
