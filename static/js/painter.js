// @ts-check

/** Ten pictures a second are as many as a reader of numbers can use. */
const APART_MS = 100;

/**
 * Draws when something changed: at once after quiet, then at most every 100 ms, in an animation
 * frame, and not at all while the page is hidden.
 */
export class Painter {
  #wanted = false;
  #drawnAt = -Infinity;

  /** @param {() => void} draw */
  constructor(draw) {
    this.draw = draw;
    document.addEventListener("visibilitychange", () => this.request());
  }

  request() {
    if (this.#wanted || document.hidden) return;
    this.#wanted = true;
    setTimeout(() => requestAnimationFrame(() => this.#paint()), this.#drawnAt + APART_MS - performance.now());
  }

  #paint() {
    this.#wanted = false;
    this.#drawnAt = performance.now();
    this.draw();
  }
}
