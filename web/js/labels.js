// Where words stand in a picture so that neither lines nor other words cross them. No DOM in here.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.Labels = class {
  /** `frame` is {width, height} of the picture, `points` lie densely on its lines. */
  constructor(frame, points) {
    this.frame = frame;
    this.points = [...points];
  }

  /**
   * The first of `places` {x, y, anchor} where words of this size are clear enough, else the one where
   * they are clearest, {x, y, anchor, clear}: `clear` says whether anything crosses them there. Later
   * words keep clear of them.
   */
  place(places, size) {
    const judged = places.map((place) => {
      const box = Workshop.Labels.box(place, size);
      return { place, box, clear: this.clearance(box) };
    });
    const found = judged.find(({ clear }) => clear >= Workshop.Labels.ENOUGH)
      || judged.reduce((best, other) => (other.clear > best.clear ? other : best));
    this.points.push(...Workshop.Labels.within(found.box));
    return { ...found.place, clear: found.clear >= Workshop.Labels.LEAST };
  }

  static box({ x, y, anchor }, { width, height }) {
    const left = x - width * { start: 0, middle: 0.5, end: 1 }[anchor];
    return { left, right: left + width, top: y - 0.8 * height, bottom: y + 0.25 * height };
  }

  /** How far a box is from the nearest point; negative where it leaves the picture. */
  clearance({ left, right, top, bottom }) {
    const { width, height } = this.frame;
    if (left < 0 || top < 0 || right > width || bottom > height) return -1;
    const beyond = (low, high, at) => Math.max(low - at, 0, at - high);
    return this.points.reduce((least, { x, y }) => (
      Math.min(least, Math.hypot(beyond(left, right, x), beyond(top, bottom, y)))), Infinity);
  }

  static within({ left, right, top, bottom }) {
    return [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [top, (top + bottom) / 2, bottom].map((y) => (
      { x: left + share * (right - left), y })));
  }
};
Workshop.Labels.ENOUGH = 5;
Workshop.Labels.LEAST = 2;
