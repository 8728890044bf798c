import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace, SECONDS } from "../../static/js/model/pace.js";

/** @param {number} second */
const at = (second) => 1_000_000 + second * 1000;

test("totals become events per second", () => {
  const pace = new Pace();
  pace.rebase(100, at(0));
  for (const [second, total] of [[1, 104], [1, 105], [3, 107]]) pace.add(total, at(second));
  assert.deepEqual(pace.bins, [null, 5, 0, 2]);
});

test("the mean is that of the complete seconds", () => {
  const pace = new Pace();
  pace.rebase(0, at(0));
  for (let second = 1; second <= 20; second += 1) pace.add(4 * second, at(second));
  assert.equal(pace.mean(), 4);
  pace.add(1000, at(20));
  assert.equal(pace.mean(), 4, "the running second does not count yet");
});

test("too few known seconds have no mean", () => {
  const pace = new Pace();
  assert.equal(pace.mean(), null);
  pace.rebase(0, at(0));
  pace.add(4, at(1));
  pace.add(8, at(2));
  assert.equal(pace.mean(), null);
});

test("silence is zero while the data are live and unknown otherwise", () => {
  const pace = new Pace();
  pace.rebase(0, at(0));
  pace.tick(at(2), true);
  pace.tick(at(4), false);
  assert.deepEqual(pace.bins, [null, 0, 0, null, null]);
});

test("history is bounded, and a long sleep costs no more than its bound", () => {
  const pace = new Pace();
  pace.rebase(0, at(0));
  pace.add(1, at(1));
  pace.tick(at(1e9), false);
  assert.equal(pace.bins.length, SECONDS);
  assert.ok(pace.bins.every((bin) => bin === null));
});

test("what was counted before the first second that is shown is in none", () => {
  const pace = new Pace();
  pace.rebase(0, at(10));
  pace.add(3, at(5));
  pace.add(5, at(10));
  assert.deepEqual(pace.bins, [2]);
});

test("what is told late is in its own second", () => {
  const pace = new Pace();
  pace.rebase(0, at(0));
  pace.add(1, at(1));
  pace.tick(at(5), false);
  pace.add(4, at(3));
  assert.deepEqual(pace.bins, [null, 1, 0, 3, null, null]);
  pace.add(5, at(5));
  assert.deepEqual(pace.bins, [null, 1, 0, 3, 0, 1]);
});
