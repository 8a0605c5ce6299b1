// A Region's row in the console: its bookmark in large, its buttons, what it said last.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.rows = (() => {
  const { make, dress, look, say } = Workshop.page;
  const HOLD_MS = 400;
  const REPEAT_MS = 250;

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

  /** Make the row of an API; `hands` are {ping, read, back, on, outage, remove}. */
  function row(api, hands) {
    const { region } = api;
    const node = dress(make("section", { className: "row", "aria-label": region }), region);
    const [head, title] = [make("div", { className: "head" }), make("h2", { text: region })];
    const where = make("span", { text: [look(region).city, api.local ? "local cloud" : "AWS"]
      .filter(Boolean).join(", "), className: "where" });
    where.title = api.url;
    title.append(" ", where);
    head.append(title, button("remove", hands.remove, `Forget ${region}`, "quiet"));
    const [shown, buttons] = [make("div", { className: "shown" }), make("div", { className: "buttons" })];
    shown.append(make("span", { className: "number" }), make("strong", { className: "chip mark" }));
    buttons.append(
      button("ping", hands.ping),
      button("get-item", hands.read),
      repeating(button("<<", hands.back, "Back by the step; hold to repeat")),
      repeating(button(">>", hands.on, "On by the step; hold to repeat")),
    );
    if (api.local) buttons.append(button("take offline", hands.outage, "", "outage"));
    node.append(head, shown, buttons, make("p", { className: "answer" }));
    return node;
  }

  /** Show what a Region said last, and whether it is dark: told so, or silent. */
  function show(node, latest, offline) {
    const { mark = "", text = "", bookmark = null, silent = false } = latest || {};
    const part = (name) => node.querySelector(`.${name}`);
    say(part("number"), bookmark === null ? "–" : `${bookmark} s`);
    part("number").classList.toggle("old", Boolean(offline || silent));
    const words = offline ? "OFFLINE" : mark;
    say(part("chip"), words);
    part("chip").className = `chip mark ${Workshop.chart.kind(words)}`;
    say(part("answer"), mark ? `${mark}: ${text}` : text);
    part("answer").classList.toggle("bad", mark !== "");
    node.classList.toggle("dark", Boolean(offline || silent));
    const outage = part("outage");
    if (outage) say(outage, offline ? "bring back" : "take offline");
  }

  return { row, show };
})();
