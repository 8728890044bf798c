// @ts-check

/**
 * What the panel sends: the wire of `/panel/ws` (docs/websocket.md, tests/contracts/).
 *
 * @typedef {object} Counts
 * @property {string} epoca names the store; another one means that counting started anew
 * @property {number} version grows with each commit
 * @property {string} generado time of that commit
 * @property {number} total events counted
 * @property {{clientes: number, total: number}} otros the clients that are not listed
 * @property {Record<string, number>} eventos events by type
 * @property {{tipos: number, total: number}} otros_eventos the types that are not listed
 * @property {number} rechazados messages
 * @property {number} duplicados messages
 * @property {number} conflictos messages
 *
 * @typedef {Counts & {tipo: "instantanea", clientes: Record<string, number>}} Snapshot
 * @typedef {Counts & {tipo: "cambio", previa: number, clientes: Record<string, number | null>}} Change
 *
 * @typedef {object} Beat
 * @property {"latido"} tipo
 * @property {"en_linea" | "caida"} analiticas
 * @property {string | null} datos_de when the analytics last answered the panel
 * @property {string} [ahora] the panel's clock
 * @property {{listos: number, sin_ack: number} | null} [cola]
 * @property {"conectado" | "reconectando" | "bloqueado" | null} [broker]
 * @property {"ok" | "en_pausa" | null} [almacen]
 * @property {number | null} [atraso_s]
 * @property {Record<string, number> | null} [tasas] events per second, by window
 * @property {number} [espectadores] viewers of this panel
 * @property {string | null} [desde] since when the broker is what it is
 * @property {string | null} [ultimo_commit] when something was last counted
 * @property {{p50: number | null, p95: number | null, p99: number | null, mensajes: number, antiguos?: number} | null} [retraso] from event to commit, in seconds; `antiguos` messages told of long ago
 * @property {Future | null} [futuros] events dated in the future: counted, and in no history
 * @property {"ok" | "bloqueada" | "rechazada" | null} [escritura] whether the broker takes what is published
 * @property {{total: number, por_motivo: Record<string, number>} | null} [apartados] messages that the broker set aside by itself
 * @property {{broker: number | null, propios: number} | null} [por_apartar] messages that wait to be set aside
 * @property {{total: number, en_linea: number, bastan: boolean} | null} [miembros] nodes of the broker that hold the queue
 * @property {{total: number, en_linea: number} | null} [instancias] analytics that count together
 *
 * @typedef {object} Future
 * @property {number} total since counting began
 * @property {string | null} ultimo when the newest was counted
 * @property {{cliente: string, eventos: number, ultimo: string, adelanto_s: number, motivo: string}[]} clientes those seen last; motivo: hora_local, reloj, fecha, or a later one
 * @property {number} otros of clients that are not listed
 *
 * @typedef {Snapshot | Change | Beat} Message
 */

/**
 * The message in a frame, or null for a type that this page does not know (a newer panel's).
 *
 * Throws for anything that is not such a message: the caller's state can no longer be trusted.
 *
 * @param {string} text
 * @returns {Message | null}
 */
export function parse(text) {
  const message = JSON.parse(text);
  if (!isObject(message) || typeof message.tipo !== "string") throw new TypeError("not a message");
  const check = CHECKS[message.tipo];
  if (!check) return null;
  if (!check(message)) throw new TypeError(`not a valid ${message.tipo}`);
  return /** @type {any} */ (message);
}

/**
 * What `estado.json` holds: the same snapshot and heartbeat as the socket brings.
 *
 * @param {string} text
 * @returns {Message[]}
 */
export function parseState(text) {
  const { instantanea, latido } = JSON.parse(text);
  const parts = [instantanea, latido].filter((part) => part !== null && part !== undefined);
  return parts.map((part) => parse(JSON.stringify(part))).filter((message) => message !== null);
}

/** @type {Record<string, ((m: Record<string, unknown>) => boolean) | undefined>} */
const CHECKS = {
  __proto__: /** @type {any} */ (null),
  instantanea: isCounts,
  cambio: (m) => isCounts(m) && Number.isInteger(m.previa),
  latido: (m) => m.analiticas === "en_linea" || m.analiticas === "caida",
};

/** @param {Record<string, unknown>} m */
function isCounts(m) {
  const numbers = [m.version, m.total, m.rechazados, m.duplicados, m.conflictos];
  const objects = [m.clientes, m.otros, m.eventos, m.otros_eventos];
  return typeof m.epoca === "string" && numbers.every(Number.isInteger) && objects.every(isObject);
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
