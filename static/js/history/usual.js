// @ts-check
import { DAY, duration, ownZone, SECOND } from "./question.js";

/**
 * @typedef {import("./question.js").Question} Question
 *
 * Of what is usual: the ends of the band, and its middle.
 *
 * @typedef {{low: number, middle: number, high: number}} Band
 *
 * An answer of `/panel/habitual`, about all of a chart's lines together.
 *
 * @typedef {object} Usual
 * @property {string} key
 * @property {number} from
 * @property {number} step
 * @property {number[] | null} starts
 * @property {(Band | null)[]} bands events in each step; null where nothing is known
 * @property {number} weeks of which it is known
 * @property {number} least weeks that it takes
 * @property {{events: number, band: Band | null}} whole the window as one
 */

/** The query about what is usual in a chart's window. @param {Question} question */
export function usualQuery({ span, step, client, type, until }) {
  const query = new URLSearchParams({ ventana: duration(span), paso: duration(step), zona: ownZone() });
  if (client !== null) query.set("cliente", client);
  if (type !== null) query.set("evento", type);
  if (until !== null) query.set("hasta", new Date(until).toISOString());
  return query.toString();
}

/** The answer in a text. Throws for anything that is no such answer. @param {string} text @returns {Usual} */
export function parseUsual(text) {
  const { version, desde, paso_s: step, inicios, semanas_minimas: least, series } = JSON.parse(text);
  const [{ semanas: weeks, puntos, medio, bajo, alto, todo }] = series;
  const from = Date.parse(desde);
  /** @type {number[]} */
  const points = puntos;
  if (Number.isNaN(from) || !(step > 0) || !Number.isInteger(weeks) || !points.every(Number.isInteger)) throw new TypeError("nothing usual");
  return {
    key: [version, desde].join(),
    from,
    step: step * SECOND,
    starts: Array.isArray(inicios) ? inicios.map((start) => Date.parse(start)) : null,
    bands: points.map((_, k) => bandOf(bajo?.[k], medio?.[k], alto?.[k])),
    weeks,
    least,
    whole: { events: todo.puntos, band: bandOf(todo.bajo, todo.medio, todo.alto) },
  };
}

/** @param {unknown} low @param {unknown} middle @param {unknown} high @returns {Band | null} */
const bandOf = (low, middle, high) => (typeof low === "number" && typeof middle === "number" && typeof high === "number" ? { low, middle, high } : null);

/** What is usual in the step that holds a moment; after the last one it stays what it was there. @param {Usual} usual @param {number} ms */
export function bandAt({ from, step, starts, bands }, ms) {
  const k = starts === null ? Math.floor((ms - from) / step) : starts.findLastIndex((start) => start <= ms);
  return k < 0 ? null : (bands[Math.min(k, bands.length - 1)] ?? null);
}

/** How a chart's answer serves, in ms: bands change with the hours. @param {Question} question @param {number} crowd */
export const usualServes = ({ step, until }, crowd) => (until === null ? Math.max(60 * SECOND, Math.min(step, DAY / 24), crowd) : Infinity);
