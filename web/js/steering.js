// The token that lets a page look into the local cloud and steer it. It comes behind the # of the link
// that a person clicked, goes to nobody but that cloud, and stays with this tab.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.steering = (() => {
  const KEPT = "workshop.token";
  const given = /^#token=([\w-]+)$/.exec(location.hash);
  let token = given ? given[1] : "";
  try {
    if (token) sessionStorage.setItem(KEPT, token);
    else token = sessionStorage.getItem(KEPT) || "";
  } catch { /* A browser may forbid it; this page has its token all the same. */ }
  // An address is bookmarked and copied; the token is not to be.
  if (given) history.replaceState(null, "", location.pathname + location.search);

  // A page in a bucket, perhaps behind Jupyter's proxy, has its cloud at ../; one in a folder has none.
  const base = (cloud) => (location.protocol === "file:" ? `${cloud}/_cloud/` : new URL("../_cloud/", location.href));

  /** Ask the local cloud itself; with a payload, tell it. `cloud` is its address for a page in a folder. */
  function ask(route, payload, cloud = "http://localhost") {
    const headers = token ? { "X-Workshop-Key": token } : {};
    if (!payload) return fetch(new URL(route, base(cloud)), { headers });
    return fetch(new URL(route, base(cloud)), {
      method: "POST", headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(payload),
    });
  }

  /** Whether this page was given the token at all. */
  const may = () => token !== "";

  return { ask, may };
})();
