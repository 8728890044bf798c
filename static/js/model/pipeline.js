// @ts-check
import { isCurrent } from "./badge-state.js";
import { refusesAll } from "./set-aside.js";

/**
 * @typedef {import("../words/es.js").Key} Key
 * @typedef {import("./badge-state.js").Status} Status
 * @typedef {import("./state.js").State} State
 *
 * One part of the events' way, and what is to be said of it. A part that is not known is grey.
 *
 * @typedef {object} Stage
 * @property {"clients" | "queue" | "analytics" | "panel" | "viewers"} part
 * @property {"ok" | "warns" | "unknown"} state
 * @property {Key} key
 * @property {Record<string, number>} [values]
 * @property {number | null} [since] when it began, or when it was last known, in ms
 * @property {{n: number, all: number}} [running] how many of it run, where there are several
 */

/** Fewer waiting messages than this are the ordinary coming and going. */
const WORTH_SAYING = 50;
const DELAY_WORTH_SAYING_S = 2;

/**
 * The events' way from clients to viewers: the place that explains a stall.
 *
 * @param {State} state
 * @param {Status} status
 * @param {number} active clients
 * @returns {Stage[]}
 */
export function stages(state, status, active) {
  const { beat } = state;
  const reached = status.kind !== "reconnecting" && status.kind !== "offline" && status.kind !== "connecting";
  const known = reached && beat !== null && (isCurrent(status.kind) || status.brokerLost || status.brokerRefuses || beat.analiticas === "caida");
  return [
    clients(beat, known, active),
    counted(queue(state, known), known && beat?.miembros),
    counted(analytics(state, known, status), known && beat?.instancias),
    panel(reached && known, status),
    viewers(beat, known),
  ];
}

/**
 * A part of which there are several carries on while some of them are away; that is worth a look.
 *
 * @param {Stage} stage
 * @param {{total: number, en_linea: number} | null | undefined | false} told
 * @returns {Stage}
 */
function counted(stage, told) {
  if (!told || told.total < 2) return stage;
  const running = { n: told.en_linea, all: told.total };
  if (stage.state !== "ok" || running.n >= running.all) return { ...stage, running };
  return { part: stage.part, running, state: "warns", key: "flow.fewer", values: running };
}

/** @param {State["beat"]} beat @param {boolean} known @param {number} active @returns {Stage} */
function clients(beat, known, active) {
  const rate = beat?.tasas?.["10s"];
  if (!known || rate === undefined) return { part: "clients", state: "unknown", key: "flow.unknown" };
  return { part: "clients", state: "ok", key: "flow.clients", values: { n: active } };
}

/** @param {State} state @param {boolean} known @returns {Stage} */
function queue({ beat, queue }, known) {
  /** @param {Stage["state"]} state @param {Key} key @param {number} [n] @returns {Stage} */
  const is = (state, key, n) => ({ part: "queue", state, key, ...(n === undefined ? {} : { values: { n } }) });
  if (known && beat?.analiticas === "caida") return is("unknown", "flow.queue_keeps");
  if (!known || beat === null) return is("unknown", "flow.unknown");
  const since = beat.desde ? Date.parse(beat.desde) : null;
  if (beat.broker === "reconectando") return { ...is("warns", "flow.broker_reconnecting"), since };
  if (beat.broker === "bloqueado") return { ...is("warns", "flow.broker_blocked"), since };
  if (refusesAll(beat)) return is("warns", "flow.broker_refuses");
  const waiting = beat.cola?.listos;
  if (waiting === undefined) return is("unknown", "flow.unknown");
  if (grows(queue)) return is("warns", "flow.queue_grows", waiting);
  return waiting === 0 ? is("ok", "flow.queue_empty") : is("ok", "flow.queue", waiting);
}

/** Deeper at each of the last heartbeats, and deep enough to matter. @param {number[]} depths */
export function grows(depths) {
  const last = depths.slice(-3);
  return last.length === 3 && (last.at(-1) ?? 0) >= WORTH_SAYING && last.every((n, i) => i === 0 || n > last[i - 1]);
}

/** @param {State} state @param {boolean} known @param {Status} status @returns {Stage} */
function analytics({ beat, counts }, known, status) {
  const part = /** @type {const} */ ("analytics");
  if (!known || beat === null) return { part, state: "unknown", key: "flow.unknown" };
  if (beat.analiticas === "caida") return { part, state: "warns", key: "flow.analytics_away", since: status.since };
  if (beat.almacen === "en_pausa") return { part, state: "warns", key: "flow.store_paused" };
  const delay = beat.atraso_s ?? 0;
  if (delay >= DELAY_WORTH_SAYING_S) return { part, state: "warns", key: "flow.delay", values: { n: Math.round(delay) } };
  return { part, state: "ok", key: "flow.counted", since: counts && counts.version > 0 ? Date.parse(counts.generado) : null };
}

/** @param {boolean} reached @param {Status} status @returns {Stage} */
function panel(reached, status) {
  if (reached) return { part: "panel", state: "ok", key: "flow.reached" };
  if (status.kind === "connecting") return { part: "panel", state: "unknown", key: "flow.unknown" };
  return { part: "panel", state: "warns", key: "flow.unseen", since: status.since };
}

/** @param {State["beat"]} beat @param {boolean} known @returns {Stage} */
function viewers(beat, known) {
  const n = beat?.espectadores;
  if (!known || n === undefined) return { part: "viewers", state: "unknown", key: "flow.unknown" };
  // A heartbeat may be older than this viewer.
  return { part: "viewers", state: "ok", key: "flow.viewers", values: { n: Math.max(1, n) } };
}
