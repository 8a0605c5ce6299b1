// Watch: wiring only. Which Region serves and what is saved is decided in viewer.js.
"use strict";

(() => {
  const { address, apis: known, artwork, Viewer } = Workshop;
  const SAVE_MS = 3000;
  const COMPARE_MS = 1000;
  const FRAME_MS = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 50;

  const byId = (id) => document.getElementById(id);
  let viewer = null;
  let watching = null; // {user, show, position, playing, shownSaved}

  function make(tag, text = "", className = "") {
    const node = document.createElement(tag);
    node.textContent = text;
    node.className = className;
    return node;
  }

  function clock(seconds) {
    const whole = Math.max(0, Math.round(seconds));
    const part = (value) => String(value).padStart(2, "0");
    return `${Math.floor(whole / 3600)}:${part(Math.floor(whole / 60) % 60)}:${part(whole % 60)}`;
  }

  // -- which APIs: given in the address, or saved here or in the console ---------------------------

  /** Those in the page's address go before those remembered; each once, in the order given. */
  function recall() {
    const { asked, kept } = known.recall();
    const chosen = asked.length ? asked : kept;
    return chosen.filter((api, at) => chosen.findIndex((other) => other.url === api.url) === at);
  }

  async function begin(apis) {
    byId("add").hidden = apis.length > 0;
    if (!apis.length) return;
    viewer = new Viewer(apis, told);
    badge();
    const users = await viewer.users();
    if (!users) return;
    byId("user").replaceChildren(...users.map((name) => make("option", name)));
    await browse();
  }

  // -- what the viewer of the Regions tells ---------------------------------------------------------

  function told(kind, details) {
    const notice = byId("notice");
    if (kind === "failover") {
      notice.textContent = `${details.from} does not serve (${details.why}). You go on in ${details.to}.`;
    } else if (kind === "failback") {
      notice.textContent = `You are back in ${details.to}.`;
    } else if (kind === "newer") {
      notice.textContent = `A later position, from another device, is saved in ${details.region}; it stands.`;
    } else {
      notice.textContent = "No Region answers. Your position is kept here; the next save tries again.";
    }
    badge();
  }

  function badge() {
    const region = viewer.region;
    const savedIn = watching && watching.savedIn ? `, saved in ${watching.savedIn}` : "";
    byId("badge").textContent = `Served by ${region}${savedIn}`;
    Workshop.page.dress(byId("badge"), region);
    if (viewer.serving === 0) byId("failback").hidden = true;
  }

  // -- browsing ---------------------------------------------------------------------------------------

  async function browse() {
    const user = byId("user").value;
    const shows = await viewer.shows(user);
    if (!shows || user !== byId("user").value) return;
    const begun = shows.filter((show) => show.bookmark > 0);
    byId("going").hidden = begun.length === 0;
    byId("continue").replaceChildren(...begun.map((show) => tile(user, show)));
    byId("catalogue").replaceChildren(...shows.map((show) => tile(user, show)));
    byId("empty").hidden = shows.length > 0;
  }

  function tile(user, show) {
    const button = make("button", "", "film");
    button.type = "button";
    const words = make("span", show.title, "words");
    words.append(make("small", show.bookmark ? `resume at ${clock(show.bookmark)}` : clock(show.lengthS)));
    button.append(artwork.poster(show.id + show.title), words);
    if (show.bookmark) {
      const bar = make("progress");
      bar.max = show.lengthS;
      bar.value = show.bookmark;
      bar.setAttribute("aria-label", `${Math.round(100 * show.bookmark / show.lengthS)} % watched`);
      button.append(bar);
    }
    button.addEventListener("click", () => open(user, show));
    const item = make("li");
    item.append(button);
    return item;
  }

  // -- watching ---------------------------------------------------------------------------------------

  async function open(user, show) {
    if (watching) await leave();
    const found = await viewer.resume(user, show.id) || show;
    watching = { user, show, position: found.bookmark, playing: true, savedIn: found.savedIn || "",
      tick: performance.now() };
    byId("player").hidden = false;
    byId("film").textContent = show.title;
    byId("seek").max = show.lengthS;
    byId("saved").textContent = found.behind
      ? `${viewer.region} has not got your last save yet; resumed at ${clock(found.bookmark)} all the same`
      : `resumed at ${clock(found.bookmark)}`;
    byId("player").scrollIntoView({ block: "start" });
    byId("play").focus();
    paint();
    compare();
  }

  function advance() {
    if (!watching) return;
    const now = performance.now();
    if (watching.playing) {
      watching.position = Math.min(watching.show.lengthS, watching.position + (now - watching.tick) / 1000);
    }
    watching.tick = now;
  }

  function paint() {
    if (!watching) return;
    const { show, position, playing } = watching;
    artwork.frame(byId("screen"), show.id + show.title, position);
    byId("seek").value = Math.round(position);
    byId("seek").setAttribute("aria-valuetext", clock(position));
    byId("position").textContent = `${clock(position)} of ${clock(show.lengthS)}`;
    byId("play").textContent = playing ? "Pause" : "Play";
  }

  /** Save where the film stands; what is shown as saved is what a Region has acknowledged. */
  async function save(options = {}) {
    const now = watching;
    if (!now) return;
    advance();
    const position = Math.floor(now.position);
    const region = await viewer.save(now.user, now.show.id, position, options);
    if (watching !== now) return;
    if (region) now.savedIn = region;
    byId("saved").textContent = region
      ? `saved ${clock(position)} in ${region}` : `not saved yet: ${clock(position)}`;
    badge();
  }

  function jump(seconds) {
    if (!watching) return;
    advance();
    watching.position = Math.min(watching.show.lengthS, Math.max(0, watching.position + seconds));
    paint();
  }

  async function leave() {
    const saving = save({ keepalive: true });
    const left = watching;
    await saving;
    if (watching === left) watching = null;
    byId("player").hidden = true;
    await browse();
  }

  async function compare() {
    const now = watching;
    if (!now) return;
    const rows = await viewer.everywhere(now.user, now.show.id);
    if (watching !== now) return;
    byId("regions").replaceChildren(...rows.map(({ region, bookmark, savedIn }) => {
      const line = make("tr");
      const name = make("th", region);
      name.scope = "row";
      line.append(name, make("td", bookmark === null ? "no answer" : clock(bookmark)),
        make("td", savedIn || "–"));
      return line;
    }));
  }

  async function lookBack() {
    if (!viewer || viewer.serving === 0) return;
    const back = byId("failback");
    back.hidden = !await viewer.preferredAnswers() || viewer.serving === 0;
    back.textContent = `${viewer.apis[0].region} answers again: go back to it`;
  }

  setInterval(() => { advance(); paint(); }, FRAME_MS);
  setInterval(() => { if (watching && watching.playing) save(); }, SAVE_MS);
  setInterval(compare, COMPARE_MS);
  setInterval(lookBack, SAVE_MS);

  byId("play").addEventListener("click", () => {
    if (!watching) return;
    advance();
    watching.playing = !watching.playing;
    paint();
    if (!watching.playing) save();
  });
  byId("back").addEventListener("click", () => jump(-15));
  byId("on").addEventListener("click", () => jump(15));
  byId("leave").addEventListener("click", leave);
  byId("seek").addEventListener("change", () => jump(Number(byId("seek").value) - (watching ? watching.position : 0)));
  byId("failback").addEventListener("click", () => viewer.failBack());
  byId("user").addEventListener("change", async () => {
    if (watching) await leave();
    await browse();
  });
  addEventListener("pagehide", () => save({ keepalive: true }));
  byId("another").addEventListener("click", () => { byId("add").hidden = false; });
  byId("forget").addEventListener("click", () => { known.remember([]); location.search = ""; });
  byId("add").addEventListener("submit", (event) => {
    event.preventDefault();
    try {
      const apis = viewer ? [...viewer.apis] : [];
      apis.push(address.read(byId("url").value));
      known.remember(apis);
      byId("url").value = "";
      byId("notice").textContent = "";
      begin(apis);
    } catch (wrong) {
      byId("notice").textContent = wrong.message;
    }
  });
  begin(recall());
})();
