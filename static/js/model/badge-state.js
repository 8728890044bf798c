// @ts-check
import { refusesAll } from "./set-aside.js";

/**
 * @typedef {import("../link/connection.js").Link} Link
 * @typedef {import("./state.js").State} State
 *
 * @typedef {"connecting" | "live" | "behind" | "polling" | "stale" | "reconnecting" | "offline"} Kind
 * @typedef {Kind | "paused"} Shown
 *
 * How far the numbers can be believed.
 *
 * @typedef {object} Status
 * @property {Kind} kind
 * @property {number | null} since the time that the numbers are of, by the panel's clock
 * @property {boolean} brokerLost are they stale because the analytics, which answer, lost their broker?
 * @property {boolean} brokerRefuses are they because it takes nothing that is published?
 * @property {number} seconds until the next attempt
 * @property {number} attempt
 *
 * The fallback by plain requests.
 *
 * @typedef {object} Polling
 * @property {boolean} active
 * @property {number | null} answeredAt
 */

/** Heartbeats come every 5 s; a missing one is noticed 2 s later. */
export const SILENCE_MS = 7_000;
/** The analytics answer the panel at least once a second, so older data means that they do not. */
const DATA_AGE_MS = 5_000;
const POLL_AGE_MS = 11_000;
const OFFLINE_MS = 60_000;

/** What is counted this much later than sent, while more waits, is being caught up with. */
const BEHIND_S = 3;

/** What the badge shows: a pause hides all else. @param {Status} status @param {boolean} paused @returns {Shown} */
export const badgeOf = (status, paused) => (paused ? "paused" : status.kind);

/** Are the numbers worth believing right now? @param {Kind} kind */
export const isCurrent = (kind) => kind === "live" || kind === "polling" || kind === "behind";

/**
 * Decides by the age of what arrived and by what the heartbeat says of the analytics,
 * never by the socket's own opinion: a socket can look open for hours without a peer.
 *
 * @param {State} state
 * @param {Link} link
 * @param {Polling} polling
 * @param {number} now
 * @param {boolean} [online] what the browser thinks of its network
 * @param {number} [ahead] how far the panel's clock is before this one
 * @returns {Status}
 */
export function statusOf(state, link, polling, now, online = true, ahead = 0) {
  const seconds = Math.max(0, Math.ceil(((link.retryAt ?? now) - now) / 1000));
  /** @param {Kind} kind @param {number | null} since @param {"lost" | "refuses"} [broker] @returns {Status} */
  const is = (kind, since, broker) => ({ kind, since, brokerLost: broker === "lost", brokerRefuses: broker === "refuses", seconds, attempt: link.attempt });
  const heardAt = state.heardAt === null ? null : state.heardAt + ahead;
  const dataOf = dataTime(state, heardAt);
  const polled = polling.active && polling.answeredAt !== null && now - polling.answeredAt <= POLL_AGE_MS;
  if (link.phase === "open" || polled) {
    const reached = link.phase === "open" ? "live" : "polling";
    const limit = link.phase === "open" ? SILENCE_MS : POLL_AGE_MS;
    if (analyticsAway(state)) return is("stale", dataOf);
    if (state.heardAt !== null && now - state.heardAt > limit) return is("stale", heardAt);
    if (state.counts === null || state.beat === null) return is("connecting", dataOf);
    if (state.beat.broker === "reconectando") return is("stale", lostSince(state.beat) ?? dataOf, "lost");
    if (refusesAll(state.beat)) return is("stale", dataOf, "refuses");
    return is(isBehind(state) ? "behind" : reached, heardAt);
  }
  if (link.lostAt === null) return is("connecting", dataOf);
  if (!online || now - link.lostAt > OFFLINE_MS) return is("offline", dataOf);
  return is("reconnecting", dataOf);
}

/** @param {State} state */
function analyticsAway({ beat }) {
  if (beat === null) return false;
  if (beat.analiticas === "caida") return true;
  return Boolean(beat.ahora && beat.datos_de) && age(beat) > DATA_AGE_MS;
}

/**
 * Can nothing new be counted, as far as the heartbeat says?
 *
 * @param {import("../link/wire.js").Beat | null} beat
 */
export function isCutOff(beat) {
  return beat?.analiticas === "caida" || beat?.broker === "reconectando";
}

/** @param {import("../link/wire.js").Beat} beat @returns {number | null} */
function lostSince({ desde }) {
  return desde ? Date.parse(desde) : null;
}

/** Is the queue being worked off, so that what is counted now happened a while ago? @param {State} state */
export function isBehind({ beat }) {
  const waiting = (beat?.cola?.listos ?? 0) + (beat?.cola?.sin_ack ?? 0);
  return waiting > 0 && (beat?.atraso_s ?? 0) >= BEHIND_S;
}

/** @param {import("../link/wire.js").Beat} beat */
function age(beat) {
  return Date.parse(beat.ahora ?? "") - Date.parse(beat.datos_de ?? "");
}

/** @param {State} state @param {number | null} heardAt by the panel's clock @returns {number | null} */
function dataTime({ beat, counts }, heardAt) {
  const told = Date.parse(beat?.datos_de ?? "");
  if (!Number.isNaN(told)) return told;
  return counts === null ? null : heardAt;
}
