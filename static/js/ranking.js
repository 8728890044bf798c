// @ts-check

/** The least time between two changes of order. */
export const CALM_MS = 4_000;

/**
 * Names by count, largest first, in an order that a reader can follow.
 *
 * The order is renewed at most every few seconds and never while held (pointer or focus inside);
 * in between, names that are new join at the end and those that are gone leave.
 */
export class Ranking {
  /** @type {string[]} */ #order = [];
  #renewedAt = -Infinity;

  /**
   * @param {Map<string, number>} counts
   * @param {number} now
   * @param {boolean} held
   * @returns {string[]}
   */
  order(counts, now, held) {
    if (this.#order.length === 0 || (!held && now - this.#renewedAt >= CALM_MS)) this.#renew(counts, now);
    else this.#keep(counts);
    return this.#order;
  }

  /** @param {Map<string, number>} counts @param {number} now */
  #renew(counts, now) {
    this.#order = ranked(counts);
    this.#renewedAt = now;
  }

  /** @param {Map<string, number>} counts */
  #keep(counts) {
    const fresh = new Map(counts);
    const kept = this.#order.filter((name) => fresh.delete(name));
    if (fresh.size > 0 || kept.length < this.#order.length) this.#order = [...kept, ...ranked(fresh)];
  }
}

/** @param {Map<string, number>} counts */
function ranked(counts) {
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name]) => name);
}
