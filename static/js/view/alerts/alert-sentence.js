// @ts-check
import { visibleText } from "../../words/names.js";

/**
 * @typedef {import("../../link/alerts.js").Alert} Alert
 * @typedef {import("../../words/es.js").Key} Key
 * @typedef {import("../../words/words.js").Words} Words
 */

/** @type {Record<string, Key>} */
const WHY = {
  sin_respuesta: "alert.why_sin_respuesta",
  sin_broker: "alert.why_sin_broker",
  broker_bloqueado: "alert.why_broker_bloqueado",
  broker_rechaza: "alert.why_broker_rechaza",
  almacen_en_pausa: "alert.why_almacen_en_pausa",
  con_atraso: "alert.why_con_atraso",
};
const COMPARED = ["umbral", "banda"];
const COUNTED = ["rechazados", "duplicados", "cola"];
const LASTING = ["silencio", "pausa"];

/** What is or was the matter. @param {Alert} alert @param {Words} words */
export function sentenceOf(alert, words) {
  const { kind, subject, value, limit, since, note } = alert;
  // Isolated from the sentence around it, whichever way it is written.
  const name = subject === null ? words.say("alert.whole") : `\u2068${visibleText(subject)}\u2069`;
  const values = { name, n: Math.round(value), limit: Math.round(limit), time: words.times.clock(since) };
  if (COMPARED.includes(kind)) return words.say(/** @type {Key} */ (`alert.${kind}_${value < limit ? "below" : "above"}`), values);
  if (COUNTED.includes(kind) || LASTING.includes(kind)) return words.say(/** @type {Key} */ (`alert.${kind}`), values);
  const why = Object.hasOwn(WHY, note ?? "") ? words.say(WHY[note ?? ""]) : "";
  return words.say("alert.datos", { ...values, why });
}
