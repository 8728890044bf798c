// @ts-check

/**
 * The chart library: vendor/uPlot.iife.min.js is a plain script that sets a global.
 *
 * @type {any}
 */
export const uPlot = /** @type {any} */ (globalThis).uPlot;
