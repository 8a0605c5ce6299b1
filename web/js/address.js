// What an API's address says: its Region, and whether the local cloud or AWS is behind it.
// These are classic scripts in one namespace, not modules: a browser loads no modules from a folder.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.address = (() => {
  const HOST = /^([a-z0-9]+)\.execute-api\.([a-z]{2}(?:-[a-z]+)+-\d)\.(amazonaws\.com(?:\.cn)?|(?:amazonaws\.com\.)?localhost)$/;

  // The same API by path, its Region behind the #: where only one host is reached, as in SageMaker.
  const PATH = /^(.*)\/restapis\/[a-z0-9]+\/[^/]+\/_user_request_\/$/;
  const REGION = /^#([a-z]{2}(?:-[a-z]+)+-\d)$/;

  function readPath(parsed) {
    const [path, region] = [PATH.exec(parsed.pathname), REGION.exec(parsed.hash)];
    if (!path || !region || parsed.origin !== location.origin) return null;
    const url = `${parsed.origin}${parsed.pathname}`;
    return { url, region: region[1], local: true, cloud: `${parsed.origin}${path[1]}`,
      kept: `${parsed.pathname}${parsed.hash}` };
  }

  /** Read an API's URL: {url, region, local, cloud, kept}. Throws an Error that says what is wrong with it. */
  function read(text) {
    let parsed;
    try {
      parsed = text.startsWith("/") ? new URL(text, location.href) : new URL(text.trim());
    } catch {
      throw new Error("This is no address. Paste the one that the deployment printed: "
        + "https://….execute-api.us-west-2.amazonaws.com/api/");
    }
    const byPath = readPath(parsed);
    if (byPath) return byPath;
    const match = HOST.exec(parsed.hostname);
    if (!match || !["http:", "https:"].includes(parsed.protocol)) {
      throw new Error("This address names no Region. An API's address has the form "
        + "{id}.execute-api.{Region}.amazonaws.com, or .localhost on the local cloud.");
    }
    const path = parsed.pathname.endsWith("/") ? parsed.pathname : `${parsed.pathname}/`;
    return {
      kept: `${parsed.origin}${path}`,
      url: `${parsed.origin}${path}`,
      region: match[2],
      local: match[3].endsWith("localhost"),
      cloud: match[3].endsWith("localhost") ? `http://localhost:${parsed.port || 80}` : "",
    };
  }

  return { read };
})();
