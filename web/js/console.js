// The Region console: wiring only. What a result means is decided in history.js, what is kept of it
// in book.js, how a row looks in rows.js, what the local cloud is told in cloud.js.
"use strict";

(() => {
  const { address, apis: known, client, Book, Cloud, History, chart, page, rows } = Workshop;
  const { byId, make, dress, say } = page;
  const LOOK_MS = 1000;
  const SAID_MS = 6000;

  const history = new History();
  const books = new Map(); // One a bookmark: what was pressed for another stays with that one.
  const cloud = new Cloud(() => apis.find((api) => api.local), () => { showRows(); drawUnusual(); });
  let apis = [];
  let saying = 0;

  const step = () => Number(byId("step").value);
  const regions = () => [...new Set(apis.map((api) => api.region))];

  /** Whose bookmark the fields name now. */
  function bookmark() {
    const user = byId("user").value.trim() || "user100";
    const show = byId("show").value.trim() || "AshlandValley";
    const key = JSON.stringify([user, show]);
    if (!books.has(key)) books.set(key, new Book());
    return { user, show, book: books.get(key) };
  }

  // -- rows --------------------------------------------------------------------------------------

  function drawRows() {
    byId("rows").replaceChildren(...apis.map((api) => {
      const node = rows.row(api, {
        ping: () => run(() => client.ping(api)),
        read: () => run((user, show) => client.getItem(api, user, show)),
        back: () => move(api, -step()),
        on: () => move(api, step()),
        outage: () => tell(cloud.outage(api.region, !cloud.offline(api.region))),
        remove: () => forget(api),
      });
      node.dataset.region = api.region;
      return node;
    }));
    byId("none").hidden = apis.length > 0;
    byId("rows").dataset.count = apis.length;
    chart.legend(byId("legend"), regions());
    drawLinks();
    showAll();
  }

  function forget(api) {
    apis = known.remove(api);
    drawRows();
    const next = byId("rows").querySelector("button") || byId("url");
    next.focus();
  }

  function showRows() {
    const { book } = bookmark();
    for (const node of byId("rows").children) {
      const { region } = node.dataset;
      rows.show(node, book.latest.get(region), cloud.offline(region));
    }
  }

  function showAll() {
    showRows();
    drawLines();
    drawChart();
  }

  // -- results -----------------------------------------------------------------------------------

  /** Call, and file what comes of it under the bookmark that the fields named when it was pressed. */
  async function run(calling, delta = 0, polled = false) {
    const { user, show, book } = bookmark();
    const result = await calling(user, show);
    book.take(result, history.record(result, delta, user, show), { write: delta !== 0, polled });
    showAll();
  }

  const move = (api, seconds) => run((user, show) => client.add(api, user, show, seconds), seconds);

  function cell(line, region) {
    const node = make("td");
    if (region !== line.region) return node;
    if (line.mark) node.append(make("strong", { text: line.mark, className: `mark ${chart.kind(line.mark)}` }), " ");
    node.append(line.text, make("span", { className: "times" }));
    return node;
  }

  /** Put new lines before those that stand; what did not change is neither touched nor announced. */
  function drawLines() {
    const { book } = bookmark();
    const columns = regions();
    const [head, body] = [byId("history-head"), byId("history")];
    const shown = JSON.stringify([bookmark().user, bookmark().show, columns]);
    if (body.dataset.shown !== shown) {
      body.dataset.shown = shown;
      const names = make("tr");
      names.append(...columns.map((region) => dress(make("th", { text: region, scope: "col" }), region)));
      head.replaceChildren(names);
      body.replaceChildren();
    }
    const standing = new Map([...body.children].map((node) => [Number(node.dataset.number), node]));
    for (const line of [...book.lines].reverse().filter((each) => columns.includes(each.region))) {
      let node = standing.get(line.number);
      if (!node) {
        node = make("tr");
        node.dataset.number = line.number;
        node.append(...columns.map((region) => cell(line, region)));
        body.prepend(node);
      }
      standing.delete(line.number);
      say(node.querySelector(".times"), line.times > 1 ? `, ${line.times} times` : "");
    }
    for (const old of standing.values()) old.remove();
  }

  function drawChart() {
    const { book } = bookmark();
    const svg = byId("chart");
    chart.draw(svg, book.points.filter((point) => regions().includes(point.region)), performance.now());
    const words = [...book.latest].map(([region, { bookmark: at, mark }]) => (
      `${region} ${at === null ? "no value" : `${at} s`}${mark ? `, ${mark.toLowerCase()}` : ""}`)).join("; ");
    svg.setAttribute("aria-label", words ? `Bookmark by Region, last seen: ${words}` : "No reads yet");
  }

  async function watch() {
    if (byId("watch").checked && !document.hidden) {
      await Promise.all(apis.map((api) => run((user, show) => client.getItem(api, user, show), 0, true)));
    }
    drawChart();
    setTimeout(watch, byId("watch").checked ? 250 : 500);
  }

  /** Say what came of telling the cloud something; what was done is soon told by the list below. */
  async function tell(asking) {
    const { words, done } = await asking;
    say(byId("cloud-said"), words);
    clearTimeout(saying);
    if (done) saying = setTimeout(() => say(byId("cloud-said"), ""), SAID_MS);
  }

  // -- the local cloud -----------------------------------------------------------------------------

  function drawLinks() {
    const local = apis.filter((api) => api.local);
    byId("cloud").hidden = !local.length;
    const names = [...new Set(local.map((api) => api.region))];
    byId("links").hidden = names.length < 2;
    const options = (list) => list.map((region) => make("option", { text: region, value: region }));
    byId("cloud-from").replaceChildren(...options(names));
    byId("cloud-to").replaceChildren(...options([...names.slice(1), ...names.slice(0, 1)]));
  }

  function drawUnusual() {
    const found = cloud.unusual();
    const shown = JSON.stringify(found);
    if (byId("unusual").dataset.shown === shown) return;
    byId("unusual").dataset.shown = shown;
    const held = byId("unusual").contains(document.activeElement);
    byId("unusual").replaceChildren(...found.map(({ text, undo, work }) => {
      const item = make("li", { text: `${text} ` });
      const button = make("button", { text: undo, type: "button" });
      button.addEventListener("click", () => tell(work()));
      item.append(button);
      return item;
    }));
    // What undid something goes with its line: the focus goes to the next, or back to the rows.
    if (held) (byId("unusual").querySelector("button") || byId("rows").querySelector("button")).focus();
  }

  async function look() {
    if (!document.hidden) await cloud.look();
    setTimeout(look, LOOK_MS);
  }

  function wire() {
    const value = (id) => byId(id).value;
    const pause = (paused) => () => tell(cloud.pause(value("cloud-from"), value("cloud-to"), paused));
    byId("pause").addEventListener("click", pause(true));
    byId("resume").addEventListener("click", pause(false));
    byId("lag-form").addEventListener("submit", (event) => {
      event.preventDefault();
      tell(cloud.lag(value("lag").trim()));
    });
    for (const id of ["user", "show"]) byId(id).addEventListener("input", showAll);
    byId("add").addEventListener("submit", (event) => {
      event.preventDefault();
      try {
        apis = known.add(address.read(value("url")));
        say(byId("problem"), "");
        byId("url").value = "";
        drawRows();
      } catch (wrong) {
        say(byId("problem"), wrong.message);
      }
    });
  }

  // -- the projector: the same page, large; its address says so ------------------------------------

  function project(on) {
    byId("projector").checked = on;
    document.body.classList.toggle("projector", on);
    drawChart();
  }

  byId("projector").addEventListener("change", () => {
    const query = new URLSearchParams(location.search);
    if (byId("projector").checked) query.set("projector", "");
    else query.delete("projector");
    window.history.replaceState(null, "", `?${query}`);
    project(byId("projector").checked);
  });

  apis = known.list();
  wire();
  drawRows();
  project(new URLSearchParams(location.search).has("projector"));
  watch();
  look();
})();
