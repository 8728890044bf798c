// @ts-check

const SLOTS = 24;
/** What comes together, as all that waited for a frozen tab does, counts as one. */
const TOGETHER_MS = 4_000;
/** Two in a row that are late by so much, and by the same, are not late: the clock was set back. */
const STEP_MS = 2_000;
const SAME_MS = 500;

/** Another machine's clock, as far as the times that it sends tell: each is a little late, the least late one is right. */
export class ServerClock {
  /** @type {{since: number, ahead: number}[]} */ #slots = [];
  #heard = 0;

  /** @param {string | undefined} told the time there when it was sent @param {number} now */
  heard(told, now) {
    const ahead = Date.parse(told ?? "") - now;
    if (Number.isNaN(ahead)) return;
    this.#heard += 1;
    const last = this.#slots.at(-1);
    if (last !== undefined && now - last.since < TOGETHER_MS) last.ahead = Math.max(last.ahead, ahead);
    else this.#slots = [...this.#slots, { since: now, ahead }].slice(-SLOTS);
    if (this.#setBack()) this.#slots = this.#slots.slice(-2);
  }

  /** Is one of them likely to be little late? The first comes while the page is busy with its start. */
  get settled() {
    return this.#heard > 1;
  }

  /** @param {number} now by this browser's clock */
  at(now) {
    return now + this.#ahead;
  }

  /** When that was by this browser's clock. @param {string} told */
  when(told) {
    return Date.parse(told) - this.#ahead;
  }

  get #ahead() {
    return this.#slots.length === 0 ? 0 : Math.max(...this.#slots.map(({ ahead }) => ahead));
  }

  #setBack() {
    const [one, other] = this.#slots.slice(-2).map(({ ahead }) => ahead);
    return other !== undefined && Math.abs(one - other) < SAME_MS && Math.max(one, other) < this.#ahead - STEP_MS;
  }
}
