/** A clock that only moves when told, with timers that fire on the way. */
export class FakeClock {
  time = 1_000_000;
  /** @type {Map<number, {at: number, run: () => void}>} */ timers = new Map();
  #last = 0;

  now = () => this.time;

  /** @param {() => void} run @param {number} ms */
  setTimeout = (run, ms) => {
    this.#last += 1;
    this.timers.set(this.#last, { at: this.time + ms, run });
    return this.#last;
  };

  /** @param {number} timer */
  clearTimeout = (timer) => void this.timers.delete(timer);

  /** @param {number} ms */
  advance(ms) {
    const end = this.time + ms;
    for (let due = this.#due(end); due !== undefined; due = this.#due(end)) {
      const [id, timer] = due;
      this.timers.delete(id);
      this.time = Math.max(this.time, timer.at);
      timer.run();
    }
    this.time = end;
  }

  /** @param {number} end */
  #due(end) {
    return [...this.timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
  }
}

/** A socket whose far end is the test. */
export class FakeSocket {
  closed = false;
  /** @type {any} */ onmessage = null;
  /** @type {any} */ onclose = null;

  close() {
    this.closed = true;
  }

  /** @param {string} data */
  brings(data) {
    this.onmessage({ data });
  }

  /** @param {number} code */
  ends(code) {
    this.onclose({ code });
  }
}
