// What an API's address says: its Region, and whether the local cloud or AWS is behind it.
// These are classic scripts in one namespace, not modules: a browser loads no modules from a folder.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.address = (() => {
  const HOST = /^([a-z0-9]+)\.execute-api\.([a-z]{2}(?:-[a-z]+)+-\d)\.(amazonaws\.com(?:\.cn)?|(?:amazonaws\.com\.)?localhost)$/;
  const FORM = "An API's address has the form https://{id}.execute-api.{Region}.amazonaws.com/api/, "
    + "or http://{id}.execute-api.{Region}.localhost:4566/api/ on the local cloud.";

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

  /** The address in what was pasted: with words around it, in capitals, or without its beginning. */
  function parse(text) {
    const words = text.trim().replace(/^[<"'`(]+|[>"'`),.]+$/g, "");
    // A terminal breaks a long line wherever it ends; words before the address have their own space.
    const from = words.search(/https?:\/\//i);
    let found = (from < 0 ? words : words.slice(from)).replace(/\s+/g, "");
    if (!/[a-z]/.test(found)) found = found.toLowerCase();
    if (found.startsWith("/")) return new URL(found, location.href);
    if (/^[\w-]+(\.[\w-]+)+(:\d+)?(\/|$)/.test(found)) {
      found = `${/localhost(:\d+)?(\/|$)/i.test(found) ? "http" : "https"}://${found}`;
    }
    return new URL(found);
  }

  /** Read an API's URL: {url, region, local, cloud, kept}. Throws an Error that says what is wrong with it. */
  function read(text) {
    let parsed;
    try {
      parsed = parse(text);
    } catch {
      throw new Error(`This is no address. ${FORM}`);
    }
    const byPath = readPath(parsed);
    if (byPath) return byPath;
    if (!["http:", "https:"].includes(parsed.protocol)) {
      throw new Error(`An API is reached by http or https, not by ${parsed.protocol.slice(0, -1)}. ${FORM}`);
    }
    const match = HOST.exec(parsed.hostname);
    if (!match) {
      const what = parsed.hostname.includes("execute-api") ? "is not complete" : "names no Region";
      throw new Error(`${parsed.hostname} ${what}. ${FORM}`);
    }
    const stage = parsed.pathname.split("/")[1];
    if (!stage) throw new Error(`This address lacks its stage, such as /api/ at its end. ${FORM}`);
    const local = match[3].endsWith("localhost");
    // AWS's API Gateway answers https only; what follows the stage is a route, not the API's address.
    const url = `${local ? parsed.protocol : "https:"}//${parsed.host}/${stage}/`;
    return { kept: url, url, region: match[2], local,
      cloud: local ? `http://localhost:${parsed.port || 80}` : "" };
  }

  return { read };
})();
