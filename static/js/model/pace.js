// @ts-check
import { secondOf } from "../time/steady.js";

/** Seconds of history kept. */
export const SECONDS = 60;
const MEAN_OVER = 10;
const MEAN_NEEDS = 3;

/**
 * Events per second as seen from here: one bin per second, null where nothing is known.
 *
 * A snapshot after a gap moves the base line without counting as a burst.
 */
export class Pace {
  /** Oldest first; the last bin is the running second. @type {(number | null)[]} */
  bins = [];
  /** @type {number | null} */ #base = null;
  #second = 0;
  /** The last one of which all is known. */ #known = 0;

  /**
   * Takes a total that continues the one before, so that nothing happened between the two.
   *
   * @param {number} total
   * @param {number} at when it was counted; it may be told later
   */
  add(total, at) {
    this.tick(at, true);
    const i = this.#place(secondOf(at));
    for (let k = Math.max(0, this.#place(this.#known)); k <= i; k += 1) this.bins[k] ??= 0;
    if (this.#base !== null && i >= 0) this.bins[i] = (this.bins[i] ?? 0) + total - this.#base;
    this.#base = total;
    this.#known = Math.max(this.#known, secondOf(at));
  }

  /** @param {number} second */
  #place(second) {
    return this.bins.length - 1 - (this.#second - second);
  }

  /**
   * Takes a total after a gap of unknown course.
   *
   * @param {number} total
   * @param {number} now
   */
  rebase(total, now) {
    this.tick(now, false);
    this.#base = total;
    this.#known = secondOf(now) + 1;
  }

  /**
   * Moves on to the present second.
   *
   * @param {number} now
   * @param {boolean} known true while silence means that nothing happened
   */
  tick(now, known) {
    const second = secondOf(now);
    const passed = this.bins.length === 0 ? 1 : Math.min(second - this.#second, SECONDS);
    for (let i = 0; i < passed; i += 1) this.bins.push(known ? 0 : null);
    if (passed > 0) this.#second = second;
    this.bins.splice(0, this.bins.length - SECONDS);
  }

  /** Mean of the last ten complete seconds; null when too few of them are known. */
  mean() {
    const known = this.bins.slice(-MEAN_OVER - 1, -1).filter((bin) => bin !== null);
    if (known.length < MEAN_NEEDS) return null;
    return known.reduce((sum, bin) => sum + bin, 0) / known.length;
  }
}
