// @ts-check
import { beginOf } from "../../history/answer.js";
import { bandAt } from "../../history/usual.js";

/**
 * @typedef {import("../../history/answer.js").History} History
 * @typedef {import("../../history/question.js").Question} Question
 * @typedef {import("../../model/state.js").State} State
 * @typedef {import("../../history/feeds.js").Beside} Beside
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

/** When a step begins. @param {Pick<History, "from" | "step" | "starts">} history @param {number} k */
const begins = (history, k) => new Date(beginOf(history, k)).toISOString();

/** The chart as a table: a row for each step, a column for each line, and for what they are compared with. @param {History} history @param {Pick<Beside, "former" | "usual">} beside */
export function historyCsv(history, { former, usual }) {
  const { names, points, others, step } = history;
  const known = usual !== null && usual.bands.some((band) => band !== null);
  const rows = others.map((rest, k) => {
    const from = beginOf(history, k);
    const before = former === null ? [] : [number(former.between(from, from + step))];
    const band = known ? bandAt(usual, from) : null;
    return [begins(history, k), ...points.map((line) => line[k]), rest, ...before, ...(known ? [number(band?.low), number(band?.middle), number(band?.high)] : [])];
  });
  const before = former === null ? [] : [`frente_${former.before}`];
  return csv([["desde", ...names.map((name) => name || "total"), "otros", ...before, ...(known ? ["habitual_bajo", "habitual_medio", "habitual_alto"] : [])], ...rows]);
}

/** With two decimals; nothing where it is not known. @param {number | null | undefined} n */
const number = (n) => (n === null || n === undefined ? "" : Number(n.toFixed(2)));

/** The list of clients, largest first; what is not listed is in the last row. @param {State} state */
export function clientsCsv({ clients, counts }) {
  const rows = [...clients].sort(([, a], [, b]) => b - a);
  const rest = counts?.otros.total ? [["(otros)", counts.otros.total]] : [];
  return csv([["cliente", "eventos"], ...rows, ...rest]);
}

/** All that is shown, and what it is of. @param {State} state @param {History | null} history @param {Question} question @param {Pick<Beside, "former" | "usual">} beside */
export function shownJson({ counts, clients }, history, question, { former, usual }) {
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
  const before = former && { frente: former.before, desde: begins(former.history, 0), paso_s: former.history.step / 1000, puntos: former.counts };
  const known = usual && {
    semanas: usual.weeks,
    desde: begins(usual, 0),
    paso_s: usual.step / 1000,
    bandas: usual.bands.map((band) => band && { bajo: band.low, medio: band.middle, alto: band.high }),
  };
  return `${JSON.stringify({ reporte: report, historia: shown, ...(before && { frente: before }), ...(known && { habitual: known }) }, null, 1)}\n`;
}
