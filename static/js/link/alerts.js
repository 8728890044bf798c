// @ts-check

/**
 * One thing that is or was wrong. Times are in ms since 1970.
 *
 * @typedef {object} Alert
 * @property {string} id
 * @property {string} rule
 * @property {string} kind
 * @property {"cliente" | "evento" | null} about
 * @property {string | null} subject
 * @property {number} since when it began, as far as that is known
 * @property {number} fired
 * @property {number | null} over
 * @property {number} value
 * @property {number} limit
 * @property {string | null} note
 * @property {boolean} muted
 *
 * @typedef {object} Alerts
 * @property {Alert[]} firing newest first
 * @property {number} count of all that fire
 * @property {Alert[]} over newest first
 * @property {boolean} current whether what is judged is all that happened
 * @property {boolean} noted whether the service can note anything
 * @property {{name: string, since: number, waiting: number}[]} failing channels
 * @property {{until: number, rule: string, client: string}[]} mutes
 * @property {number} watched clients
 * @property {number} learning of them
 * @property {number} unwatched beyond them
 * @property {number} told when the service said so
 */

/** What `/panel/avisos` answered. @param {any} answer @returns {Alerts} throws where it is something else */
export function parseAlerts(answer) {
  return {
    firing: answer.activos.map(alertOf),
    count: whole(answer.activos_total),
    over: answer.resueltos.map(alertOf),
    current: answer.al_dia === true,
    noted: answer.almacen === "ok",
    failing: answer.canales.filter((/** @type {any} */ one) => one.falla_desde !== null).map((/** @type {any} */ one) => ({ name: text(one.nombre), since: time(one.falla_desde), waiting: whole(one.esperan) })),
    mutes: answer.silenciado.map((/** @type {any} */ one) => ({ until: time(one.hasta), rule: text(one.regla), client: text(one.cliente) })),
    watched: whole(answer.vigilados),
    learning: whole(answer.aprendiendo),
    unwatched: whole(answer.sin_vigilar),
    told: time(answer.generado),
  };
}

/** @param {any} one @returns {Alert} */
function alertOf(one) {
  const fired = time(one.disparado);
  return {
    id: text(one.id),
    rule: text(one.regla),
    kind: text(one.tipo),
    about: one.sobre === "cliente" || one.sobre === "evento" ? one.sobre : null,
    subject: one.sujeto === null ? null : text(one.sujeto),
    since: one.desde === null ? fired : time(one.desde),
    fired,
    over: one.resuelto === null ? null : time(one.resuelto),
    value: Number(one.valor),
    limit: Number(one.limite),
    note: one.nota === null ? null : text(one.nota),
    muted: one.callado === true,
  };
}

/** @param {any} value */
const text = (value) => {
  if (typeof value !== "string") throw new TypeError(`no text: ${value}`);
  return value;
};

/** @param {any} value */
const time = (value) => {
  const ms = Date.parse(text(value));
  if (Number.isNaN(ms)) throw new TypeError(`no time: ${value}`);
  return ms;
};

/** @param {any} value */
const whole = (value) => {
  if (!Number.isSafeInteger(value)) throw new TypeError(`no number: ${value}`);
  return value;
};
