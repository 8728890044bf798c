// @ts-check
import { setAsideOf } from "./set-aside.js";

/**
 * @typedef {import("../link/wire.js").Beat} Beat
 * @typedef {import("../link/wire.js").Change} Change
 * @typedef {import("../link/wire.js").Counts} Counts
 * @typedef {import("../link/wire.js").Message} Message
 * @typedef {import("../link/wire.js").Snapshot} Snapshot
 *
 * What a panel has told on this socket.
 *
 * @typedef {object} Told
 * @property {Counts} counts
 * @property {Map<string, number>} clients
 *
 * What the page knows. Times are this browser's, in milliseconds.
 *
 * @typedef {object} State
 * @property {Counts | null} counts as of the last snapshot or change
 * @property {Map<string, number>} clients name to count
 * @property {Map<string, number>} changedAt when a client's count was last seen to change
 * @property {Beat | null} beat the last heartbeat
 * @property {number | null} heardAt when anything last arrived
 * @property {number | null} since when the first counts arrived
 * @property {number[]} queue the last few depths of the queue, oldest first
 * @property {number | null} asideSince since when something waits to be set aside
 * @property {number | null} restartedAt when counting was seen to start anew
 * @property {Told | null} behind what a panel tells that knows less than is shown: nothing of it is, until it has caught up
 * @property {boolean} gap a change did not build on these counts: only a snapshot helps
 */

const QUEUE_SAMPLES = 4;

/** @type {Readonly<State>} */
export const INITIAL = Object.freeze({
  counts: null,
  clients: new Map(),
  changedAt: new Map(),
  beat: null,
  heardAt: null,
  since: null,
  queue: [],
  asideSince: null,
  restartedAt: null,
  behind: null,
  gap: false,
});

/**
 * The state after a message. The given state is not changed.
 *
 * @param {State} state
 * @param {Message} message
 * @param {number} now
 * @param {number} [at] when what it tells happened
 * @returns {State}
 */
export function reduce(state, message, now, at = now) {
  const heard = { ...state, heardAt: now };
  if (message.tipo === "latido") return beaten(heard, message);
  if (message.tipo === "instantanea") return isOlder(state, message) ? { ...heard, behind: toldBy(message), gap: false } : replaced(heard, message, now);
  if (state.behind !== null) return followed(heard, state.behind, message, now);
  return follows(state.counts, message) ? changed(heard, message, at) : { ...heard, gap: true };
}

/**
 * A new socket starts without a heartbeat: the last one says nothing about what it will bring.
 *
 * @param {State} state
 * @returns {State}
 */
export function forgetBeat(state) {
  return { ...state, beat: null, queue: [] };
}

/**
 * Nobody knows how long nothing was heard.
 *
 * @param {State} state
 * @returns {State}
 */
export function forgetTime(state) {
  return { ...forgetBeat(state), heardAt: null };
}

/** @param {State} state @param {Beat} beat @returns {State} */
function beaten(state, beat) {
  const depth = beat.cola?.listos;
  const queue = depth === undefined ? [] : [...state.queue, depth].slice(-QUEUE_SAMPLES);
  const asideSince = setAsideOf(beat).waiting > 0 ? (state.asideSince ?? state.heardAt) : null;
  return { ...state, beat, queue, asideSince };
}

/** @param {State} state @param {Snapshot} snapshot @param {number} now @returns {State} */
function replaced(state, snapshot, now) {
  const clients = new Map(Object.entries(snapshot.clientes));
  const anew = state.counts !== null && state.counts.epoca !== snapshot.epoca;
  const known = state.counts !== null && !anew;
  const changedAt = new Map();
  for (const [name, count] of clients) {
    const before = state.changedAt.get(name);
    if (known && state.clients.get(name) !== count) changedAt.set(name, now);
    else if (known && before !== undefined) changedAt.set(name, before);
  }
  return {
    ...state,
    counts: snapshot,
    clients,
    changedAt,
    since: anew ? now : (state.since ?? now),
    restartedAt: anew ? now : state.restartedAt,
    behind: null,
    gap: false,
  };
}

/** Is what is shown newer, and of the same store? @param {State} state @param {Counts} counts */
function isOlder(state, counts) {
  return state.counts !== null && state.counts.epoca === counts.epoca && counts.version < state.counts.version;
}

/** @param {Snapshot} snapshot @returns {Told} */
const toldBy = (snapshot) => ({ counts: snapshot, clients: new Map(Object.entries(snapshot.clientes)) });

/** A page that moved to a panel that knows less keeps its numbers until that has caught up. @param {State} state @param {Told} behind @param {Change} change @param {number} now @returns {State} */
function followed(state, behind, change, now) {
  if (!follows(behind.counts, change)) return { ...state, gap: true };
  const clients = merged(behind.clients, change.clientes);
  if (isOlder(state, change)) return { ...state, behind: { counts: change, clients } };
  return replaced(state, { ...change, tipo: "instantanea", clientes: Object.fromEntries(clients) }, now);
}

/** @param {Counts | null} counts @param {Change} change */
function follows(counts, change) {
  return counts?.epoca === change.epoca && counts.version === change.previa;
}

/** A JSON merge patch, RFC 7396. @param {Map<string, number>} clients @param {Record<string, number | null>} changes */
function merged(clients, changes) {
  const after = new Map(clients);
  for (const [name, count] of Object.entries(changes)) {
    if (count === null) after.delete(name);
    else after.set(name, count);
  }
  return after;
}

/** @param {State} state @param {Change} change @param {number} at @returns {State} */
function changed(state, change, at) {
  const clients = new Map(state.clients);
  const changedAt = new Map(state.changedAt);
  for (const [name, count] of Object.entries(change.clientes)) {
    if (count === null) {
      clients.delete(name);
      changedAt.delete(name);
    } else {
      clients.set(name, count);
      changedAt.set(name, at);
    }
  }
  return { ...state, counts: change, clients, changedAt };
}
