// @ts-check

/** The least time between two changes of order. */
export const CALM_MS = 5_000;

/** @typedef {(a: string, b: string) => number} Compare */

/**
 * Names in an order that a reader can follow.
 *
 * The order is renewed at once when another one is asked for, else at most every few seconds and
 * never while held (pointer or focus inside); in between, names that are new join at the end and
 * those that are gone leave.
 */
export class Ranking {
  /** @type {string[]} */ #order = [];
  #renewedAt = -Infinity;
  #by = "";

  /**
   * @param {Iterable<string>} names
   * @param {{by: string, compare: Compare}} order `by` names the order
   * @param {number} now
   * @param {boolean} held
   * @returns {string[]}
   */
  order(names, { by, compare }, now, held) {
    const due = !held && now - this.#renewedAt >= CALM_MS;
    if (this.#order.length === 0 || by !== this.#by || due) {
      this.#order = [...names].sort(compare);
      this.#renewedAt = now;
      this.#by = by;
    } else {
      this.#keep(new Set(names), compare);
    }
    return this.#order;
  }

  /** @param {Set<string>} fresh @param {Compare} compare */
  #keep(fresh, compare) {
    const kept = this.#order.filter((name) => fresh.delete(name));
    if (fresh.size > 0 || kept.length < this.#order.length) this.#order = [...kept, ...[...fresh].sort(compare)];
  }
}

/** Largest first, ties by name. @param {Map<string, number>} counts @returns {Compare} */
export const byCount = (counts) => (a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1);
