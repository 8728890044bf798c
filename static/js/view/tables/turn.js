// @ts-check

/**
 * A row that is drawn once a second is drawn once for each of these.
 *
 * @typedef {object} Turn
 * @property {number} second
 * @property {boolean} held the page is paused
 * @property {import("../../words/words.js").Words} words
 */

/** Rows whose seconds begin at other moments are not all drawn in the same picture. */
const PHASES_MS = [0, 300, 600, 900, 200, 500, 800, 100, 400, 700];

/** When the seconds of the n-th row begin: that many ms before the clock's. @param {number} n */
export const phaseOf = (n) => PHASES_MS[n % PHASES_MS.length];

/** @param {Turn | null} one @param {Turn} other */
export const sameTurn = (one, other) => one !== null && one.second === other.second && one.held === other.held && one.words === other.words;
