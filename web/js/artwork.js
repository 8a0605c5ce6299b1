// Posters and films, drawn from a show's name: the same name always gives the same pictures.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.artwork = (() => {
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

  // A title that speaks of the sea or of a town shows it; else the name decides.
  const MOTIFS = [["sea", /ferry|harbour|sea|salt|lighthouse|boat|island|coast/i],
    ["town", /tram|square|street|city|town|trieste|basel|piano|clock|radio|replica/i],
    ["hills", /valley|desert|orchard|mountain|hill|kites/i]];
  const scenes = new Map();

  /** What a film shows: a sky with a sun or a moon, and hills, a sea or a town before it. */
  function scene(name) {
    if (!scenes.has(name)) scenes.set(name, made(name));
    return scenes.get(name);
  }

  function made(name) {
    const next = numbers(name);
    const [spoken] = MOTIFS.find(([, words]) => words.test(name)) || [""];
    for (let warm = 0; warm < 4; warm += 1) next();
    const hue = Math.floor(next() * 360);
    const night = next() < 0.4;
    const land = Math.floor(next() * 360);
    return {
      sky: [`hsl(${hue} ${night ? 50 : 55}% ${night ? 12 : 34}%)`,
        `hsl(${(hue + 25) % 360} 60% ${night ? 24 : 52}%)`, `hsl(${(hue + 60) % 360} 80% ${night ? 42 : 74}%)`],
      sun: { x: 0.15 + next() * 0.7, y: 0.2 + next() * 0.25, r: 0.05 + next() * 0.09,
        colour: night ? "hsl(48 30% 90%)" : `hsl(${(hue + 50) % 360} 95% 86%)` },
      stars: night ? Array.from({ length: 60 }, () => [next(), next() * 0.6, 0.4 + next()]) : [],
      motif: spoken || MOTIFS[Math.floor(next() * 3)][0],
      layers: [0, 1, 2].map((layer) => ({
        base: 0.6 + layer * 0.13, height: 0.06 + next() * 0.13, waves: 1 + next() * 2.5,
        phase: next() * 6.3, colour: `hsl(${land} 32% ${(night ? 20 : 34) - layer * 8}%)`,
      })),
      houses: Array.from({ length: 40 }, () => ({ height: next(), windows: Math.floor(next() * 65536) })),
    };
  }

  const ridge = (layer, x, shift) => layer.base
    - layer.height * (0.5 + 0.5 * Math.sin(layer.phase + shift + x * layer.waves * 6.3))
    - layer.height * 0.3 * Math.sin(layer.phase * 2 + shift * 1.7 + x * layer.waves * 17);

  function sky(pen, { sky: colours, stars, sun }, width, height, positionS) {
    const ground = pen.createLinearGradient(0, 0, 0, height * 0.85);
    colours.forEach((colour, at) => ground.addColorStop(at / 2, colour));
    pen.fillStyle = ground;
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = "#ffffff";
    for (const [x, y, size] of stars) {
      pen.globalAlpha = 0.35 + 0.45 * Math.abs(Math.sin(positionS * 0.7 + x * 40));
      pen.fillRect(x * width, y * height, size * height / 140, size * height / 140);
    }
    const at = [((sun.x + positionS / 240) % 1.2) * width, (sun.y + 0.08 * Math.sin(positionS / 30)) * height];
    pen.fillStyle = sun.colour;
    for (const [wider, alpha] of [[2.6, 0.1], [1.6, 0.18], [1, 1]]) {
      pen.globalAlpha = alpha;
      pen.beginPath();
      pen.arc(...at, sun.r * height * wider, 0, 7);
      pen.fill();
    }
    pen.globalAlpha = 1;
    return at[0];
  }

  function hills(pen, layers, width, height, positionS) {
    layers.forEach((layer, depth) => {
      pen.fillStyle = layer.colour;
      pen.beginPath();
      pen.moveTo(0, height);
      for (let x = 0; x <= width; x += 6) {
        pen.lineTo(x, ridge(layer, x / height / 1.8, positionS * 0.12 * (depth + 1)) * height);
      }
      pen.lineTo(width, height);
      pen.fill();
    });
  }

  /** A sea with the sun's light on it, and a ship that sails through the film. */
  function sea(pen, { layers, sun }, width, height, positionS, sunX) {
    layers.forEach((layer, depth) => {
      pen.fillStyle = layer.colour;
      pen.beginPath();
      pen.moveTo(0, height);
      for (let x = 0; x <= width; x += 6) {
        pen.lineTo(x, (layer.base + 0.012 * (depth + 1)
          * Math.sin(x / height * (16 - 4 * depth) + positionS * (0.8 + depth * 0.5))) * height);
      }
      pen.lineTo(width, height);
      pen.fill();
      if (depth === 0) ship(pen, width, height, layer.base, positionS, layers[2].colour);
    });
    pen.fillStyle = sun.colour;
    for (let y = 0.64; y < 1; y += 0.035) {
      pen.globalAlpha = 0.4 * (1.1 - y);
      const wide = sun.r * height * (0.7 + y * Math.abs(Math.sin(y * 60 + positionS)));
      pen.fillRect(sunX - wide, y * height, 2 * wide, height * 0.008);
    }
    pen.globalAlpha = 1;
  }

  function ship(pen, width, height, base, positionS, colour) {
    const x = ((0.3 + positionS / 90) % 1.3 - 0.15) * width;
    const [y, size] = [base * height + Math.sin(positionS) * height * 0.006, height * 0.11];
    pen.fillStyle = colour;
    pen.beginPath();
    [[-1, -0.3], [1.1, -0.3], [0.8, 0.15], [-0.8, 0.15]].forEach(([a, b]) => pen.lineTo(x + a * size, y + b * size));
    pen.fill();
    pen.fillRect(x - 0.5 * size, y - 0.6 * size, 0.9 * size, 0.35 * size);
    pen.fillRect(x - 0.2 * size, y - 0.95 * size, 0.22 * size, 0.5 * size);
    pen.fillStyle = "#ffe9a8";
    for (let n = 0; n < 4; n += 1) pen.fillRect(x + (-0.4 + n * 0.2) * size, y - 0.48 * size, 0.09 * size, 0.11 * size);
  }

  /** Houses that pass by as from a tram; their windows are lit, and now and then one is not. */
  function town(pen, { layers, houses }, width, height, positionS) {
    layers.slice(0, 2).forEach((layer, depth) => {
      const wide = height * (0.16 + depth * 0.08);
      const moved = positionS * height * 0.03 * (depth + 1);
      for (let n = Math.floor(moved / wide); n * wide - moved < width; n += 1) {
        const house = houses[((n % 40) + 40 + depth * 13) % 40];
        const [x, top] = [n * wide - moved, (layer.base - 0.06 - house.height * 0.26) * height];
        pen.fillStyle = layer.colour;
        pen.fillRect(x, top, wide + 1, height - top);
        if (house.height > 0.6) pen.fillRect(x + wide * 0.6, top - height * 0.05, wide * 0.16, height * 0.06);
        pen.fillStyle = "hsl(45 90% 72% / 85%)";
        for (let pane = 0; pane < 12; pane += 1) {
          if (((house.windows + Math.floor(positionS / 9)) >> pane) % 2) continue;
          pen.fillRect(x + wide * (0.16 + 0.27 * (pane % 3)), top + height * (0.05 + 0.1 * Math.floor(pane / 3)),
            wide * 0.13, height * 0.045);
        }
      }
    });
    pen.fillStyle = layers[2].colour;
    pen.fillRect(0, height * 0.93, width, height * 0.07);
  }

  /** Draw the picture of a film at a position: the camera travels, the sun goes up and down. */
  function frame(canvas, name, positionS) {
    const drawn = scene(name);
    const pen = canvas.getContext("2d");
    const { width, height } = canvas;
    const sunX = sky(pen, drawn, width, height, positionS);
    if (drawn.motif === "sea") sea(pen, drawn, width, height, positionS, sunX);
    else if (drawn.motif === "town") town(pen, drawn, width, height, positionS);
    else hills(pen, drawn.layers, width, height, positionS);
  }

  return { frame };
})();
