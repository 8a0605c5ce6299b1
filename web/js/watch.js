// Watch: wiring only. What follows on what is decided in player.js, which Region serves in
// viewer.js, which position counts in positions.js.
"use strict";

(() => {
  const { address, apis: known, artwork, page, player, shelves } = Workshop;
  const { byId, make, dress, say, clock } = page;
  const SAVE_MS = 3000;
  const COMPARE_MS = 1000;
  const FRAME_MS = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 50;
  const JUMP_S = 15;

  let state = player.START;
  let viewer = null;
  let tickMs = performance.now();
  let retry = 0;
  let looking = 0;
  const positions = new Workshop.Positions(storage());

  function storage() {
    try {
      return localStorage;
    } catch {
      return null;
    }
  }

  function tell(event) {
    const { phase, away } = state;
    state = player.next(state, event);
    if (event.type === "tick" && state.phase === phase) {
      drawFilm(player.view(state, clock));
      return;
    }
    if (event.type === "dark") {
      clearTimeout(retry);
      retry = setTimeout(again, player.retryMs(state.dark.tries));
    }
    // A failure that was just seen needs no second look, and is there to be read.
    if (event.type === "failover") {
      clearInterval(looking);
      looking = setInterval(lookBack, SAVE_MS);
    }
    // Nobody knows yet whether the preferred Region is still away: not until it was asked.
    if (state.away && state.away.why === null && !away) lookBack();
    draw();
  }

  // -- drawn from the state ----------------------------------------------------------------------

  function draw() {
    const seen = player.view(state, clock);
    say(byId("badge"), seen.badge);
    if (byId("badge").dataset.region !== seen.serving) {
      byId("badge").dataset.region = seen.serving;
      dress(byId("badge"), seen.serving);
    }
    say(byId("notice"), seen.notice);
    say(byId("over"), state.film ? seen.notice : "");
    say(byId("saved"), seen.saved);
    say(byId("empty"), seen.list || (state.shows && !matching().length ? "No title is like that." : ""));
    byId("add").hidden = state.phase !== "setup" && byId("add").dataset.asked !== "yes";
    byId("player").hidden = !state.film;
    byId("keys").hidden = !state.film;
    byId("shop").hidden = state.phase === "setup";
    byId("who").hidden = !state.users.length;
    byId("badge").classList.toggle("alarm", Boolean(state.dark));
    byId("failback").hidden = !seen.failback;
    say(byId("failback"), seen.failback);
    if (byId("user").dataset.shown !== state.users.join("\n")) {
      byId("user").dataset.shown = state.users.join("\n");
      byId("user").replaceChildren(...state.users.map((name) => make("option", { text: name })));
    }
    byId("user").value = state.user;
    drawShelves();
    drawFilm(seen);
  }

  function matching() {
    const wanted = byId("search").value.trim().toLowerCase();
    return (state.shows || []).filter((show) => show.title.toLowerCase().includes(wanted));
  }

  function drawShelves() {
    const going = player.begun(state.shows);
    byId("going").hidden = !going.length;
    shelves.fill(byId("continue"), going, open);
    shelves.fill(byId("catalogue"), matching(), open);
    const all = byId("continue").classList.contains("all");
    const fits = getComputedStyle(byId("continue")).gridTemplateColumns.split(" ").length;
    byId("all").hidden = !all && going.length <= fits;
  }

  function drawFilm(seen) {
    if (!state.film) return;
    const { film } = state;
    const at = Math.floor(seen.atS);
    say(byId("film"), film.title);
    artwork.frame(byId("screen"), film.id + film.title, seen.atS);
    byId("seek").max = film.lengthS;
    if (state.draggedS === null) byId("seek").value = at;
    byId("seek").setAttribute("aria-valuetext", clock(at));
    say(byId("position"), `${clock(at)} of ${clock(film.lengthS)}`);
    say(byId("play"), seen.button);
  }

  // -- which APIs: given in the address, or saved here or in the console --------------------------

  async function begin(apis) {
    viewer = new Workshop.Viewer(apis, tell, positions);
    tell({ type: "begin", apis: apis.map((api) => api.region) });
    if (apis.length) await load();
  }

  /** The films of the viewer that the address names, or of the first. */
  async function load() {
    const own = viewer;
    await flush();
    const users = await own.users();
    if (own !== viewer) return;
    const { viewer: asked, film } = where();
    if (!users) {
      resumeKept(asked, film);
      return;
    }
    const user = [asked, state.user].find((name) => users.includes(name)) || users[0] || "";
    tell({ type: "users", users, user });
    await browse();
    const show = film && !state.film && (state.shows || []).find((each) => each.id === film);
    if (show && own === viewer) await open(show, { silent: true });
  }

  /** Without any Region: the film of the address goes on where this browser kept it. */
  function resumeKept(user, id) {
    const kept = !state.film && positions.get(user, id);
    if (!kept) return;
    tell({ type: "users", users: [user], user });
    tell({ type: "open", film: kept, positionS: kept.bookmark,
      note: `resumed at ${clock(kept.bookmark)}, as kept here` });
  }

  async function browse() {
    const { user } = state;
    const shows = user ? await viewer.shows(user) : [];
    if (shows && user === state.user) tell({ type: "shows", shows });
  }

  /** All was dark: try once more what is missing. */
  async function again() {
    if (!viewer || !viewer.apis.length) return;
    if (!state.shows) await load();
    else {
      if (state.film) await save();
      if (state.dark) await browse();
    }
  }

  /** Save what no Region has taken yet, of this viewer or another, from now or an earlier day. */
  async function flush() {
    for (const { user, id } of positions.unsaved()) {
      if (!await viewer.save(user, id)) continue;
      if (state.dark) return;
    }
  }

  // -- the address: reload, back and forward keep viewer and film ---------------------------------

  function where() {
    const asked = new URLSearchParams(location.hash.slice(1));
    return { viewer: asked.get("viewer") || "", film: asked.get("film") || "" };
  }

  function goTo(film) {
    const asked = new URLSearchParams({ viewer: state.user, ...(film ? { film } : {}) });
    if (location.hash !== `#${asked}`) history.pushState(null, "", `#${asked}`);
  }

  addEventListener("popstate", async () => {
    const { viewer: user, film } = where();
    if (state.film && state.film.id !== film) await leave({ silent: true });
    if (user && user !== state.user) {
      tell({ type: "choose", user });
      await browse();
    }
    const show = film && !state.film && (state.shows || []).find((each) => each.id === film);
    if (show) await open(show, { silent: true });
  });

  // -- watching ----------------------------------------------------------------------------------

  async function open(show, { silent = false } = {}) {
    if (state.film) await leave({ silent: true });
    const found = await viewer.resume(state.user, show.id) || positions.get(state.user, show.id) || show;
    const at = clock(found.bookmark);
    const note = found.seen === "behind"
      ? `${viewer.apis[viewer.serving].region} has not got your last save yet; resumed at ${at} all the same`
      : `resumed at ${at}`;
    tickMs = performance.now();
    const begins = player.finished({ ...show, bookmark: found.bookmark });
    tell({ type: "open", film: show, positionS: found.bookmark, note: begins ? "" : note });
    if (!silent) goTo(show.id);
    byId("player").scrollIntoView({ block: "start" });
    byId("play").focus();
    compare();
  }

  function tick() {
    const now = performance.now();
    const elapsedS = (now - tickMs) / 1000;
    tickMs = now;
    if (state.phase !== "playing" || document.hidden) return;
    tell({ type: "tick", elapsedS });
    if (state.phase === "ended") save();
  }

  /** Note where the viewer is, if that is another place than before, and save it. */
  async function save(options = {}) {
    const { film, user } = state;
    if (!film) return;
    const moved = positions.moved(user, film, Math.floor(state.positionS), Date.now());
    if (moved && !options.keepalive) positionsChanged(film.id);
    const result = await viewer.save(user, film.id, options);
    if (result && state.film === film) tell({ type: "kept", ...result });
  }

  function positionsChanged(id) {
    const newest = positions.get(state.user, id);
    tell({ type: "shows", shows: (state.shows || []).map((show) => (
      show.id === id ? { ...show, bookmark: newest.bookmark, at: newest.at } : show)) });
  }

  function move(event) {
    if (!state.film) return;
    tell(event);
    if (["seek", "pause"].includes(event.type)) save();
  }

  const jump = (seconds) => move({ type: "seek", positionS: state.positionS + seconds });
  const toggle = () => move({ type: state.phase === "playing" ? "pause" : "play" });

  async function leave({ silent = false } = {}) {
    const { film } = state;
    if (!film) return;
    const saving = save();
    tell({ type: "leave" });
    if (!silent) goTo("");
    await saving;
    await browse();
    const tile = byId("catalogue").querySelector(`[data-id="${CSS.escape(film.id)}"]`);
    if (tile && !silent) tile.focus({ preventScroll: true });
  }

  async function compare() {
    if (!state.film || document.hidden) return;
    const { film, user } = state;
    const rows = await viewer.everywhere(user, film.id);
    if (state.film !== film) return;
    const shown = JSON.stringify(rows);
    if (byId("regions").dataset.shown === shown) return;
    byId("regions").dataset.shown = shown;
    byId("regions").replaceChildren(...rows.map(({ region, bookmark, savedIn }) => {
      const line = make("tr");
      line.append(dress(make("th", { text: region, scope: "row" }), region),
        make("td", { text: bookmark === null ? "no answer" : clock(bookmark) }),
        make("td", { text: savedIn || "–" }));
      return line;
    }));
  }

  async function lookBack() {
    if (viewer && state.away && !document.hidden) await viewer.look();
  }

  setInterval(tick, FRAME_MS);
  setInterval(() => { if (state.film && !document.hidden) save(); }, SAVE_MS);
  setInterval(compare, COMPARE_MS);
  looking = setInterval(lookBack, SAVE_MS);

  // -- hands -------------------------------------------------------------------------------------

  const press = (id, work) => byId(id).addEventListener("click", work);
  press("play", toggle);
  press("back", () => jump(-JUMP_S));
  press("on", () => jump(JUMP_S));
  press("leave", () => leave());
  press("full", fill);
  press("failback", () => viewer.failBack());
  press("another", () => {
    byId("add").dataset.asked = "yes";
    draw();
    byId("url").focus();
  });
  press("forget", () => { known.forget(); location.assign(location.pathname); });
  press("all", () => {
    const all = byId("continue").classList.toggle("all");
    byId("all").setAttribute("aria-expanded", String(all));
    say(byId("all"), all ? "Show one row" : "Show all");
    draw();
  });
  byId("search").addEventListener("input", draw);
  addEventListener("resize", drawShelves);
  byId("seek").addEventListener("input", () => move({ type: "drag", positionS: Number(byId("seek").value) }));
  byId("seek").addEventListener("change", () => move({ type: "seek", positionS: Number(byId("seek").value) }));
  byId("user").addEventListener("change", async () => {
    const user = byId("user").value;
    await leave({ silent: true });
    tell({ type: "choose", user });
    goTo("");
    await browse();
  });

  function fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.querySelector(".stage").requestFullscreen();
  }

  const KEYS = { " ": toggle, ArrowLeft: () => jump(-JUMP_S), ArrowRight: () => jump(JUMP_S),
    Escape: () => leave(), f: fill };
  addEventListener("keydown", (event) => {
    const busy = event.target.closest("input, select, textarea");
    const own = event.key === " " && event.target.closest("button, summary, a");
    if (!state.film || busy || own || event.ctrlKey || event.metaKey || event.altKey) return;
    const work = KEYS[event.key];
    if (!work) return;
    event.preventDefault();
    work();
  });

  addEventListener("storage", (event) => positions.learn(event.newValue));
  addEventListener("pagehide", () => save({ keepalive: true }));
  document.addEventListener("visibilitychange", () => {
    tickMs = performance.now();
    if (document.hidden) save({ keepalive: true });
    else lookBack();
  });
  byId("add").addEventListener("submit", (event) => {
    event.preventDefault();
    try {
      const apis = known.add(address.read(byId("url").value));
      byId("url").value = "";
      byId("add").dataset.asked = "";
      say(byId("problem"), "");
      begin(apis);
    } catch (wrong) {
      say(byId("problem"), wrong.message);
    }
  });
  begin(known.list());
})();
