// The player as a state machine: `next(state, event)` is the state that follows, `view(state)` the
// words it is shown with. Nothing in here knows a page, a clock or a network.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.player = (() => {
  const START = {
    phase: "loading", // setup, loading, browsing, playing, paused or ended.
    first: "", // The preferred Region.
    serving: "", // The Region that answered last; "" if none did.
    // {from, to, why}: another Region than the preferred one serves. `why` is what was last seen of
    // `from`: its failure, "" where it answers again, null where nobody has looked yet.
    away: null,
    dark: null, // {why, tries}: no Region answers.
    user: "", users: [], shows: null,
    film: null, positionS: 0, draggedS: null, note: "",
    kept: null, // {bookmark, at, region}: the position last told of; region "" while no Region has it.
  };
  const ENDS_S = 1; // A film within a second of its end is finished.
  const LONGEST_TICK_S = 3; // More than that between two ticks was a frozen page: nobody watched.

  // What leads from where to where; an event that is not listed for a phase changes nothing.
  const PHASES = {
    setup: { begin: "loading" },
    loading: { begin: "loading", shows: "browsing", open: "playing" },
    browsing: { begin: "loading", shows: "browsing", open: "playing" },
    playing: { begin: "loading", shows: "playing", open: "playing", pause: "paused", leave: "browsing",
      seek: "playing", drag: "playing", tick: "playing" },
    paused: { begin: "loading", shows: "paused", open: "playing", play: "playing", leave: "browsing",
      seek: "paused", drag: "paused" },
    ended: { begin: "loading", shows: "ended", open: "playing", play: "playing", leave: "browsing",
      seek: "paused", drag: "ended" },
  };

  // What each event changes beside the phase.
  const CHANGES = {
    begin: (state, { apis }) => ({ ...START, phase: apis.length ? "loading" : "setup",
      first: apis[0] || "", user: state.user }),
    users: (state, { users, user }) => ({ users, user }),
    choose: (state, { user }) => ({ user, shows: null }),
    shows: (state, { shows }) => ({ shows }),
    served: (state, { region }) => ({ serving: region, dark: null,
      away: region === state.first ? null
        : { from: state.first, why: null, ...state.away, to: region } }),
    failover: (state, { from, to, why }) => ({ serving: to, note: state.film ? state.note : "",
      away: { from, to, why } }),
    looked: (state, { why }) => (state.away ? { away: { ...state.away, from: state.first, why } } : {}),
    failback: (state, { to }) => ({ serving: to, away: null, note: `You are back in ${to}.` }),
    dark: (state, { why }) => ({ serving: "", away: null, note: state.film ? state.note : "",
      dark: { why, tries: (state.dark ? state.dark.tries : 0) + 1 } }),
    open: (state, { film, positionS, note }) => ({ film, note, draggedS: null, kept: null,
      positionS: positionS >= film.lengthS - ENDS_S ? 0 : positionS }),
    leave: () => ({ film: null, draggedS: null, note: "", kept: null }),
    drag: (state, { positionS }) => ({ draggedS: positionS }),
    seek: (state, { positionS }) => ({ draggedS: null, note: "",
      positionS: Math.min(state.film.lengthS, Math.max(0, positionS)) }),
    tick: (state, { elapsedS }) => ({
      positionS: elapsedS > LONGEST_TICK_S || state.draggedS !== null ? state.positionS
        : Math.min(state.film.lengthS, state.positionS + elapsedS) }),
    play: (state) => (state.phase === "ended" ? { positionS: 0, note: "" } : { note: "" }),
    pause: () => ({}),
    kept: (state, { bookmark, at, region }) => (state.kept && state.kept.at > at ? {}
      : { kept: { bookmark, at, region }, note: region ? "" : state.note }),
    tell: (state, { note, positionS }) => ({ note, positionS: positionS ?? state.positionS }),
  };
  const ANYWHERE = ["users", "choose", "served", "failover", "failback", "looked", "dark", "kept", "tell"];

  /** The state that follows on an event, {type, ...}. */
  function next(state, event) {
    const phase = ANYWHERE.includes(event.type) ? state.phase : PHASES[state.phase][event.type];
    if (!phase) return state;
    const after = { ...state, phase, ...CHANGES[event.type](state, event) };
    const over = after.film && after.positionS >= after.film.lengthS;
    return over && ["playing", "paused"].includes(after.phase) ? { ...after, phase: "ended" } : after;
  }

  const finished = (show) => show.bookmark >= show.lengthS - ENDS_S;
  /** Shows that were begun and not finished, the one watched last first. */
  const begun = (shows) => (shows || []).filter((show) => show.bookmark > 0 && !finished(show))
    .sort((a, b) => b.at - a.at);

  /** What was seen last of a Region that another serves for: it failed, or it answers again. */
  function seenOf({ from, why }) {
    if (why === null) return "";
    return why ? `${from} does not serve (${why}). ` : `${from} answers again. `;
  }

  function notice({ dark, away, film, note }) {
    if (dark) {
      return `No Region answers (${dark.why}). ${film ? "Your position is kept here. " : ""}`
        + "This page keeps trying.";
    }
    if (away) return `${seenOf(away)}You go on in ${away.to}.`;
    return film ? "" : note;
  }

  function badge({ phase, dark, serving, first, film, kept }) {
    if (phase === "setup") return "No Region yet";
    if (dark) return "No Region serves";
    if (!serving) return `Asking ${first} …`;
    return `Served by ${serving}${film && kept && kept.region ? `, saved in ${kept.region}` : ""}`;
  }

  function saved({ film, note, kept, phase }, clock) {
    if (!film) return "";
    const words = kept && (kept.region ? `saved ${clock(kept.bookmark)} in ${kept.region}`
      : `not saved yet: ${clock(kept.bookmark)}, kept here`);
    return [phase === "ended" ? "finished" : "", words, note].filter(Boolean).join(" · ");
  }

  /** What is seen of a state: words for the badge, the notice, the lists and the player. */
  function view(state, clock) {
    const { phase, dark, shows, user, film } = state;
    const loading = !shows && phase !== "setup";
    return {
      badge: badge(state), notice: notice(state), saved: saved(state, clock), serving: state.serving,
      failback: state.away && state.away.why === "" ? `go back to ${state.first}` : "",
      busy: loading && !dark,
      list: loading ? (dark ? "The films could not be loaded." : "Loading the films …")
        : shows && !shows.length ? `${user || "This viewer"} has no films yet.` : "",
      button: phase === "ended" ? "Watch again" : phase === "playing" ? "Pause" : "Play",
      atS: film ? state.draggedS ?? state.positionS : 0,
    };
  }

  /** How long to wait before all is tried once more: 1 s, then twice as long each time, to 15 s. */
  const retryMs = (tries) => Math.min(15000, 1000 * 2 ** (tries - 1));

  return { START, PHASES, next, view, begun, finished, retryMs };
})();
