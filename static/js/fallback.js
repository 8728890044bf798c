// @ts-check

/** Sockets lost in a row before plain requests take over. */
export const FAILURES_BEFORE_POLLING = 3;
export const POLL_MS = 5_000;
const ANSWER_MS = 4_000;

/**
 * @typedef {object} World
 * @property {(url: string, init: RequestInit) => Promise<Pick<Response, "ok" | "text">>} fetch
 * @property {(run: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 */

/** @type {World} */
const BROWSER = {
  fetch: (url, init) => fetch(url, init),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
};

/** Asks the panel for its state every few seconds while no socket works. */
export class Fallback {
  /** Counts starts, so that an answer that comes after `stop` is told apart. */ #generation = 0;
  /** @type {any} */ #timer;
  active = false;

  /**
   * @param {string} url
   * @param {(text: string) => void} onText
   * @param {World} [world]
   */
  constructor(url, onText, world = BROWSER) {
    this.url = url;
    this.onText = onText;
    this.world = world;
  }

  start() {
    if (this.active) return;
    this.active = true;
    this.#generation += 1;
    void this.#poll(this.#generation);
  }

  stop() {
    this.active = false;
    this.#generation += 1;
    this.world.clearTimeout(this.#timer);
  }

  /** @param {number} mine */
  async #poll(mine) {
    const text = await this.#ask();
    if (mine !== this.#generation) return;
    if (text !== null) this.onText(text);
    this.#timer = this.world.setTimeout(() => void this.#poll(mine), POLL_MS);
  }

  /** The answer's text; null when there is none (the panel is away too, and the badge says so). */
  async #ask() {
    try {
      const answer = await this.world.fetch(this.url, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
      return answer.ok ? await answer.text() : null;
    } catch {
      return null;
    }
  }
}
