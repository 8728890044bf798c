// @ts-check
import { isCurrent } from "./status.js";

/**
 * @typedef {import("./es.js").Key} Key
 *
 * One thing to say about the way of the events, in words.
 *
 * @typedef {object} Remark
 * @property {Key} key
 * @property {Record<string, number>} [values]
 * @property {boolean} [warns]
 */

/** Fewer waiting messages than this are the ordinary coming and going. */
const WORTH_SAYING = 50;
const DELAY_WORTH_SAYING_S = 2;

/**
 * What a reader should know of broker, queue and store: the place that explains a stall.
 *
 * @param {import("./state.js").State} state
 * @param {import("./status.js").Status} status
 * @returns {Remark[]}
 */
export function remarks(state, status) {
  const { beat } = state;
  if (status.kind === "reconnecting" || status.kind === "offline") return [{ key: "flow.unseen" }];
  if (beat?.analiticas === "caida") return [{ key: "flow.analytics_away", warns: true }];
  if (beat === null || !isCurrent(status.kind)) return [{ key: "flow.unknown" }];
  return [...broker(beat), ...queue(state), ...store(beat)];
}

/** @param {import("./wire.js").Beat} beat @returns {Remark[]} */
function broker({ broker }) {
  if (broker === "reconectando") return [{ key: "flow.broker_reconnecting", warns: true }];
  if (broker === "bloqueado") return [{ key: "flow.broker_blocked", warns: true }];
  return broker === "conectado" ? [{ key: "flow.broker_connected" }] : [];
}

/** @param {import("./state.js").State} state @returns {Remark[]} */
function queue({ beat, queue }) {
  const waiting = beat?.cola?.listos;
  if (waiting === undefined || beat?.broker !== "conectado") return [];
  const delay = beat.atraso_s ?? 0;
  /** @type {Remark[]} */
  const late = delay >= DELAY_WORTH_SAYING_S ? [{ key: "flow.delay", values: { n: Math.round(delay) }, warns: true }] : [];
  if (grows(queue)) return [{ key: "flow.queue_grows", values: { n: waiting }, warns: true }, ...late];
  if (waiting === 0) return [{ key: "flow.queue_empty" }, ...late];
  return [{ key: "flow.queue", values: { n: waiting } }, ...late];
}

/** Deeper at each of the last heartbeats, and deep enough to matter. @param {number[]} depths */
export function grows(depths) {
  const last = depths.slice(-3);
  return last.length === 3 && (last.at(-1) ?? 0) >= WORTH_SAYING && last.every((n, i) => i === 0 || n > last[i - 1]);
}

/** @param {import("./wire.js").Beat} beat @returns {Remark[]} */
function store({ almacen }) {
  return almacen === "en_pausa" ? [{ key: "flow.store_paused", warns: true }] : [];
}
