// What an API's address says: its Region, and whether the local cloud or AWS is behind it.
// These are classic scripts in one namespace, not modules: a browser loads no modules from a folder.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.address = (() => {
  const HOST = /^([a-z0-9]+)\.execute-api\.([a-z]{2}(?:-[a-z]+)+-\d)\.(amazonaws\.com(?:\.cn)?|localhost)$/;

  /** Read an API's URL: {url, region, local}. Throws an Error that says what is wrong with it. */
  function read(text) {
    let parsed;
    try {
      parsed = new URL(text.trim());
    } catch {
      throw new Error("This is no address. Paste the one that the deployment printed: "
        + "https://….execute-api.us-west-2.amazonaws.com/api/");
    }
    const match = HOST.exec(parsed.hostname);
    if (!match || !["http:", "https:"].includes(parsed.protocol)) {
      throw new Error("This address names no Region. An API's address has the form "
        + "{id}.execute-api.{Region}.amazonaws.com, or .localhost on the local cloud.");
    }
    const path = parsed.pathname.endsWith("/") ? parsed.pathname : `${parsed.pathname}/`;
    return {
      url: `${parsed.origin}${path}`,
      region: match[2],
      local: match[3] === "localhost",
      cloud: match[3] === "localhost" ? `http://localhost:${parsed.port || 80}` : "",
    };
  }

  return { read };
})();
