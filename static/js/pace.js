// @ts-check

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

  /**
   * Takes a total that continues the one before.
   *
   * @param {number} total
   * @param {number} now
   */
  add(total, now) {
    this.tick(now, true);
    if (this.#base !== null) this.bins[this.bins.length - 1] = (this.bins.at(-1) ?? 0) + total - this.#base;
    this.#base = total;
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
  }

  /**
   * Moves on to the present second.
   *
   * @param {number} now
   * @param {boolean} known true while silence means that nothing happened
   */
  tick(now, known) {
    const second = Math.floor(now / 1000);
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
