// @ts-check
import { beginOf } from "../../history/answer.js";

/**
 * @typedef {import("../../history/answer.js").History} History
 * @typedef {import("../../history/question.js").Question} Question
 * @typedef {import("../../model/state.js").State} State
 */

/**
 * Where a spreadsheet may see a formula begin. A cell begins after a semicolon, too: which sign separates is the
 * reader's region, not this file. The analytics' CSV has the same rule (servicio-analiticas/reporting/history_csv.py).
 */
const FORMULA = /(?<![^;,|\t\r\n])(?=[ \t\r\n"']*[=+\-@＝＋－＠])|^(?=[\t\r\n])/g;

/** @param {string | number} value */
function cell(value) {
  if (typeof value === "number") return String(value);
  const safe = value.replaceAll(FORMULA, "'");
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** @param {(string | number)[][]} rows */
const csv = (rows) => rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");

/** When a step begins. @param {History} history @param {number} k */
const begins = (history, k) => new Date(beginOf(history, k)).toISOString();

/** The chart as a table: a row for each step, a column for each line. @param {History} history */
export function historyCsv(history) {
  const { names, points, others } = history;
  const rows = others.map((rest, k) => [begins(history, k), ...points.map((line) => line[k]), rest]);
  return csv([["desde", ...names.map((name) => name || "total"), "otros"], ...rows]);
}

/** The list of clients, largest first; what is not listed is in the last row. @param {State} state */
export function clientsCsv({ clients, counts }) {
  const rows = [...clients].sort(([, a], [, b]) => b - a);
  const rest = counts?.otros.total ? [["(otros)", counts.otros.total]] : [];
  return csv([["cliente", "eventos"], ...rows, ...rest]);
}

/** All that is shown, and what it is of. @param {State} state @param {History | null} history @param {Question} question */
export function shownJson({ counts, clients }, history, question) {
  const shown = history && {
    epoca: history.epoca,
    version: history.version,
    por: question.by,
    cliente: question.client,
    evento: question.type,
    desde: begins(history, 0),
    paso_s: history.step / 1000,
    series: history.names.map((name, i) => ({ nombre: name, puntos: history.points[i] })),
    otros: history.others,
  };
  const report = counts && { ...counts, tipo: undefined, previa: undefined, clientes: Object.fromEntries(clients) };
  return `${JSON.stringify({ reporte: report, historia: shown }, null, 1)}\n`;
}
