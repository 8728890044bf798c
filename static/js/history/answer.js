// @ts-check
import { SECOND } from "./question.js";

/**
 * @typedef {import("./question.js").Question} Question
 *
 * An answer of `/panel/historia`: events by their own time, `points[i][k]` those of series i in the k-th step.
 *
 * @typedef {object} History
 * @property {string} epoca
 * @property {number} version the counts that it was read from
 * @property {number} from
 * @property {number} step
 * @property {number[] | null} starts of the steps, where they are days and so not equally long
 * @property {string[]} names
 * @property {number[][]} points
 * @property {number[]} others
 * @property {number | null} lacksBefore what happened before may be missing
 */

/**
 * The answer in a text. Throws for anything that is no such answer.
 *
 * @param {string} text
 * @param {Question} question
 * @returns {History}
 */
export function parseHistory(text, question) {
  const { epoca, version, desde, paso_s: step, series, otros, falta_antes_de: lacks, inicios } = JSON.parse(text);
  /** @type {number[] | null} */
  const starts = Array.isArray(inicios) ? inicios.map((start) => Date.parse(start)) : null;
  const from = Date.parse(desde);
  const lines = [...series.map((/** @type {any} */ one) => one.puntos), otros];
  const isLine = (/** @type {unknown} */ line) => Array.isArray(line) && line.length === otros.length && line.every(Number.isInteger);
  if (typeof epoca !== "string" || !Number.isInteger(version) || Number.isNaN(from) || !(step > 0) || !lines.every(isLine) || (starts !== null && (starts.length !== otros.length || starts.some(Number.isNaN)))) {
    throw new TypeError("not a history");
  }
  const names = series.map((/** @type {any} */ one) => (question.by === "total" ? "" : one[question.by]));
  return { epoca, version, from, step: step * SECOND, starts, names, points: lines.slice(0, -1), others: otros, lacksBefore: Date.parse(lacks ?? "") || null };
}

/** When its k-th step begins. @param {Pick<History, "from" | "step" | "starts">} history @param {number} k */
export const beginOf = ({ from, step, starts }, k) => starts?.[k] ?? from + k * step;

/** All events that an answer counts. @param {History} history */
export const sumOf = ({ points, others }) => [...points, others].reduce((all, line) => all + line.reduce((sum, n) => sum + n, 0), 0);
