// @ts-check
import { parseAlerts } from "./alerts.js";

/**
 * @typedef {import("./alerts.js").Alerts} Alerts
 *
 * @typedef {object} World
 * @property {(url: string, init: RequestInit) => Promise<Pick<Response, "ok" | "status" | "json">>} fetch
 * @property {(run: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random
 * @property {() => boolean} hidden
 */

/** @type {World} */
const BROWSER = {
  fetch: (url, init) => fetch(url, init),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
  random: Math.random,
  hidden: () => document.hidden,
};

const APART_MS = 5_000;
/** Fifty answers a second are little work for the panel, however many watch. */
const MS_PER_VIEWER = 20;
/** Nobody looks, but somebody may want to be told. */
const HIDDEN_MS = 20_000;
/** There is no alert service: it may be added. */
const NONE_MS = 300_000;
const ANSWER_MS = 6_000;
const MOST_RETRY_MS = 60_000;

/** Keeps at hand what fires: asks again and again, more rarely while nobody looks or nobody answers. */
export class AlertFeed {
  /** What was told last. @type {Alerts | null} */ alerts = null;
  /** The last attempt failed. */ away = false;
  #failures = 0;
  /** @type {any} */ #timer;

  /** @param {string} url of `/panel/avisos` @param {{onNews: (before: Alerts | null) => void, viewers: () => number}} page @param {World} [world] */
  constructor(url, page, world = BROWSER) {
    this.url = url;
    this.page = page;
    this.world = world;
  }

  /** Asks now, and from now on. */
  async ask() {
    this.world.clearTimeout(this.#timer);
    const before = this.alerts;
    const wait = await this.#read();
    this.#timer = this.world.setTimeout(() => void this.ask(), wait * (0.8 + 0.4 * this.world.random()));
    this.page.onNews(before);
  }

  /** Returns when to ask again. */
  async #read() {
    try {
      const answer = await this.world.fetch(this.url, { signal: AbortSignal.timeout(ANSWER_MS) });
      if (answer.status === 204) {
        this.alerts = null;
        this.away = false;
        return NONE_MS;
      }
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      this.alerts = parseAlerts(await answer.json());
      this.away = false;
      this.#failures = 0;
      return Math.max(this.world.hidden() ? HIDDEN_MS : APART_MS, this.page.viewers() * MS_PER_VIEWER);
    } catch {
      this.away = true;
      this.#failures += 1;
      return Math.min(MOST_RETRY_MS, APART_MS * 2 ** Math.min(this.#failures, 8));
    }
  }
}
