// @ts-check

/**
 * @typedef {import("../history/timeline.js").Delta} Delta
 * @typedef {import("./state.js").State} State
 */

/**
 * What was counted between two states of the same store; null when they are not.
 *
 * A name that was not listed before may have been counted among the others: what it added is
 * unknown, so that it is in the total alone.
 *
 * @param {State} before
 * @param {State} after
 * @param {number} at by the server's clock
 * @returns {Delta | null}
 */
export function deltaBetween(before, after, at) {
  if (before.counts === null || after.counts === null || before.counts.epoca !== after.counts.epoca) return null;
  const { counts: old } = before;
  const { version, total, eventos } = after.counts;
  const clients = more(after.clients, (name) => before.clients.get(name));
  const types = more(Object.entries(eventos), (name) => (Object.hasOwn(old.eventos, name) ? old.eventos[name] : undefined));
  return { version, at, total: total - old.total, clients, types };
}

/** @param {Iterable<[string, number]>} now @param {(name: string) => number | undefined} before */
function more(now, before) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const [name, count] of now) {
    const old = before(name);
    if (old !== undefined && old !== count) found.set(name, count - old);
  }
  return found;
}

/** Adds a later delta to an earlier one. @param {Delta} one @param {Delta} other */
export function together(one, { version, total, clients, types }) {
  one.version = version;
  one.total += total;
  for (const [name, n] of clients) one.clients.set(name, (one.clients.get(name) ?? 0) + n);
  for (const [name, n] of types) one.types.set(name, (one.types.get(name) ?? 0) + n);
}
