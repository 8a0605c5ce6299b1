// The page for the wall: one bookmark in two Regions, what to do to it, and what came of it. Wiring
// only; the map is map.js, the rules are in versions.js and staleness.js.
"use strict";

(() => {
  const { apis: known, client, curve, page, steering, Staleness, Versions } = Workshop;
  const { byId, make, dress, say, clock, look } = page;
  const READ_MS = 200;
  const LOOK_MS = 500;
  const WRITE_MS = 2000;
  const SHOW = "AshlandValley";
  const STEP_S = 15;
  const OFTEN = "aws";
  const KEYS = new Map();
  const cards = [];
  let group = null;
  let online = new Map();
  let lag = "";
  let writing = 0;

  /** A group begins with a bookmark that nobody has moved. */
  function begin() {
    group = { user: `group-${Date.now().toString(36)}`, versions: new Versions(), waits: new Staleness(), writes: 0 };
    for (const card of cards) Object.assign(card, { bookmark: 0, failed: "" });
    tell(`A new bookmark, at 0:00:00 everywhere. Move it in one Region and watch ${others("the other", "the others")}.`);
  }

  const others = (one, more) => (cards.length > 2 ? more : one);

  function tell(text, alarm = false) {
    say(byId("story"), text);
    byId("story").classList.toggle("bad", alarm);
  }

  // -- the bookmark ------------------------------------------------------------------------------

  async function write(card) {
    const { user, versions, waits } = group;
    const result = await client.add(card.api, user, SHOW, STEP_S);
    if (group.user !== user) return; // Another group has begun.
    if (result.outcome !== "ok") {
      tell(`${card.region}: the write is ${result.outcome}; ${result.message}`, true);
      return;
    }
    const ackedMs = result.startedMs + result.rttMs;
    const update = { version: result.version, region: card.region, deltaS: STEP_S,
      startedMs: result.startedMs, ackedMs };
    card.bookmark = result.bookmark;
    group.writes += 1;
    tell(`${card.region} took the write and acknowledged it after ${result.rttMs.toFixed(0)} ms.`);
    const others = cards.filter((other) => other !== card).map((other) => other.region);
    waits.wrote(result.version, others, ackedMs);
    missed(versions.wrote(update, result.replaced, result.bookmark));
  }

  async function read(card) {
    const { user, versions, waits } = group;
    const result = await client.getItem(card.api, user, SHOW);
    if (group.user !== user) return;
    card.failed = result.outcome === "ok" ? "" : result.message;
    if (card.failed) return;
    const endedMs = result.startedMs + result.rttMs;
    card.bookmark = result.bookmark || 0;
    if (!result.version) {
      waits.read(card.region, result.startedMs, endedMs, () => false);
      return;
    }
    const reading = versions.read(card.region, result.version, result.replaced, card.bookmark,
      result.startedMs, endedMs);
    const shown = versions.chain(result.version);
    missed(reading.lost);
    waits.read(card.region, result.startedMs, endedMs, (version) => shown.includes(version));
  }

  function missed(lost) {
    if (!lost.length) return;
    group.waits.lost(lost.map(({ version }) => version));
    const named = lost.map(({ deltaS, region }) => `+${deltaS} s of ${region}`).join(" and ");
    tell(`Lost: ${named}. It was acknowledged, and no error was reported.`, true);
  }

  /** Read a Region for ever, one read at a time. */
  async function follow(card) {
    if (!document.hidden) await read(card);
    draw(card);
    setTimeout(() => follow(card), READ_MS);
  }

  // -- what is seen ------------------------------------------------------------------------------

  function state(card) {
    if (online.get(card.region) === "offline") return ["offline", "offline"];
    if (card.failed) return ["offline", "no answer"];
    const behindMs = group.waits.behindMs(card.region);
    if (behindMs === null) return ["", group.writes ? "up to date" : ""];
    return ["stale", `stale for ${(behindMs / 1000).toFixed(1)} s`];
  }

  function draw(card) {
    const [kind, words] = state(card);
    say(card.clock, clock(card.bookmark));
    say(card.said, words);
    for (const name of ["stale", "offline"]) card.node.classList.toggle(name, name === kind);
    card.outage.setAttribute("aria-pressed", String(online.get(card.region) === "offline"));
    const curves = cards.map(({ region }) => ({ region, ...group.waits.curve(region) }));
    curve.draw(byId("curve"), curves);
    const words_n = curves.filter(({ n }) => n).map(({ region, n }) => `${n} seen in ${region}`);
    say(byId("curve-n"), words_n.length ? `${words_n.join(", ")}; each Region is read every `
      + `${READ_MS} ms, and the truth lies within the band.${modelled()}` : "Writes show here as they arrive.");
    byId("curve").setAttribute("aria-label", `Share of writes that another Region shows: ${words_n.join(", ") || "none yet"}`);
  }

  /** What a chart of the local cloud owes its reader. */
  function modelled() {
    if (!lag) return "";
    return lag === "aws" ? " Local cloud: lag modelled on AWS's published 0.5 to 2.5 s."
      : ` Local cloud: lag ${lag}, in ms.`;
  }

  function makeCard(api, at) {
    const { region } = api;
    const node = dress(make("section", { className: "card", "aria-label": region }), region);
    const head = make("h2", { text: region });
    head.append(" ", make("span", { text: look(region).city, className: "faint" }));
    const card = { api, region, node, bookmark: 0, failed: "", clock: make("p", { className: "clock" }),
      said: make("p", { className: "state", role: "status" }), outage: null };
    const buttons = make("div", { className: "line" });
    card.outage = button("Outage", ["q", "w", "e"][at], () => outage(region));
    buttons.append(button(`Write +${STEP_S} s`, String(at + 1), () => write(card)), card.outage);
    node.append(head, card.clock, card.said, buttons);
    return card;
  }

  function button(text, key, work) {
    const node = make("button", { text: `${text} `, type: "button" });
    return wire(node, key, work);
  }

  function wire(node, key, work) {
    node.append(make("kbd", { text: key, "aria-hidden": "true" }));
    node.addEventListener("click", work);
    KEYS.set(key, node);
    return node;
  }

  // -- the local cloud ---------------------------------------------------------------------------

  async function steer(route, payload) {
    try {
      const response = await steering.ask(route, payload);
      if (response.status === 403) throw new Error("refused");
      if (!response.ok) tell(String((await response.json()).message), true);
    } catch {
      tell("This page may not steer the local cloud. Open it with: workshop demo. On AWS nobody can.", true);
    }
    await watchCloud();
  }

  async function watchCloud() {
    try {
      const status = await (await steering.ask("status")).json();
      online = new Map(Object.entries(status.regions).map(([name, now]) => [name, now.state]));
      lag = status.lag;
    } catch { /* The map says so; the bookmark goes on where the APIs answer. */ }
    for (const node of document.querySelectorAll("[data-lag]")) {
      node.setAttribute("aria-pressed", String(node.dataset.lag === lag));
    }
  }

  async function outage(region) {
    const back = online.get(region) === "offline";
    tell(back ? `${region} is back, and gets what waited for it.`
      : `${region} is offline. ${others("The other Region goes", "The others go")} on; what is written there waits.`);
    await steer(`regions/${region}`, { state: back ? "online" : "offline" });
  }

  async function nextGroup() {
    if (writing) toggleWriting();
    for (const { region } of cards) await steer(`regions/${region}`, { state: "online" });
    await steer("lag", { lag: OFTEN });
    begin();
  }

  function conflict() {
    tell(`${others("Both", "All")} Regions write at once …`);
    return Promise.all(cards.map(write));
  }

  function toggleWriting() {
    clearInterval(writing);
    writing = writing ? 0 : setInterval(() => write(cards[0]), WRITE_MS);
    byId("writing").setAttribute("aria-pressed", String(Boolean(writing)));
  }

  function start() {
    const apis = known.list();
    byId("none").hidden = apis.length > 1;
    byId("stage").hidden = apis.length < 2;
    if (apis.length < 2) return;
    cards.push(...apis.slice(0, 3).map(makeCard));
    byId("cards").append(...cards.map(({ node }) => node));
    wire(byId("conflict"), "c", conflict);
    wire(byId("writing"), "a", toggleWriting);
    wire(byId("next"), "n", nextGroup);
    document.querySelectorAll("[data-lag]").forEach((node, at) => {
      wire(node, ["7", "8", "9"][at], () => steer("lag", { lag: node.dataset.lag }));
    });
    document.addEventListener("keydown", ({ key, repeat, ctrlKey, metaKey, altKey }) => {
      if (!repeat && !ctrlKey && !metaKey && !altKey && KEYS.has(key)) KEYS.get(key).click();
    });
    begin();
    cards.forEach(follow);
    watchCloud();
    setInterval(watchCloud, LOOK_MS);
  }

  start();
})();
