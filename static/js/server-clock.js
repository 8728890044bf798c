// @ts-check

const SAMPLES = 24;

/** The panel's clock, as far as its heartbeats tell: each is a little late, the least late one is right. */
export class ServerClock {
  /** @type {number[]} */ #ahead = [];

  /** @param {string | undefined} told the panel's time in a heartbeat @param {number} now */
  heard(told, now) {
    const time = Date.parse(told ?? "");
    if (Number.isNaN(time)) return;
    this.#ahead = [...this.#ahead, time - now].slice(-SAMPLES);
  }

  /** Is one of them likely to be little late? The first comes while the page is busy with its start. */
  get settled() {
    return this.#ahead.length > 1;
  }

  /** @param {number} now by this browser's clock */
  at(now) {
    return this.#ahead.length === 0 ? now : now + Math.max(...this.#ahead);
  }
}
