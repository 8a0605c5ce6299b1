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

  /** The headers of a request to the local cloud itself. */
  const headers = () => (token ? { "X-Workshop-Key": token } : {});

  return { headers };
})();
