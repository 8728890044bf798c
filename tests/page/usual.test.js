import assert from "node:assert/strict";
import { test } from "node:test";
import { chartQuestion } from "../../static/js/history/question.js";
import { bandAt, parseUsual, usualQuery } from "../../static/js/history/usual.js";
import { DEFAULT_VIEW } from "../../static/js/reader/view-state.js";
import { drawnBeside, NOTHING, topWith } from "../../static/js/view/chart/beside.js";
import { difference, thenOf } from "../../static/js/words/difference.js";
import { Words } from "../../static/js/words/words.js";
import { contract } from "./contracts.js";

const MINUTE = 60_000;
const answer = JSON.parse(contract("habitual"));
/** The contract's answer about one of its series. @param {number} n */
const about = (n) => parseUsual(JSON.stringify({ ...answer, series: [answer.series[n]] }));

test("the answer of the contract is read, with and without a band", () => {
  const [learning, known] = [about(0), about(1)];
  assert.deepEqual([learning.weeks, learning.least, learning.whole], [0, 3, { events: 4, band: null }]);
  assert.deepEqual(learning.bands, [null, null, null, null, null]);
  assert.deepEqual(known.bands[0], { low: 37.26, middle: 60, high: 87.24 });
  assert.deepEqual(known.whole.band, { low: 233.49, middle: 300, high: 371.01 });
});

test("what is no such answer is refused", () => {
  for (const text of ["", "{}", "[]", JSON.stringify({ ...answer, series: [] }), JSON.stringify({ ...answer, paso_s: 0 })]) assert.throws(() => parseUsual(text), text);
});

test("it is asked for the chart's window, and the reader's time of the week", () => {
  const view = { ...DEFAULT_VIEW, client: "a&b", until: Date.parse("2026-06-16T12:00:00Z") };
  const asked = new URLSearchParams(usualQuery(chartQuestion(view, view.until)));
  assert.deepEqual(Object.fromEntries(asked), {
    ...{ ventana: "15m", paso: "1m", zona: Intl.DateTimeFormat().resolvedOptions().timeZone },
    ...{ cliente: "a&b", hasta: "2026-06-16T12:00:00.000Z" },
  });
});

test("after the last step the band stays what it was there", () => {
  const known = about(1);
  assert.equal(bandAt(known, known.from - 1), null);
  assert.equal(bandAt(known, known.from + 99 * MINUTE)?.middle, 60);
});

test("band and former line are drawn with the sum of all lines, and nowhere else", () => {
  const usual = about(1);
  const from = usual.from / 1000;
  const shape = { xs: [], rates: [], tops: [], names: ["a", "b"], range: { from, to: from + 360 } };
  const beside = { former: null, lately: null, usual, failed: { former: false, usual: false } };
  const { band, reach } = drawnBeside(beside, shape, true);
  assert.deepEqual(band.map((run) => run.map(({ x }) => x - from)), [[0, 30, 90, 150, 210, 270, 360]]);
  const known = [false, true, true, false, true];
  const gaps = { ...usual, bands: usual.bands.map((one, k) => (known[k] ? one : null)) };
  assert.deepEqual(drawnBeside({ ...beside, usual: gaps }, shape, true).band.map((run) => run.map(({ x }) => x - from)), [[60, 90, 150, 180], [240, 270, 360]]);
  assert.equal(reach, 87.24 / 60);
  assert.equal(drawnBeside(beside, shape, false), NOTHING);
  assert.equal(drawnBeside(beside, { ...shape, names: ["a"] }, false).band.length, 1);
  assert.deepEqual(drawnBeside({ ...beside, usual: about(0) }, shape, true), { line: [], band: [], top: 0, reach: 0 });
});

test("a band makes a chart higher, but not so much that what happened is flat", () => {
  assert.deepEqual([topWith(NOTHING, 5), topWith({ ...NOTHING, top: 8 }, 5), topWith({ ...NOTHING, reach: 6 }, 5), topWith({ ...NOTHING, reach: 60 }, 5), topWith({ ...NOTHING, reach: 6 }, 0)], [5, 8, 6, 8, 6]);
});

test("a difference is said as people say it", () => {
  const [es, en] = [new Words("es"), new Words("en")];
  const end = Date.parse("2026-06-16T12:00:00Z");
  const then = (/** @type {"1d" | "7d"} */ before, /** @type {Words} */ words, live = true, span = 900_000) => thenOf(before, { live, span, end }, words);
  assert.equal(difference(114, 100, then("7d", en), en), "14% above last Tuesday at this time");
  assert.equal(difference(86, 100, then("7d", es), es).replaceAll("\u00a0", " "), "14 % menos que el martes pasado a esta hora");
  assert.equal(difference(1004, 1000, then("1d", en), en), "As yesterday at this time");
  assert.equal(difference(5, 0, then("1d", es), es), "Sin eventos ayer a esta hora");
  assert.deepEqual([then("7d", en, false), then("1d", es, true, 86_400_000)], ["a week before", "un día antes"]);
});
