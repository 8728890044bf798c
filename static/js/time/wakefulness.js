// @ts-check

/** A page that runs looks four times a second, and still once a second in a hidden tab. */
const FROZEN_MS = 2_500;
/** So much does nobody correct a clock by, without a reason that a new socket would not serve as well. */
const SLEPT_MS = 5_000;

/** Notices that the page did not run for a while: its tab was frozen, or the machine slept. */
export class Wakefulness {
  #seenAt = NaN;
  #wall = NaN;
  /** When it last ran again. */ wokeAt = -Infinity;

  /**
   * Call a few times a second, and before anything that waited is taken in.
   *
   * @param {number} now by the steady clock, which stands still while the machine sleeps
   * @param {number} wall by the clock that people see, which may be set
   * @returns {boolean} did time pass that the steady clock did not count?
   */
  look(now, wall) {
    const passed = now - this.#seenAt;
    const slept = wall - this.#wall - passed > SLEPT_MS;
    if (slept || passed > FROZEN_MS) this.wokeAt = now;
    this.#seenAt = now;
    this.#wall = wall;
    return slept;
  }
}
