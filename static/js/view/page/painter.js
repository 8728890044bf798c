// @ts-check

/** Ten pictures a second are as many as a reader of numbers can use. */
const APART_MS = 100;
/** On a slow machine pictures take this part of the time at the most, so that it stays responsive. */
const SHARE = 1 / 3;
const LONGEST_MS = 1_000;

/**
 * Draws when something changed: at once after quiet, then at most every 100 ms, in an animation
 * frame, and not at all while the page is hidden.
 */
export class Painter {
  #wanted = false;
  #drawnAt = -Infinity;
  /** What the last picture took, with its layout and paint. */ #cost = 0;

  /** @param {() => void} draw */
  constructor(draw) {
    this.draw = draw;
    document.addEventListener("visibilitychange", () => this.request());
  }

  request() {
    if (this.#wanted || document.hidden) return;
    this.#wanted = true;
    const apart = Math.min(LONGEST_MS, Math.max(APART_MS, this.#cost / SHARE));
    setTimeout(() => requestAnimationFrame(() => this.#paint()), this.#drawnAt + apart - performance.now());
  }

  #paint() {
    this.#wanted = false;
    if (document.hidden) return;
    const began = performance.now();
    this.#drawnAt = began;
    this.draw();
    // The browser lays out and paints before it comes to this.
    setTimeout(() => void (this.#cost = performance.now() - began));
  }
}
