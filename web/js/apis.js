// Which APIs the pages were opened with, or remember.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.apis = (() => {
  const KEPT = "workshop.apis";

  /** A browser may forbid remembering; a page works without. */
  function remember(apis) {
    try {
      localStorage.setItem(KEPT, JSON.stringify(apis.map((api) => api.kept)));
    } catch { /* Nothing is remembered; nothing else is lost. */ }
  }

  function read(urls) {
    return (Array.isArray(urls) ? urls : []).flatMap((url) => {
      try {
        return [Workshop.address.read(String(url))];
      } catch {
        return []; // What is no address any more is left out.
      }
    });
  }

  /** The APIs in the page's own address, and those remembered: {asked, kept}. */
  function recall() {
    let kept = [];
    try {
      kept = JSON.parse(localStorage.getItem(KEPT) || "[]");
    } catch { kept = []; }
    return { asked: read(new URLSearchParams(location.search).getAll("api")), kept: read(kept) };
  }

  return { remember, recall };
})();
