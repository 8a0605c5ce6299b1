// What every page does with its own elements: find them, make them, give a Region its look.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.page = (() => {
  const SPACE = "http://www.w3.org/2000/svg";
  const LOOKS = new Map(Workshop.REGIONS.map((region) => [region.name, region]));
  // The look of a Region that is not in the list.
  const OTHER = { city: "", colour: "#56B4E9", dash: [1, 1] };

  const byId = (id) => document.getElementById(id);
  const look = (region) => LOOKS.get(region) || OTHER;
  const dash = (region) => look(region).dash.join(" ") || "none";

  /** Make an element; data becomes text, never HTML. */
  function make(tag, { text = "", className = "", ...attributes } = {}) {
    const node = document.createElement(tag);
    node.textContent = text;
    node.className = className;
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  }

  /** Make an element of a picture. */
  function draw(tag, attributes = {}, text) {
    const node = document.createElementNS(SPACE, tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    return node;
  }

  /** Give an element the colour and the line of a Region; style sheets take them from there. */
  function dress(node, region) {
    node.classList.add("of-region");
    node.style.setProperty("--own", look(region).colour);
    node.style.setProperty("--dash", look(region).dash.length ? dash(region) : "none");
    return node;
  }

  /** Set a text only if it is another: what did not change is not announced again. */
  function say(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  /** A time in a film: 1:02:03. */
  function clock(seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    const part = (value) => String(value).padStart(2, "0");
    return `${Math.floor(whole / 3600)}:${part(Math.floor(whole / 60) % 60)}:${part(whole % 60)}`;
  }

  /** Pages link to one another with the APIs in this page's own address. */
  function link() {
    const apis = new URLSearchParams(location.search).getAll("api");
    for (const anchor of document.querySelectorAll("a[data-page]")) {
      anchor.search = new URLSearchParams(apis.map((api) => ["api", api])).toString();
    }
  }
  link();

  return { byId, look, dash, make, draw, dress, say, clock, link };
})();
