// A small live chart: the bookmark against time, one stepped line a Region, as SVG.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.chart = (() => {
  const { draw: make, dash, dress } = Workshop.page;
  const WIDTH = 720;
  const HEIGHT = 190;
  const WINDOW_MS = 30000;
  const LEFT = 56;
  const BOTTOM = 26;

  /** Draw `points`: [{region, atMs, bookmark}]. */
  function draw(svg, points, nowMs) {
    svg.replaceChildren();
    const recent = points.filter((point) => nowMs - point.atMs < WINDOW_MS);
    if (!recent.length) {
      svg.append(make("text", { x: LEFT, y: HEIGHT / 2, class: "faint" },
        "Reads and writes of the last 30 s show here."));
      return;
    }
    const values = recent.map((point) => point.bookmark);
    const low = Math.min(...values) - 10;
    const high = Math.max(...values) + 10;
    const x = (atMs) => LEFT + ((atMs - nowMs + WINDOW_MS) / WINDOW_MS) * (WIDTH - LEFT - 8);
    const y = (value) => 8 + ((high - value) / (high - low)) * (HEIGHT - BOTTOM - 8);
    for (const value of new Set([Math.min(...values), Math.max(...values)])) {
      svg.append(make("line", { x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value), class: "grid" }));
      svg.append(make("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, `${value} s`));
    }
    for (const ago of [30, 20, 10, 0]) {
      const label = ago ? `${ago} s ago` : "now";
      const anchor = ago === 30 ? "start" : ago ? "middle" : "end";
      svg.append(make("text", { x: x(nowMs - ago * 1000), y: HEIGHT - 6, "text-anchor": anchor },
        label));
    }
    for (const region of new Set(recent.map((point) => point.region))) {
      const own = recent.filter((point) => point.region === region);
      let path = "";
      own.forEach((point, index) => {
        path += index ? `H${x(point.atMs)}V${y(point.bookmark)}` : `M${x(point.atMs)},${y(point.bookmark)}`;
      });
      path += `H${x(nowMs)}`;
      svg.append(dress(make("path", { d: path, class: "line", "stroke-dasharray": dash(region) }),
        region));
      for (const point of own.filter((p) => p.write)) {
        svg.append(dress(make("circle", { cx: x(point.atMs), cy: y(point.bookmark), r: 4.5,
          class: "dot" }), region));
      }
    }
  }

  return { draw, WIDTH, HEIGHT };
})();
