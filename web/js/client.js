// One call of one Region's API, and what came of it: ok, failed (certainly not done) or unknown.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.client = (() => {
  const TIMEOUT_MS = 5000;

  /**
   * Call a route. Returns {region, operation, startedMs, rttMs, dynamodbMs, outcome, bookmark,
   * message}; never throws.
   */
  async function call(api, operation, path, { writes = false } = {}) {
    const startedMs = performance.now();
    const result = {
      region: api.region, operation, startedMs, rttMs: 0, dynamodbMs: null, outcome: "ok",
      bookmark: null, message: "",
    };
    let response;
    let body = {};
    try {
      response = await fetch(api.url + path, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      body = await response.json();
    } catch (lost) {
      result.rttMs = performance.now() - startedMs;
      const late = lost && lost.name === "TimeoutError";
      result.outcome = writes ? "unknown" : "failed";
      result.message = late
        ? `no answer in ${TIMEOUT_MS / 1000} s. Is the Region online?`
        : "no connection. Is the Region online, and the address right?";
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
