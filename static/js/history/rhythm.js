// @ts-check

/** Fewer active steps than this are no rhythm. */
const NEEDS = 5;
/** A pause this many times the usual one is no chance: for random arrivals e⁻¹⁰. */
const TIMES = 10;
const LEAST_MS = 60_000;

/**
 * Since when a client is silent against its own rhythm; null while it is not, or has none.
 *
 * Its rhythm is the mean time between active steps of its history.
 *
 * @param {number[]} points events by step, oldest first
 * @param {number} step in ms
 * @param {number} to when the last step ends
 */
export function silentSince(points, step, to) {
  const active = points.flatMap((n, k) => (n > 0 ? [k] : []));
  if (active.length < NEEDS) return null;
  const [first, last] = [active[0], /** @type {number} */ (active.at(-1))];
  const usual = ((last - first) * step) / (active.length - 1);
  const since = to - (points.length - 1 - last) * step;
  return to - since > Math.max(LEAST_MS, TIMES * usual) ? since : null;
}
