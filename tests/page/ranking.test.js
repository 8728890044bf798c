import assert from "node:assert/strict";
import { test } from "node:test";
import { byCount, CALM_MS, Ranking } from "../../static/js/view/tables/ranking.js";

/** The order of these counts. @param {Ranking} ranking @param {Record<string, number>} counts @param {number} now @param {boolean} held */
function order(ranking, counts, now, held, by = "count") {
  const known = new Map(Object.entries(counts));
  return ranking.order(known.keys(), { by, compare: byCount(known) }, now, held);
}

test("names come largest first, equals by name", () => {
  assert.deepEqual(order(new Ranking(), { b: 1, c: 2, a: 1 }, 0, false), ["c", "a", "b"]);
});

test("the order holds for a few seconds, then follows", () => {
  const ranking = new Ranking();
  order(ranking, { a: 2, b: 1 }, 0, false);
  assert.deepEqual(order(ranking, { a: 2, b: 3 }, CALM_MS - 1, false), ["a", "b"]);
  assert.deepEqual(order(ranking, { a: 2, b: 3 }, CALM_MS, false), ["b", "a"]);
});

test("nothing moves while the reader holds it, however long", () => {
  const ranking = new Ranking();
  order(ranking, { a: 2, b: 1 }, 0, false);
  assert.deepEqual(order(ranking, { a: 2, b: 3 }, 1e9, true), ["a", "b"]);
  assert.deepEqual(order(ranking, { a: 2, b: 3 }, 1e9, false), ["b", "a"]);
});

test("another order that the reader asks for comes at once, held or not", () => {
  const ranking = new Ranking();
  order(ranking, { a: 2, b: 1 }, 0, false);
  assert.deepEqual(order(ranking, { a: 2, b: 3 }, 1, true, "other"), ["b", "a"]);
});

test("new names join at the end and gone ones leave in between", () => {
  const ranking = new Ranking();
  order(ranking, { a: 3, b: 2, c: 1 }, 0, false);
  assert.deepEqual(order(ranking, { a: 3, c: 1, x: 8, y: 9 }, 1, true), ["a", "c", "y", "x"]);
});

test("the first names do not wait", () => {
  const ranking = new Ranking();
  assert.deepEqual(order(ranking, {}, 0, false), []);
  assert.deepEqual(order(ranking, { a: 1, b: 2 }, 1, false), ["b", "a"]);
});
