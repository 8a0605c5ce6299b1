// The replication map: wiring only. It asks the local cloud that serves it; AWS shows nobody this.
"use strict";

(() => {
  const ASK_MS = 250;
  const CLASH_MS = 1500;
  const MOST_BENT = 64;
  const RADIUS = 52;
  const STILL = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const { byId, draw: make, dress, say } = Workshop.page;
  const flights = new Workshop.Flights();
  let status = null;
  let offsetMs = 0;
  let last = null;
  let awake = false;

  /** The picture's size in its own units: as its place on the screen is shaped, with room for names. */
  function size() {
    const { clientWidth, clientHeight } = byId("map");
    const scale = Math.max(0.62, Math.min(clientWidth / 900, clientHeight / 470));
    return { width: Math.max(400, clientWidth / scale), height: Math.max(400, clientHeight / scale) };
  }

  /** How large words are here: the style sheet of the page decides. */
  function sizeOf(text, kind = "") {
    const probe = make("text", { class: kind, visibility: "hidden" }, text);
    byId("map").append(probe);
    const height = parseFloat(getComputedStyle(probe).fontSize);
    const found = { width: Math.ceil(probe.getComputedTextLength()), height };
    probe.remove();
    return found;
  }

  /** Where Regions stand, on an ellipse that leaves room for their names. */
  function places({ width, height }) {
    const regions = status.links.flatMap((link) => [link.from, link.to]);
    const names = [...new Set([...Object.keys(status.regions), ...regions])].sort();
    // The west to the left: the first of two names stands right otherwise.
    const beside = Math.max(RADIUS + 48, ...names.map((name) => sizeOf(name).width / 2 + 6));
    const over = RADIUS + 2 * sizeOf("M").height + 8;
    return new Map(names.reverse().map((name, index) => {
      const angle = Math.PI + (index / names.length) * 2 * Math.PI;
      return [name, { x: width / 2 + Math.max(RADIUS, width / 2 - beside) * Math.cos(angle),
        y: height / 2 + Math.max(RADIUS, height / 2 - over) * Math.sin(angle) }];
    }));
  }

  /** Which way a bow bends from its chord, and how far; there and back lie apart. */
  function lift(a, b) {
    const share = Math.min(0.16, MOST_BENT / Math.hypot(a.x - b.x, a.y - b.y));
    return { x: (b.y - a.y) * share, y: (a.x - b.x) * share };
  }

  /** A point on the bow from one Region to another. */
  function onBow(a, b, share) {
    const { x, y } = lift(a, b);
    const bend = 2 * share * (1 - share);
    return { x: a.x + (b.x - a.x) * share + x * bend, y: a.y + (b.y - a.y) * share + y * bend };
  }

  /** Points along a bow, from node to node, close enough that no words fit between two. */
  function along(a, b) {
    const most = Math.ceil(Math.hypot(a.x - b.x, a.y - b.y) / 8);
    return Array.from({ length: most + 1 }, (_, at) => onBow(a, b, at / most));
  }

  /** Places for the words of a link, beside its bow: the middle of its outer side first. */
  function besideBow(a, b, { height }) {
    const out = lift(a, b);
    const long = Math.hypot(out.x, out.y) || 1;
    const [right, down] = [out.x / long, out.y / long];
    const anchor = right > 0.5 ? "start" : right < -0.5 ? "end" : "middle";
    const near = 0.8 * height + 10;
    return [near, near + 12].flatMap((far) => [0.5, 0.4, 0.6, 0.3, 0.7].map((share) => {
      const { x, y } = onBow(a, b, share);
      return { x: x + right * far, y: y + down * (far + 4) + height / 3, anchor };
    }));
  }

  /** Places for the name of a node: under it or over it, whichever side has fewer lines. */
  function besideNode({ x, y }, height, size) {
    const [over, under] = [y - RADIUS - 12, y + RADIUS + 8 + size.height];
    const rows = y < height / 2 - 1 ? [over, under] : [under, over];
    const aside = [[0, "middle"], [-size.width / 4, "middle"], [size.width / 4, "middle"], [0, "end"], [0, "start"]];
    return aside.flatMap(([by, anchor]) => rows.map((row) => ({ x: x + by, y: row, anchor })));
  }

  // What stands in the picture; it is made anew only when Regions or links come and go.
  let scene = { shape: "", where: new Map(), links: new Map(), nodes: new Map(), blobs: [] };

  /** What is said of a link. */
  function worded(link) {
    const paused = link.state === "paused" ? "paused" : "";
    const under = link.in_flight ? `${link.in_flight}${scene.terse || paused ? "" : " under way"}` : "";
    return [paused, under].filter(Boolean).join(", ");
  }

  function build() {
    const { width, height } = size();
    const shape = JSON.stringify([width, height, Object.keys(status.regions),
      status.links.map(({ from, to, state }) => [from, to, state])]);
    if (shape === scene.shape) return;
    byId("map").setAttribute("viewBox", `0 0 ${width} ${height}`);
    const where = places({ width, height });
    scene = { shape, where, links: new Map(), nodes: new Map(), blobs: [] };
    const bows = new Map(status.links.map((link) => [link, along(where.get(link.from), where.get(link.to))]));
    const labels = new Workshop.Labels({ width, height }, [...bows.values()].flat());
    const words = (text, places, size, more = {}) => {
      const { anchor, clear, ...at } = labels.place(places, size);
      return make("text", { ...at, "text-anchor": anchor, "data-clear": clear, ...more }, text);
    };
    // On a telephone, and among many links, words are numbers only: there is no room for more.
    scene.terse = width < 700 || status.links.length > 6 || sizeOf("under way", "small").width > width / 9;
    const parts = [make("g"), make("g"), make("g"), make("g")];
    for (const [name, { x, y }] of where) {
      const group = dress(make("g"), name);
      const said = make("text", { x, y: y + 6, class: "small" });
      const size = sizeOf(name);
      group.append(make("circle", { cx: x, cy: y, r: RADIUS, class: "node" }),
        words(name, besideNode({ x, y }, height, size), size), said);
      parts[1].append(group);
      scene.nodes.set(name, { group, said });
    }
    for (const link of status.links) {
      const { from, to } = link;
      const [a, b] = [where.get(from), where.get(to)];
      const line = make("polyline", {
        points: bows.get(link).map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ") });
      const end = onBow(a, b, 0.78);
      const size = sizeOf(worded({ ...link, in_flight: 88 }), "small");
      // A number that would stand on a line is left out: the blobs show as much.
      const said = words("", besideBow(a, b, size), size, { class: "small" });
      if (said.dataset.clear === "false") said.setAttribute("visibility", "hidden");
      const held = dress(make("circle", { cx: end.x, cy: end.y, r: 17, class: "image held" }), from);
      const count = make("text", { x: end.x, y: end.y + 6, class: "count" });
      parts[0].append(line);
      parts[2].append(held, count);
      parts[3].append(said);
      scene.links.set(`${from} ${to}`, { line, said, held, count });
    }
    scene.images = make("g");
    byId("map").replaceChildren(parts[0], scene.images, parts[1], parts[2], parts[3]);
  }

  function set(node, attributes) {
    for (const [key, value] of Object.entries(attributes)) {
      if (node.getAttribute(key) !== String(value)) node.setAttribute(key, value);
    }
  }

  /** Move what moved; returns whether anything is still moving. */
  function draw() {
    if (!status) return false;
    build();
    const nowMs = Date.now() + offsetMs;
    const { moving, held } = flights.at(nowMs);
    for (const link of status.links) {
      const parts = scene.links.get(`${link.from} ${link.to}`);
      const waiting = Math.min(held[`${link.from} ${link.to}`] || 0, link.in_flight);
      set(parts.line, { class: `link ${link.state}` });
      say(parts.said, worded(link));
      set(parts.held, { visibility: waiting ? "visible" : "hidden" });
      say(parts.count, waiting ? String(waiting) : "");
    }
    let clashing = false;
    for (const [name, { group, said }] of scene.nodes) {
      const offline = (status.regions[name] || {}).state === "offline";
      const clash = nowMs - (flights.clashes.get(name) || 0) < CLASH_MS;
      clashing ||= clash;
      group.classList.toggle("offline", offline);
      group.classList.toggle("clash", clash);
      say(said, offline ? "offline" : clash ? "conflict" : "");
    }
    drawImages(STILL ? [] : moving);
    return clashing || moving.length > 0;
  }

  function drawImages(moving) {
    const { where, blobs } = scene;
    const shown = moving.filter(({ from, to }) => where.has(from) && where.has(to));
    while (blobs.length < shown.length) {
      blobs.push(make("circle", { class: "image" }));
      scene.images.append(blobs.at(-1));
    }
    blobs.forEach((blob, at) => {
      const image = shown[at];
      set(blob, { visibility: image ? "visible" : "hidden" });
      if (!image) return;
      const { x, y } = onBow(where.get(image.from), where.get(image.to), image.share);
      if (blob.dataset.from !== image.from) dress(blob, image.from);
      blob.dataset.from = image.from;
      set(blob, { cx: x.toFixed(1), cy: y.toFixed(1), r: Math.min(24, 7 + 2 * Math.sqrt(image.count)) });
    });
  }

  function list(id, texts) {
    if (byId(id).dataset.shown === texts.join("\n")) return;
    byId(id).dataset.shown = texts.join("\n");
    byId(id).replaceChildren(...texts.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
  }

  function some(count, thing) {
    return `${count} ${thing}${count === 1 ? "" : "s"}`;
  }

  function words() {
    const { counts } = status;
    const under = status.links.reduce((sum, link) => sum + link.in_flight, 0);
    const lost = status.tables.length ? Math.max(...status.tables.map((table) => table.lost_updates)) : 0;
    list("counts", [some(counts.write || 0, "write"), `${some(under, "image")} under way`,
      `${some(counts.apply || 0, "image")} applied`, `${counts.discard || 0} discarded: a later one stood there`,
      `${some(lost, "update")} lost`]);
    list("news", flights.news.length ? flights.news : ["none yet"]);
    const states = Object.entries(status.regions).map(([name, { state }]) => `${name} ${state}`);
    byId("map").setAttribute("aria-label", `${states.join(", ")}; ${some(under, "image")} under way`);
    say(byId("said"), `Lag ${status.lag}`);
  }

  async function ask() {
    try {
      const response = await Workshop.steering.ask("status");
      if (!response.ok) throw new Error(`status ${response.status}`);
      status = await response.json();
      document.body.classList.remove("without");
      offsetMs = status.now_ms - Date.now();
      if (last === null || status.last_event < last) last = Math.max(0, status.last_event - 200);
      const more = await (await Workshop.steering.ask(`events?since=${last}`)).json();
      for (const event of more.events) {
        flights.take(event);
        last = event.sequence;
      }
      words();
    } catch {
      document.body.classList.add("without");
      say(byId("said"), "No local cloud answers here. Open the map from the address that "
        + "`workshop website us-west-2` prints; on AWS nobody sees images under way.");
    }
    wake();
    setTimeout(ask, ASK_MS);
  }

  /** Draw, and go on for as long as something moves; what comes next wakes it again. */
  function wake() {
    if (awake) return;
    awake = draw() && !STILL;
    if (awake) requestAnimationFrame(animate);
  }

  function animate() {
    awake = false;
    wake();
  }

  byId("full").addEventListener("click", () => document.documentElement.requestFullscreen());
  new ResizeObserver(wake).observe(byId("map"));
  ask();
})();
