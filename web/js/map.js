// The replication map: wiring only. It asks the local cloud that serves it; AWS shows nobody this.
"use strict";

(() => {
  const ASK_MS = 250;
  const CLASH_MS = 1500;
  const STILL = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // The page lies in a bucket of the local cloud, perhaps behind Jupyter's proxy: ../ is the cloud.
  const CLOUD = new URL("../_cloud/", location.href);
  const { byId, draw: make, dress } = Workshop.page;
  const flights = new Workshop.Flights();
  let status = null;
  let offsetMs = 0;
  let last = null;

  function places() {
    const regions = status.links.flatMap((link) => [link.from, link.to]);
    const names = [...new Set([...Object.keys(status.regions), ...regions])].sort();
    // The west to the left: the first of two names stands right otherwise.
    return new Map(names.reverse().map((name, index) => {
      const angle = Math.PI + (index / names.length) * 2 * Math.PI;
      return [name, { x: 480 + 330 * Math.cos(angle), y: 225 + 150 * Math.sin(angle) }];
    }));
  }

  /** A point on the bow from one Region to another; there and back lie apart. */
  function onBow(a, b, share) {
    const lift = { x: (b.y - a.y) * 0.16, y: (a.x - b.x) * 0.16 };
    const bend = 4 * share * (1 - share);
    return { x: a.x + (b.x - a.x) * share + lift.x * bend / 2, y: a.y + (b.y - a.y) * share + lift.y * bend / 2 };
  }

  function draw() {
    if (!status) return;
    const nowMs = Date.now() + offsetMs;
    const where = places();
    const nodes = [];
    for (const link of status.links) {
      const [a, b] = [where.get(link.from), where.get(link.to)];
      const points = [];
      for (let share = 0; share <= 1.001; share += 0.05) {
        const { x, y } = onBow(a, b, share);
        points.push(`${x.toFixed(1)},${y.toFixed(1)}`);
      }
      nodes.push(make("polyline", { points: points.join(" "), class: `link ${link.state}` }));
      if (link.in_flight || link.state === "paused") {
        const { x, y } = onBow(a, b, 0.5);
        const word = link.state === "paused" ? "paused, " : "";
        nodes.push(make("text", { x, y: y - 10, class: "small" }, `${word}${link.in_flight} under way`));
      }
    }
    if (!STILL) {
      for (const { from, to, share } of flights.at(nowMs)) {
        if (!where.has(from) || !where.has(to)) continue;
        const { x, y } = onBow(where.get(from), where.get(to), share);
        nodes.push(dress(make("circle", { cx: x, cy: y, r: 9, class: "image" }), from));
      }
    }
    for (const [name, { x, y }] of where) {
      const offline = (status.regions[name] || {}).state === "offline";
      const clash = nowMs - (flights.clashes.get(name) || 0) < CLASH_MS;
      const state = `${offline ? "offline" : ""} ${clash ? "clash" : ""}`;
      const group = dress(make("g", { class: state }), name);
      group.append(make("circle", { cx: x, cy: y, r: 52, class: "node" }),
        make("text", { x, y: y + 80 }, name),
        make("text", { x, y: y + 6, class: "small" }, offline ? "offline" : clash ? "conflict" : ""));
      nodes.push(group);
    }
    byId("map").replaceChildren(...nodes);
  }

  function list(id, texts) {
    byId(id).replaceChildren(...texts.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
  }

  function words() {
    const { counts } = status;
    const under = status.links.reduce((sum, link) => sum + link.in_flight, 0);
    const lost = status.tables.length ? Math.max(...status.tables.map((table) => table.lost_updates)) : 0;
    list("counts", [`${counts.write || 0} writes`, `${under} images under way`,
      `${counts.apply || 0} images applied`, `${counts.discard || 0} discarded: a later one stood there`,
      `${lost} updates lost`]);
    list("news", flights.news.length ? flights.news : ["none yet"]);
    const states = Object.entries(status.regions).map(([name, { state }]) => `${name} ${state}`);
    byId("map").setAttribute("aria-label", `${states.join(", ")}; ${under} images under way`);
    byId("said").textContent = `Lag ${status.lag}`;
  }

  async function ask() {
    try {
      const response = await fetch(new URL("status", CLOUD), { headers: Workshop.steering.headers() });
      if (!response.ok) throw new Error(`status ${response.status}`);
      status = await response.json();
      offsetMs = status.now_ms - Date.now();
      if (last === null || status.last_event < last) last = Math.max(0, status.last_event - 200);
      const news = new URL(`events?since=${last}`, CLOUD);
      const more = await (await fetch(news, { headers: Workshop.steering.headers() })).json();
      for (const event of more.events) {
        flights.take(event);
        last = event.sequence;
      }
      words();
    } catch {
      byId("said").textContent = "No local cloud answers here. Open the map from the address that "
        + "`workshop website us-west-2` prints; on AWS nobody sees images under way.";
    }
    if (STILL) draw();
    setTimeout(ask, ASK_MS);
  }

  function animate() {
    draw();
    requestAnimationFrame(animate);
  }

  byId("full").addEventListener("click", () => document.documentElement.requestFullscreen());
  ask();
  if (!STILL) animate();
})();
