// The Region console: wiring only. What a result means is decided in history.js.
"use strict";

(() => {
  const { address, apis: known, client, History, chart, page } = Workshop;
  const { byId, make, dress } = page;
  const HOLD_MS = 400;
  const REPEAT_MS = 250;
  const LINES = 60;

  const history = new History();
  const entries = [];
  const points = [];
  let apis = [];

  // -- rows --------------------------------------------------------------------------------------

  function drawRows() {
    byId("rows").replaceChildren(...apis.map(row));
    byId("none").hidden = apis.length > 0;
    drawEntries();
    drawCloud();
  }

  function row(api) {
    const node = dress(make("section", { className: "row", "aria-label": api.region }), api.region);
    const head = make("h3", { text: api.region });
    const where = make("span", { text: api.local ? "local cloud" : "AWS", className: "where" });
    where.title = api.url;
    head.append(" ", where);
    const buttons = make("div", { className: "buttons" });
    buttons.append(
      button("ping", () => run(api, client.ping(api))),
      button("get-item", () => run(api, client.getItem(api, user(), show()))),
      repeating(button("<<", () => move(api, -step()), "Back by the step; hold to repeat")),
      repeating(button(">>", () => move(api, step()), "On by the step; hold to repeat")),
      button("remove", () => {
        apis = known.remove(api);
        drawRows();
      }, `Forget ${api.region}`, "quiet"),
    );
    const answer = make("p", { className: "answer" });
    answer.dataset.url = api.url;
    node.append(head, buttons, answer);
    return node;
  }

  function button(text, work, label = "", className = "") {
    const node = make("button", { text, type: "button", className });
    if (label) node.title = label;
    node.addEventListener("click", work);
    return node;
  }

  /** Holding a button presses it again and again, until it is let go. */
  function repeating(node) {
    let timer = 0;
    const stop = () => clearTimeout(timer);
    node.addEventListener("pointerdown", () => {
      const again = () => {
        node.click();
        timer = setTimeout(again, REPEAT_MS);
      };
      timer = setTimeout(again, HOLD_MS);
    });
    for (const end of ["pointerup", "pointerleave", "pointercancel", "blur"]) {
      node.addEventListener(end, stop);
    }
    return node;
  }

  const step = () => Number(byId("step").value);
  const user = () => byId("user").value.trim() || "user100";
  const show = () => byId("show").value.trim() || "AshlandValley";

  function move(api, seconds) {
    return run(api, client.add(api, user(), show(), seconds), seconds);
  }

  // -- results -----------------------------------------------------------------------------------

  async function run(api, calling, delta = 0) {
    const result = await calling;
    const entry = history.record(result, delta, user(), show());
    entries.unshift(entry);
    entries.length = Math.min(entries.length, LINES);
    if (result.outcome === "ok" && result.bookmark !== null) {
      points.push({ region: api.region, atMs: result.startedMs + result.rttMs,
        bookmark: result.bookmark, write: delta !== 0 });
    }
    for (const node of document.querySelectorAll(".answer")) {
      if (node.dataset.url === api.url) {
        node.textContent = entry.mark ? `${entry.mark}: ${entry.text}` : entry.text;
        node.classList.toggle("bad", entry.mark !== "");
      }
    }
    drawEntries();
    return result;
  }

  function drawEntries() {
    const regions = [...new Set(apis.map((api) => api.region))];
    const head = make("tr");
    head.append(...regions.map((region) => dress(make("th", { text: region, scope: "col" }),
      region)));
    byId("history-head").replaceChildren(head);
    byId("history").replaceChildren(...entries.map((entry) => {
      const line = make("tr");
      line.append(...regions.map((region) => {
        const cell = make("td");
        if (region !== entry.region) return cell;
        if (entry.mark) {
          const kind = entry.mark.toLowerCase().replaceAll(" ", "-");
          cell.append(make("strong", { text: entry.mark, className: `mark ${kind}` }), " ");
        }
        cell.append(entry.text);
        return cell;
      }));
      return line;
    }));
  }

  function drawChart() {
    const svg = byId("chart");
    chart.draw(svg, points, performance.now());
    while (points.length > 2000) points.shift();
    const latest = Object.entries(Object.fromEntries(points.map((p) => [p.region, p.bookmark])));
    const words = latest.map(([region, bookmark]) => `${region} ${bookmark} s`).join(", ");
    svg.setAttribute("aria-label", words ? `Bookmark by Region, last seen: ${words}` : "No reads yet");
  }

  async function watch() {
    if (byId("watch").checked && !document.hidden) {
      await Promise.all(apis.map(async (api) => {
        const result = await client.getItem(api, user(), show());
        if (result.outcome === "ok" && result.bookmark !== null) {
          points.push({ region: api.region, atMs: result.startedMs + result.rttMs,
            bookmark: result.bookmark, write: false });
        }
      }));
    }
    drawChart();
    setTimeout(watch, byId("watch").checked ? 250 : 500);
  }

  // -- the local cloud -----------------------------------------------------------------------------

  function drawCloud() {
    const local = apis.find((api) => api.local);
    byId("cloud").hidden = !local;
    if (!local) return;
    const regions = [...new Set(apis.filter((api) => api.local).map((api) => api.region))];
    const options = regions.map((region) => make("option", { text: region, value: region }));
    for (const id of ["cloud-region", "cloud-from"]) {
      byId(id).replaceChildren(...options.map((option) => option.cloneNode(true)));
    }
    byId("cloud-to").replaceChildren(...options.reverse().map((option) => option.cloneNode(true)));
  }

  /** What the cloud says it has done, as a sentence. */
  function inWords({ region, from, to, state, lag }) {
    if (region) return `${region} is ${state}.`;
    return from ? `Replication ${from} -> ${to} is ${state}.` : `The lag is ${lag}.`;
  }

  async function tell(route, payload, command) {
    const local = apis.find((api) => api.local);
    const said = byId("cloud-said");
    try {
      // A page of the local cloud itself may do this; another page is refused, and says how else.
      const response = await Workshop.steering.ask(route, payload, local.cloud);
      const body = await response.json();
      if (response.status === 403) throw new Error("a page from elsewhere");
      said.textContent = response.ok ? inWords(body) : String(body.message);
    } catch {
      said.textContent = `This page may not steer the local cloud. In a terminal: ${command}`;
    }
  }

  function wireCloud() {
    const value = (id) => byId(id).value;
    const region = (state) => () => tell(`regions/${value("cloud-region")}`, { state },
      `workshop outage ${value("cloud-region")} ${state === "offline" ? "on" : "off"}`);
    const link = (state) => () => tell(`links/${value("cloud-from")}/${value("cloud-to")}`, { state },
      `workshop pause ${value("cloud-from")} ${value("cloud-to")} ${state === "paused" ? "on" : "off"}`);
    byId("offline").addEventListener("click", region("offline"));
    byId("online").addEventListener("click", region("online"));
    byId("pause").addEventListener("click", link("paused"));
    byId("resume").addEventListener("click", link("running"));
    byId("lag-form").addEventListener("submit", (event) => {
      event.preventDefault();
      tell("lag", { lag: value("lag") }, `workshop lag ${value("lag")}`);
    });
  }

  byId("add").addEventListener("submit", (event) => {
    event.preventDefault();
    const problem = byId("problem");
    try {
      apis = known.add(address.read(byId("url").value));
      problem.textContent = "";
      byId("url").value = "";
      drawRows();
    } catch (wrong) {
      problem.textContent = wrong.message;
    }
  });
  apis = known.list();
  drawRows();
  wireCloud();
  watch();
})();
