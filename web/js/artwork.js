// Posters and films, drawn from a show's name: the same name always gives the same pictures.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.artwork = (() => {
  const SPACE = "http://www.w3.org/2000/svg";

  /** A stream of numbers in [0, 1) that a text decides: FNV-1a, then a small xorshift. */
  function numbers(text) {
    let state = 2166136261;
    for (const char of text) state = Math.imul(state ^ char.codePointAt(0), 16777619);
    return () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) / 4294967296;
    };
  }

  /** What both poster and film show: a sky, a sun, hills. */
  function scene(name) {
    const next = numbers(name);
    const hue = Math.floor(next() * 360);
    return {
      hue,
      sky: `hsl(${hue} 45% 22%)`,
      low: `hsl(${(hue + 40) % 360} 60% 48%)`,
      sun: { x: 0.15 + next() * 0.7, y: 0.25 + next() * 0.25, r: 0.06 + next() * 0.1,
        colour: `hsl(${(hue + 60) % 360} 85% 74%)` },
      hills: [0, 1, 2].map((layer) => ({
        base: 0.58 + layer * 0.13, height: 0.05 + next() * 0.14, waves: 1 + next() * 3,
        phase: next() * 6.3, colour: `hsl(${(hue + 200 + layer * 14) % 360} 35% ${26 - layer * 7}%)`,
      })),
    };
  }

  const ridge = (hill, x, shift) => hill.base
    - hill.height * (0.5 + 0.5 * Math.sin(hill.phase + shift + x * hill.waves * 6.3))
    - hill.height * 0.3 * Math.sin(hill.phase * 2 + shift * 1.7 + x * hill.waves * 17);

  function node(name, attributes) {
    const made = document.createElementNS(SPACE, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  /** A poster as SVG; the words stand beside it, so it is hidden from screen readers. */
  function poster(name) {
    const { sky, low, sun, hills } = scene(name);
    const svg = node("svg", { viewBox: "0 0 320 180", "aria-hidden": "true" });
    svg.append(node("rect", { width: 320, height: 180, fill: sky }),
      node("rect", { y: 70, width: 320, height: 110, fill: low, opacity: 0.55 }),
      node("circle", { cx: sun.x * 320, cy: sun.y * 180, r: sun.r * 180, fill: sun.colour }));
    for (const hill of hills) {
      let path = "M0,180";
      for (let x = 0; x <= 320; x += 8) path += `L${x},${(ridge(hill, x / 320, 0) * 180).toFixed(1)}`;
      svg.append(node("path", { d: `${path}L320,180Z`, fill: hill.colour }));
    }
    return svg;
  }

  /** Draw the picture of a film at a position: the camera travels, the sun goes up and down. */
  function frame(canvas, name, positionS) {
    const { sky, low, sun, hills } = scene(name);
    const pen = canvas.getContext("2d");
    const { width, height } = canvas;
    pen.fillStyle = sky;
    pen.fillRect(0, 0, width, height);
    pen.globalAlpha = 0.55;
    pen.fillStyle = low;
    pen.fillRect(0, height * 0.4, width, height * 0.6);
    pen.globalAlpha = 1;
    pen.fillStyle = sun.colour;
    pen.beginPath();
    pen.arc(((sun.x + positionS / 240) % 1.2) * width,
      (sun.y + 0.1 * Math.sin(positionS / 30)) * height, sun.r * height, 0, 7);
    pen.fill();
    hills.forEach((hill, layer) => {
      pen.fillStyle = hill.colour;
      pen.beginPath();
      pen.moveTo(0, height);
      for (let x = 0; x <= width; x += 12) {
        pen.lineTo(x, ridge(hill, x / width, positionS * 0.12 * (layer + 1)) * height);
      }
      pen.lineTo(width, height);
      pen.fill();
    });
  }

  return { poster, frame };
})();
