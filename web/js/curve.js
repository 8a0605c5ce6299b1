// The live staleness curve: one band a Region, as SVG.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.curve = (() => {
  const { draw: make, dress } = Workshop.page;
  const [WIDTH, HEIGHT] = [900, 420];
  const [LEFT, RIGHT, TOP, BOTTOM] = [88, 20, 20, 76];
  const LEAST_MS = 1000;

  /** A scale that ends at a round figure beyond all that was seen. */
  function scale(curves) {
    const most = Math.max(LEAST_MS, ...curves.flatMap(({ atLeast }) => atLeast.map(([ms]) => ms)));
    const unit = 10 ** Math.floor(Math.log10(most));
    const end = [1, 1.5, 2, 3, 5, 10].map((times) => times * unit).find((ms) => ms >= most);
    return { end, x: (ms) => LEFT + (Math.min(ms, end) / end) * (WIDTH - LEFT - RIGHT) };
  }

  const y = (share) => HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);

  /** The corners of a staircase from 0, in the picture's units. */
  function stairs(steps, x, endMs) {
    const corners = [[x(0), y(0)]];
    for (const [ms, share] of steps) corners.push([x(ms), corners.at(-1)[1]], [x(ms), y(share)]);
    corners.push([x(endMs), corners.at(-1)[1]]);
    return corners;
  }

  const path = (corners) => corners.map(([left, top]) => `${left.toFixed(1)},${top.toFixed(1)}`).join(" ");

  /** Draw `curves`: [{region, n, atMost, atLeast}]; those of no write are left out. */
  function draw(svg, curves) {
    const shown = curves.filter(({ n }) => n > 0);
    const { end, x } = scale(shown);
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    const parts = [];
    for (const share of [0, 0.5, 1]) {
      parts.push(make("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(share), y2: y(share), class: "grid" }),
        make("text", { x: LEFT - 8, y: y(share) + 8, "text-anchor": "end" }, `${share * 100} %`));
    }
    for (const part of [0, 1, 2, 3, 4, 5]) {
      const ms = (end / 5) * part;
      parts.push(make("text", { x: x(ms), y: HEIGHT - BOTTOM + 30, "text-anchor": part === 5 ? "end" : "middle" },
        Math.round(ms).toLocaleString("en")));
    }
    parts.push(make("text", { x: (LEFT + WIDTH) / 2, y: HEIGHT - 8, "text-anchor": "middle" },
      "ms since the write was acknowledged"));
    for (const { region, atMost, atLeast } of shown) {
      const [upper, lower] = [stairs(atMost, x, end), stairs(atLeast, x, end)];
      parts.push(dress(make("polygon", { points: path([...upper, ...lower.toReversed()]), class: "band" }), region),
        dress(make("polyline", { points: path(lower), class: "bound" }), region));
    }
    svg.replaceChildren(...parts);
  }

  return { draw };
})();
