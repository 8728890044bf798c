// @ts-check

/**
 * What RabbitMQ itself set aside, read as far as the heartbeat tells it: older analytics tell nothing.
 *
 * @typedef {object} SetAside
 * @property {number} total messages, since counting began
 * @property {[string, number][]} reasons largest first
 * @property {number} waiting messages that are still to be set aside
 */

/** @type {Readonly<SetAside>} */
export const NONE = Object.freeze({ total: 0, reasons: [], waiting: 0 });

/** @param {import("../link/wire.js").Beat | null} beat @returns {SetAside} */
export function setAsideOf(beat) {
  const { apartados, por_apartar: waits } = /** @type {any} */ (beat ?? {});
  const told = Object.entries(apartados?.por_motivo ?? {}).filter(([, n]) => count(n) > 0);
  return {
    total: count(apartados?.total),
    reasons: /** @type {[string, number][]} */ (told.sort(([, a], [, b]) => count(b) - count(a))),
    waiting: count(waits?.broker) + count(waits?.propios),
  };
}

/** Does the broker refuse all that is published? An alarm only holds it up, and is a state of the broker. @param {import("../link/wire.js").Beat | null} beat */
export const refusesAll = (beat) => beat?.escritura === "rechazada";

/** @param {unknown} n */
const count = (n) => (typeof n === "number" && n > 0 ? n : 0);
