import assert from "node:assert/strict";
import { test } from "node:test";
import { clientsCsv, historyCsv, shownJson } from "../../static/js/view/export/csv.js";
import { INITIAL, reduce } from "../../static/js/model/state.js";
import { contract } from "./contracts.js";

const FROM = Date.parse("2026-11-24T07:00:00Z");
const history = { epoca: "e", version: 3, from: FROM, step: 60_000, names: ["a", '=1+"x",'], points: [[1, 2], [0, 3]], others: [4, 0] };
const ALONE = { former: null, usual: null };
/** @type {import("../../static/js/history/question.js").Question} */
const question = { span: 120_000, step: 60_000, until: null, by: "cliente", client: null, type: null, limit: 6 };

test("the chart's CSV has a row for each step, and no name is a formula", () => {
  assert.equal(historyCsv(history, ALONE), [
    `desde,a,"'=1+""x"",",otros`,
    "2026-11-24T07:00:00.000Z,1,0,4",
    "2026-11-24T07:01:00.000Z,2,3,0",
    "",
  ].join("\r\n"));
});

test("no name is a formula, whatever separates cells", () => {
  const state = (/** @type {string} */ nombre) => reduce(INITIAL, { ...JSON.parse(contract("instantanea")), clientes: { [nombre]: 1 } }, 0);
  for (const { nombre, celda } of JSON.parse(contract("celdas"))) {
    const quoted = /[",\n\r]/.test(celda) ? `"${celda.replaceAll('"', '""')}"` : celda;
    assert.equal(clientsCsv(state(nombre)), `cliente,eventos\r\n${quoted},1\r\n`);
  }
});

test("the clients' CSV adds up to the total", () => {
  const snapshot = { ...JSON.parse(contract("instantanea")), clientes: { b: 1, a: 5000 }, otros: { clientes: 2, total: 20 } };
  assert.equal(clientsCsv(reduce(INITIAL, snapshot, 0)), "cliente,eventos\r\na,5000\r\nb,1\r\n(otros),20\r\n");
});

test("the JSON holds the report and the history as they are", () => {
  const snapshot = JSON.parse(contract("instantanea"));
  const { reporte, historia } = JSON.parse(shownJson(reduce(INITIAL, snapshot, 0), history, question, ALONE));
  const { tipo, ...report } = snapshot;
  assert.equal(tipo, "instantanea");
  assert.deepEqual(reporte, report);
  assert.deepEqual(historia.series[0], { nombre: "a", puntos: [1, 2] });
  assert.deepEqual([historia.desde, historia.paso_s, historia.otros, historia.version], ["2026-11-24T07:00:00.000Z", 60, [4, 0], 3]);
});
