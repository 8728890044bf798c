// @ts-check
import { parseState } from "./wire.js";

/** Sockets lost in a row before plain requests take over. */
export const FAILURES_BEFORE_POLLING = 3;
export const POLL_MS = 5_000;
/** A panel that is away is asked for this often: the page is back within 2 s of its return. */
export const PROBE_MS = 1_000;
/** Five hundred questions a second are little work for the proxy, however many wait for the panel. */
const MS_PER_VIEWER = 2;
/** What a socket needs to open, before an answer shows as one of the fallback. */
export const SOCKET_FIRST_MS = 400;
const ANSWER_MS = 4_000;
const REACHES_MS = 2_000;
/** A browser tells of a cut a moment before requests feel it: it is asked after these, one after the other. */
export const CUT_LOOKS_MS = [0, 400, 800];

/**
 * @typedef {object} Page
 * @property {(messages: import("./wire.js").Message[]) => void} onState
 * @property {() => void} onBack the panel answers again: a socket has better chances than its last one
 * @property {() => number} viewers as many as the panel had when it was last heard
 *
 * @typedef {object} World
 * @property {(url: string, init: RequestInit) => Promise<Pick<Response, "ok" | "text">>} fetch
 * @property {(run: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random
 */

/** @type {World} */
const BROWSER = {
  fetch: (url, init) => fetch(url, init),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
  random: Math.random,
};

/** Asks the panel for its state every few seconds while no socket works, and notices its return. */
export class Fallback {
  /** Counts starts, so that an answer that comes after `stop` is told apart. */ #generation = 0;
  /** @type {any} */ #timer;
  /** The last question had no answer. */ #away = false;
  active = false;

  /**
   * @param {string} url
   * @param {Page} page
   * @param {World} [world]
   */
  constructor(url, page, world = BROWSER) {
    this.url = url;
    this.page = page;
    this.world = world;
  }

  start() {
    if (this.active) return;
    this.active = true;
    this.#away = false;
    this.#generation += 1;
    void this.#poll(this.#generation);
  }

  stop() {
    this.active = false;
    this.#generation += 1;
    this.world.clearTimeout(this.#timer);
  }

  /** Does no answer come back, not even the proxy's that there is no panel? @param {() => boolean} told does the browser still say so? */
  async unreached(told) {
    for (const ms of CUT_LOOKS_MS) {
      if (ms > 0) await new Promise((resolve) => void this.world.setTimeout(() => resolve(null), ms));
      if (!told()) return false;
      if ((await this.#fetch(REACHES_MS)) === null) return told();
    }
    return false;
  }

  /** @param {number} mine */
  async #poll(mine) {
    const state = await this.#state();
    if (mine !== this.#generation) return;
    const back = this.#away && state !== null;
    this.#away = state === null;
    if (state === null) return this.#later(this.#probePause(), () => void this.#poll(mine));
    if (!back) return this.#tell(state, mine);
    this.#later(SOCKET_FIRST_MS, () => this.#tell(state, mine));
    this.page.onBack();
  }

  /** @param {import("./wire.js").Message[]} state @param {number} mine */
  #tell(state, mine) {
    this.page.onState(state);
    this.#later(POLL_MS, () => void this.#poll(mine));
  }

  /** Drawn by lot, so that all who miss the panel do not ask together. */
  #probePause() {
    return Math.max(PROBE_MS, this.page.viewers() * MS_PER_VIEWER) * (0.5 + this.world.random());
  }

  /** @param {number} ms @param {() => void} run */
  #later(ms, run) {
    this.#timer = this.world.setTimeout(run, ms);
  }

  /** What the panel says; null when it says nothing, or what answers is not the panel. */
  async #state() {
    try {
      const answer = await this.#fetch(ANSWER_MS);
      return answer?.ok ? parseState(await answer.text()) : null;
    } catch {
      return null;
    }
  }

  /** The answer, null when there is none. @param {number} ms */
  async #fetch(ms) {
    try {
      return await this.world.fetch(this.url, { cache: "no-store", signal: AbortSignal.timeout(ms) });
    } catch {
      return null;
    }
  }
}
