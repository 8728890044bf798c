import assert from "node:assert/strict";
import { test } from "node:test";
import { CALM_MS, Ranking } from "../../static/js/ranking.js";

/** @param {Record<string, number>} counts */
const counts = (counts) => new Map(Object.entries(counts));

test("names come largest first, equals by name", () => {
  assert.deepEqual(new Ranking().order(counts({ b: 1, c: 2, a: 1 }), 0, false), ["c", "a", "b"]);
});

test("the order holds for a few seconds, then follows", () => {
  const ranking = new Ranking();
  ranking.order(counts({ a: 2, b: 1 }), 0, false);
  assert.deepEqual(ranking.order(counts({ a: 2, b: 3 }), CALM_MS - 1, false), ["a", "b"]);
  assert.deepEqual(ranking.order(counts({ a: 2, b: 3 }), CALM_MS, false), ["b", "a"]);
});

test("nothing moves while the reader holds it, however long", () => {
  const ranking = new Ranking();
  ranking.order(counts({ a: 2, b: 1 }), 0, false);
  assert.deepEqual(ranking.order(counts({ a: 2, b: 3 }), 1e9, true), ["a", "b"]);
  assert.deepEqual(ranking.order(counts({ a: 2, b: 3 }), 1e9, false), ["b", "a"]);
});

test("new names join at the end and gone ones leave in between", () => {
  const ranking = new Ranking();
  ranking.order(counts({ a: 3, b: 2, c: 1 }), 0, false);
  assert.deepEqual(ranking.order(counts({ a: 3, c: 1, x: 8, y: 9 }), 1, true), ["a", "c", "y", "x"]);
});

test("the first names do not wait", () => {
  const ranking = new Ranking();
  assert.deepEqual(ranking.order(counts({}), 0, false), []);
  assert.deepEqual(ranking.order(counts({ a: 1, b: 2 }), 1, false), ["b", "a"]);
});
