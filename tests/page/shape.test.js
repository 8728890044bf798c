import assert from "node:assert/strict";
import { test } from "node:test";
import { roundTop, shapeOf } from "../../static/js/view/chart/shape.js";
import { p95, ScreenDelay } from "../../static/js/model/delay.js";
import { Palette } from "../../static/js/view/chart/palette.js";
import { ServerClock } from "../../static/js/time/server-clock.js";
import { Timeline } from "../../static/js/history/timeline.js";

const FROM = 1_795_503_600_000;
/** @type {import("../../static/js/history/question.js").Question} */
const QUESTION = { span: 20_000, step: 5_000, until: null, by: "cliente", client: null, type: null, limit: 6 };
const timeline = (question = QUESTION) => new Timeline({ epoca: "e", version: 1, from: FROM, step: 5_000, names: ["a", "b"], points: [[5, 10, 0, 4], [10, 0, 5, 0]], others: [0, 5, 0, 0] }, question);

test("lines are events per second; the running step counts what has passed of it", () => {
  const shape = shapeOf(timeline(), { now: FROM + 19_000, knownUntil: null, stacked: false });
  assert.deepEqual(shape.rates, [[1, 2, 0, 1], [2, 0, 1, 0], [0, 1, 0, 0]]);
  assert.deepEqual(shape.names, ["a", "b", ""]);
  assert.deepEqual(shape.range, { from: (FROM - 1_000) / 1000, to: (FROM + 19_000) / 1000 });
});

test("stacked lines stand on each other", () => {
  const shape = shapeOf(timeline(), { now: FROM + 19_000, knownUntil: null, stacked: true });
  assert.deepEqual(shape.tops, [[1, 2, 0, 1], [3, 2, 1, 1], [3, 3, 1, 1]]);
});

test("a step that has hardly begun says nothing, and neither does one after the last news", () => {
  assert.deepEqual(shapeOf(timeline(), { now: FROM + 16_000, knownUntil: null, stacked: true }).rates[0], [1, 2, 0, null]);
  assert.deepEqual(shapeOf(timeline(), { now: FROM + 20_000, knownUntil: FROM + 7_500, stacked: true }).tops[1], [3, 4, null, null]);
  assert.deepEqual(shapeOf(timeline(), { now: FROM + 20_000, knownUntil: FROM + 6_000, stacked: true }).tops[1], [3, null, null, null]);
});

test("the past is complete", () => {
  const past = { ...QUESTION, until: FROM + 18_000 };
  assert.deepEqual(shapeOf(timeline(past), { now: FROM + 1e6, knownUntil: null, stacked: false }).rates[0], [1, 2, 0, 0.8]);
});

test("the top is a round number above what is drawn", () => {
  assert.deepEqual([0, 0.5, 0.99, 1, 4.7, 9.9, 23, 960].map(roundTop), [1, 0.6, 1.5, 1.5, 6, 15, 30, 1000]);
});

const NAMES = ["cliente_uno", "cliente_dos", "tienda_online", "app_movil", "sensores_planta_3", "almacen_norte"];

/** @param {string[][]} shown one after the other @param {Map<string, number>} [counts] */
function coloursAfter(shown, counts) {
  const palette = new Palette();
  for (const some of shown) palette.assign(some, counts);
  return NAMES.map((name) => palette.of(name));
}

test("a name has the same colour on every screen, whenever it was opened and whichever line is larger", () => {
  const colours = coloursAfter([NAMES]);
  assert.deepEqual([...new Set(colours)].sort(), [0, 1, 2, 3, 4, 5], "six lines, six colours");
  assert.deepEqual(coloursAfter([["x", "y"], [...NAMES].reverse()]), colours);
});

test("a window that shows only some of few names agrees with one that shows all", () => {
  const counts = new Map(NAMES.map((name, i) => [name, 100 * i]));
  assert.deepEqual(coloursAfter([NAMES.slice(2, 4)], counts).slice(2, 4), coloursAfter([NAMES], counts).slice(2, 4));
});

test("who comes and goes among many takes no colour from those that are larger", () => {
  const counts = new Map([...NAMES.map((name, i) => /** @type {const} */ ([name, 10 ** (9 - i)])), ...Array.from({ length: 60 }, (_, i) => /** @type {const} */ ([`c${i}`, i]))]);
  const five = coloursAfter([NAMES.slice(0, 5)], counts);
  for (let i = 0; i < 60; i += 1) assert.deepEqual(coloursAfter([[`c${i}`, ...NAMES.slice(0, 5)]], counts), five);
});

test("what is not shown has no colour", () => {
  const palette = new Palette();
  palette.assign(["a"]);
  palette.assign(["b"]);
  assert.equal(palette.of("a"), undefined);
  assert.notEqual(palette.of("b"), undefined);
});

test("the server's clock is that of its least late heartbeat", () => {
  const clock = new ServerClock();
  assert.equal(clock.at(5), 5);
  clock.heard("1970-01-01T00:00:10Z", 4_050);
  clock.heard("1970-01-01T00:00:20Z", 14_300);
  clock.heard("ayer", 0);
  assert.equal(clock.at(20_000), 25_950);
});

test("the delay to the screen is counted once for each version, over a minute", () => {
  const delay = new ScreenDelay();
  const counts = { version: 1, generado: "1970-01-01T00:00:01.000Z" };
  delay.drawn(counts, 1_030);
  delay.drawn(counts, 9_000);
  assert.equal(delay.p95(2_000), 30);
  assert.equal(delay.p95(62_000), null);
  assert.equal(p95(Array.from({ length: 100 }, (_, i) => i + 1)), 95);
});
