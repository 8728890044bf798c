// @ts-check
import { BROWSER } from "./feed.js";

/**
 * @template T
 * @typedef {object} Wanted
 * @property {string} query
 * @property {string} about the same while an answer serves until the next one is there
 * @property {(text: string) => T} parse throws for what is no answer
 * @property {number} serves how long an answer does, in ms
 */

const ANSWER_MS = 6_000;
const SOON_MS = 2_000;
const LONGEST_MS = 60_000;

/**
 * Keeps one answer at hand that nothing goes on by itself: asks when something else is wanted, or the last one is old.
 *
 * @template T
 */
export class Kept {
  /** @type {T | null} */ value = null;
  /** The last attempt failed, or was refused. */ failed = false;
  /** @type {Wanted<T> | null} */ #wanted = null;
  /** @type {any} */ #timer;
  #generation = 0;
  #failures = 0;

  /** @param {string} url @param {() => void} onNews @param {import("./feed.js").World} [world] */
  constructor(url, onNews, world = BROWSER) {
    this.url = url;
    this.onNews = onNews;
    this.world = world;
  }

  /** @param {Wanted<T> | null} wanted null: nothing */
  ask(wanted) {
    const before = this.#wanted;
    this.#wanted = wanted;
    if (wanted?.query === before?.query) return;
    if (wanted?.about !== before?.about) [this.value, this.failed] = [null, false];
    this.#generation += 1;
    this.#failures = 0;
    this.#again(0);
  }

  /** @param {number} ms */
  #again(ms) {
    this.world.clearTimeout(this.#timer);
    if (this.#wanted !== null && ms < Infinity) this.#timer = this.world.setTimeout(() => void this.#fetch(), ms);
  }

  async #fetch() {
    const wanted = this.#wanted;
    if (wanted === null) return undefined;
    if (this.world.hidden()) return this.#again(SOON_MS);
    this.#generation += 1;
    const mine = this.#generation;
    const value = await this.#read(wanted);
    if (mine !== this.#generation) return undefined;
    this.failed = value === null;
    if (value !== null) this.value = value;
    this.#failures = this.failed ? this.#failures + 1 : 0;
    const pause = this.failed ? Math.min(LONGEST_MS, SOON_MS * 2 ** this.#failures) : wanted.serves;
    this.#again(pause * (0.75 + this.world.random() / 2));
    return this.onNews();
  }

  /** @param {Wanted<T>} wanted */
  async #read({ query, parse }) {
    try {
      const answer = await this.world.fetch(`${this.url}?${query}`, { signal: AbortSignal.timeout(ANSWER_MS) });
      return answer.ok ? parse(await answer.text()) : null;
    } catch {
      return null; // away, or no such answer: what is drawn beside the chart is missing
    }
  }
}
