// One call of one Region's API, and what came of it: ok, failed (certainly not done) or unknown.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.client = (() => {
  const TIMEOUT_MS = 5000;

  /**
   * Call a route. Returns {region, operation, startedMs, rttMs, dynamodbMs, outcome, bookmark,
   * version, replaced, message, silent}; never throws.
   */
  async function call(api, operation, path, { writes = false } = {}) {
    const startedMs = performance.now();
    const result = {
      region: api.region, operation, startedMs, rttMs: 0, dynamodbMs: null, outcome: "ok",
      bookmark: null, version: null, replaced: null, message: "",
      silent: false, // Nothing answered: where it should be, all is dark.
    };
    let response = null;
    let body;
    try {
      response = await fetch(api.url + path, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      body = await response.json();
      // What is no answer of this API, such as a list or null, tells nothing.
      if (!body || typeof body !== "object" || Array.isArray(body)) throw new Error("no answer");
    } catch (lost) {
      result.rttMs = performance.now() - startedMs;
      const late = lost && lost.name === "TimeoutError";
      result.outcome = writes ? "unknown" : "failed";
      result.silent = !response;
      if (late) result.message = `no answer in ${TIMEOUT_MS / 1000} s. Is the Region online?`;
      else if (response) result.message = `status ${response.status}, but not in this API's words.`;
      else result.message = "no connection. Is the Region online, and the address right?";
      return result;
    }
    result.rttMs = performance.now() - startedMs;
    if (!response.ok) {
      result.outcome = body.Outcome === "unknown" ? "unknown" : "failed";
      result.message = String(body.Message || body.message || `status ${response.status}`);
      return result;
    }
    result.dynamodbMs = typeof body.Latency === "number" ? body.Latency : null;
    const item = body.Item || body.Attributes || {};
    const number = item.Bookmark && Number(item.Bookmark.N);
    result.bookmark = Number.isFinite(number) ? number : null;
    result.version = typeof body.Version === "string" ? body.Version : null;
    result.replaced = typeof body.Replaced === "string" ? body.Replaced : null;
    return result;
  }

  const part = encodeURIComponent;
  return {
    ping: (api) => call(api, "ping", ""),
    getItem: (api, user, show) => call(api, "get-item", `get/${part(user)}/${part(show)}`),
    add: (api, user, show, seconds) =>
      call(api, seconds < 0 ? "<<" : ">>", `update/${part(user)}/${part(show)}/${seconds}`,
        { writes: true }),
  };
})();
