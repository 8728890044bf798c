// @ts-check

/**
 * Events that are dated in the future: in every total, in no chart.
 *
 * @typedef {"hora_local" | "reloj" | "fecha"} Why
 *
 * @typedef {object} FromClient
 * @property {string} client
 * @property {number} events
 * @property {number} ahead in ms
 * @property {Why | null} why
 *
 * @typedef {object} FutureEvents
 * @property {number} total
 * @property {FromClient[]} clients those seen last
 */

/** A sum that never falls would be news for ever. */
const NEWS_MS = 15 * 60_000;
const QUARTER_MS = 15 * 60_000;
const REASONS = ["hora_local", "reloj", "fecha"];

/** What the heartbeat tells of them, while they still come; null otherwise, and from older analytics. @param {import("../link/wire.js").Beat | null} beat @returns {FutureEvents | null} */
export function futureEventsOf(beat) {
  const { futuros, ahora } = /** @type {any} */ (beat ?? {});
  const age = Date.parse(ahora ?? "") - Date.parse(futuros?.ultimo ?? "");
  if (!(age < NEWS_MS) || !(futuros.total > 0)) return null;
  const clients = Array.isArray(futuros.clientes) ? futuros.clientes : [];
  return { total: futuros.total, clients: clients.filter(isNamed).map(fromClient) };
}

/** @param {any} one */
const isNamed = (one) => typeof one?.cliente === "string" && one.eventos > 0;

/** @param {any} one @returns {FromClient} */
const fromClient = ({ cliente, eventos, adelanto_s: ahead, motivo }) => ({
  client: cliente,
  events: eventos,
  ahead: 1000 * (ahead > 0 ? ahead : 0),
  why: REASONS.includes(motivo) ? motivo : null,
});

/** The zone whose local time would be ahead by so much: "UTC+5:30". @param {number} ahead in ms */
export function zoneOf(ahead) {
  const quarters = Math.round(ahead / QUARTER_MS);
  const minutes = 15 * (quarters % 4);
  return `UTC+${Math.floor(quarters / 4)}${minutes === 0 ? "" : `:${minutes}`}`;
}
