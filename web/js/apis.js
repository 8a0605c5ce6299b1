// What the pages share: which APIs they were opened with or remember, and each Region's colour.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.apis = (() => {
  const KEPT = "workshop.apis";
  // Those of the notebooks' charts, in the order of the style sheets' region-0, region-1, ...
  const NAMES = ["us-west-2", "us-east-1", "eu-west-1", "us-east-2", "ap-southeast-1"];

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

  /** Where a Region stands among the colours; -1 for one that has none of its own. */
  const place = (region) => NAMES.indexOf(region);

  /** The class that gives a Region its colour. */
  const className = (region) => (place(region) < 0 ? "other" : `region-${place(region)}`);

  return { remember, recall, place, className };
})();
