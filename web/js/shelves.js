// The shelves of films: which tiles stand on them is the player's matter; here they are drawn.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.shelves = (() => {
  const { make, clock } = Workshop.page;
  const { artwork, player } = Workshop;

  /** The picture of where the viewer stopped; the words stand beside it. */
  function picture(show) {
    const canvas = make("canvas", { width: 480, height: 270, "aria-hidden": "true" });
    artwork.frame(canvas, show.id + show.title, player.finished(show) ? 0 : show.bookmark);
    return canvas;
  }

  function words(show) {
    if (player.finished(show)) return "watch again";
    return show.bookmark ? `resume at ${clock(show.bookmark)}` : clock(show.lengthS);
  }

  function tile(show, open) {
    const button = make("button", { className: "film", type: "button" });
    button.dataset.id = show.id;
    const text = make("span", { text: show.title, className: "words" });
    text.append(make("small", { text: words(show) }));
    button.append(picture(show), text);
    if (show.bookmark && !player.finished(show)) {
      const share = `${Math.round(100 * show.bookmark / show.lengthS)} % watched`;
      text.before(make("progress", { max: show.lengthS, value: show.bookmark, "aria-label": share }));
    }
    button.addEventListener("click", () => open(show));
    const item = make("li");
    item.append(button);
    return item;
  }

  /** Put shows on a shelf; nothing is touched where they are the same, and the focus stays. */
  function fill(shelf, shows, open) {
    const same = JSON.stringify(shows.map(({ id, title, lengthS, bookmark }) => [id, title, lengthS, bookmark]));
    if (shelf.dataset.shown === same) return;
    shelf.dataset.shown = same;
    const focused = shelf.contains(document.activeElement) ? document.activeElement.dataset.id : "";
    shelf.replaceChildren(...shows.map((show) => tile(show, open)));
    const again = focused && [...shelf.querySelectorAll("button")].find((node) => node.dataset.id === focused);
    if (again) again.focus();
  }

  return { fill };
})();
