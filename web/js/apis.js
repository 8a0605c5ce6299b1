// Which APIs the pages use, one list for all of them: those in the page's own address, else those
// that were saved. Given ones do not bring back dead ones, and removed ones stay removed.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.apis = (() => {
  const KEPT = "workshop.apis";
  let current = null;

  function read(urls) {
    const apis = (Array.isArray(urls) ? urls : []).flatMap((url) => {
      try {
        return [Workshop.address.read(String(url))];
      } catch {
        return []; // What is no address any more is left out.
      }
    });
    return apis.filter((api, at) => apis.findIndex((other) => other.url === api.url) === at);
  }

  function recall() {
    try {
      return read(JSON.parse(localStorage.getItem(KEPT) || "[]"));
    } catch {
      return []; // A browser may forbid remembering; a page works without.
    }
  }

  /** Make this the list: for the other pages, for a reload, and in this page's own address. */
  function keep(apis) {
    current = apis;
    try {
      localStorage.setItem(KEPT, JSON.stringify(apis.map((api) => api.kept)));
    } catch { /* Nothing is remembered; nothing else is lost. */ }
    const query = new URLSearchParams(location.search);
    if (query.has("api")) {
      query.delete("api");
      for (const api of apis) query.append("api", api.kept);
      history.replaceState(history.state, "", `?${query}${location.hash}`);
      Workshop.page.link();
    }
    return apis;
  }

  /** The APIs, each once, the preferred one first. */
  function list() {
    if (current) return current;
    const asked = read(new URLSearchParams(location.search).getAll("api"));
    return asked.length ? keep(asked) : recall();
  }

  const add = (api) => keep([...list().filter((other) => other.url !== api.url), api]);
  const remove = (api) => keep(list().filter((other) => other.url !== api.url));
  const forget = () => keep([]);

  return { list, add, remove, forget };
})();
