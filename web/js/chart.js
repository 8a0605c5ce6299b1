// A small live chart: the bookmark against time, one stepped line a Region, as SVG, and its legend.
// What is stale, lost or failed has a shape and a colour of its own.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.chart = (() => {
  const { draw: make, make: element, dash, dress } = Workshop.page;
  const WINDOW_MS = 30000;
  const [LEFT, RIGHT, TOP, BOTTOM] = [64, 14, 14, 28];
  const APART_PX = 18; // Marks of one kind that are closer than this are one.
  // Around a point, 14 px wide; the words are those of history.js.
  const SHAPES = {
    write: "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0",
    "STALE READ": "M0,-8L8,6L-8,6Z",
    "LOST UPDATE": "M-7,-4L-4,-7L0,-3L4,-7L7,-4L3,0L7,4L4,7L0,3L-4,7L-7,4L-3,0Z",
    FAILED: "M-6,-6H6V6H-6Z",
    UNKNOWN: "M0,-8L8,0L0,8L-8,0Z",
  };
  const kind = (mark) => mark.toLowerCase().replaceAll(" ", "-");

  function shape(mark, x, y) {
    return make("path", { d: SHAPES[mark], class: `shape ${kind(mark)}`, transform: `translate(${x} ${y})` });
  }

  /** Name the Regions by their lines, and the shapes by what they mean. */
  function legend(list, regions) {
    const sample = (...parts) => {
      const svg = make("svg", { viewBox: "0 0 34 20", width: 34, height: 20, "aria-hidden": "true" });
      svg.append(...parts);
      return svg;
    };
    const item = (picture, text) => {
      const node = element("li");
      node.append(picture, text);
      return node;
    };
    list.replaceChildren(
      ...regions.map((region) => item(sample(dress(make("path", { d: "M0,10H34", class: "line",
        "stroke-dasharray": dash(region) }), region)), region)),
      ...Object.keys(SHAPES).map((mark) => item(sample(shape(mark, 17, 10)), mark.toLowerCase())),
    );
  }

  function axes(svg, { x, y, width, height, values, nowMs }) {
    for (const value of new Set([Math.min(...values), Math.max(...values)])) {
      svg.append(make("line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value), class: "grid" }),
        make("text", { x: LEFT - 8, y: y(value) + 5, "text-anchor": "end" }, `${value} s`));
    }
    for (const ago of width < 480 ? [30, 15, 0] : [30, 20, 10, 0]) {
      const anchor = ago === 30 ? "start" : ago ? "middle" : "end";
      svg.append(make("text", { x: x(nowMs - ago * 1000), y: height - 8, "text-anchor": anchor },
        ago ? `${ago} s ago` : "now"));
    }
  }

  /** A Region's steps, as far as it answers; and where its marks stand: beside what it showed last. */
  function steps(own, nowMs, { x, y, height }) {
    let path = "";
    let at = height - BOTTOM;
    const marks = [];
    for (const { atMs, bookmark, write, mark } of own) {
      if (bookmark !== null) {
        at = y(bookmark);
        path += path ? `H${x(atMs)}V${at}` : `M${x(atMs)},${at}`;
      }
      const close = marks.some((other) => other.mark === mark && x(atMs) - other.x < APART_PX);
      if (mark && !close) marks.push({ mark, x: x(atMs), y: at });
      else if (write && bookmark !== null) marks.push({ mark: "write", x: x(atMs), y: at });
    }
    const answers = own.at(-1).bookmark !== null;
    return { path: path && answers ? `${path}H${x(nowMs)}` : path, marks };
  }

  /** Draw `points`: [{region, atMs, bookmark or null, write, mark}]. */
  function draw(svg, points, nowMs) {
    const [width, height] = [svg.clientWidth || 720, svg.clientHeight || 190];
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const recent = points.filter((point) => nowMs - point.atMs < WINDOW_MS);
    if (!recent.length) {
      svg.replaceChildren(make("text", { x: width / 2, y: height / 2, "text-anchor": "middle" },
        "Reads and writes of the last 30 s show here."));
      return;
    }
    svg.replaceChildren();
    const seen = recent.filter((point) => point.bookmark !== null).map((point) => point.bookmark);
    const values = seen.length ? seen : [0];
    const [low, high] = [Math.min(...values) - 5, Math.max(...values) + 5];
    const x = (atMs) => LEFT + ((atMs - nowMs + WINDOW_MS) / WINDOW_MS) * (width - LEFT - RIGHT);
    const y = (value) => TOP + ((high - value) / (high - low)) * (height - BOTTOM - TOP);
    axes(svg, { x, y, width, height, values, nowMs });
    const regions = [...new Set(recent.map((point) => point.region))];
    const drawn = regions.map((region) => ({ region,
      ...steps(recent.filter((point) => point.region === region), nowMs, { x, y, height }) }));
    for (const { region, path } of drawn) {
      if (!path) continue;
      svg.append(dress(make("path", { d: path, class: "line", "stroke-dasharray": dash(region) }), region));
    }
    for (const { region, marks } of drawn) {
      svg.append(...marks.map((mark) => dress(shape(mark.mark, mark.x, mark.y), region)));
    }
  }

  return { draw, legend, kind };
})();
