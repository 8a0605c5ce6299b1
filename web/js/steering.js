// The token that lets a page look into the local cloud and steer it. It comes behind the # of the link
// that a person clicked, or is fetched for a ticket that comes there; it goes to nobody but that cloud, and stays with this tab.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.steering = (() => {
  const KEPT = "workshop.token";
  const given = /^#(token|ticket)=([\w-]+)$/.exec(location.hash);
  const ticket = given && given[1] === "ticket" ? given[2] : "";
  let token = given && !ticket ? given[2] : "";
  keep();
  // An address is bookmarked and copied; the token is not to be.
  if (given) history.replaceState(null, "", location.pathname + location.search);

  // A page in a bucket, perhaps behind Jupyter's proxy, has its cloud at ../; one in a folder has none.
  const base = (cloud) => (location.protocol === "file:" ? `${cloud}/_cloud/` : new URL("../_cloud/", location.href));

  function keep() {
    try {
      if (token) sessionStorage.setItem(KEPT, token);
      else token = sessionStorage.getItem(KEPT) || "";
    } catch { /* A browser may forbid it; this page has its token all the same. */ }
  }

  /** A ticket is exchanged once; what is too old gives nothing. */
  async function exchange() {
    try {
      const response = await fetch(new URL("token", base("")), { headers: { "X-Workshop-Key": ticket } });
      if (response.ok) token = String((await response.json()).token);
      keep();
    } catch { /* No cloud: the page says so when it asks. */ }
  }
  const exchanged = ticket ? exchange() : Promise.resolve();

  /** Ask the local cloud itself; with a payload, tell it. `cloud` is its address for a page in a folder. */
  async function ask(route, payload, cloud = "http://localhost") {
    await exchanged;
    const headers = token ? { "X-Workshop-Key": token } : {};
    if (!payload) return fetch(new URL(route, base(cloud)), { headers });
    return fetch(new URL(route, base(cloud)), {
      method: "POST", headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(payload),
    });
  }

  /** Whether this page was given the token at all. */
  const may = () => token !== "" || ticket !== "";

  return { ask, may };
})();
