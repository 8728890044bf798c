import assert from "node:assert/strict";
import { test } from "node:test";
import { roundTop, shapeOf } from "../../static/js/chart-shape.js";
import { p95, ScreenDelay } from "../../static/js/delay.js";
import { Palette } from "../../static/js/palette.js";
import { ServerClock } from "../../static/js/server-clock.js";
import { Timeline } from "../../static/js/timeline.js";

const FROM = 1_795_503_600_000;
/** @type {import("../../static/js/history.js").Question} */
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

test("a name has the same colour on every screen, whenever it was opened and whatever is larger", () => {
  const names = ["cliente_uno", "cliente_dos", "tienda_online", "app_movil", "sensores_planta_3", "almacen_norte"];
  /** @param {string[][]} shown one after the other @param {string[]} [known] */
  const coloursAfter = (shown, known) => {
    const palette = new Palette();
    for (const some of shown) palette.assign(some, known);
    return names.map((name) => palette.of(name));
  };
  const colours = coloursAfter([names]);
  assert.deepEqual([...new Set(colours)].sort(), [0, 1, 2, 3, 4, 5], "six lines, six colours");
  assert.deepEqual(coloursAfter([["x", "y"], [...names].reverse()]), colours);
  assert.deepEqual(coloursAfter([names.slice(2, 4)], names).slice(2, 4), colours.slice(2, 4), "a window that shows only some");
});

test("a name keeps the colour that it asks for, and what is not shown has none", () => {
  const palette = new Palette();
  palette.assign(["a"]);
  const alone = palette.of("a");
  palette.assign(["b"]);
  assert.equal(palette.of("a"), undefined);
  palette.assign(["b"], Array.from({ length: 200 }, (_, i) => `c${i}`));
  assert.notEqual(palette.of("b"), undefined);
  palette.assign(["a"]);
  assert.equal(palette.of("a"), alone);
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
