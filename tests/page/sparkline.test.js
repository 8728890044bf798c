import assert from "node:assert/strict";
import { test } from "node:test";
import { paths } from "../../static/js/view/figures/sparkline.js";

test("values end at the right edge, the largest at the top", () => {
  assert.equal(paths([0, 10, 5], 5, 20).line, "M2 19L3 1L4 10");
});

test("an unknown value leaves a gap in line and area", () => {
  const { line, area } = paths([1, null, 1], 3, 20);
  assert.equal(line.match(/M/g)?.length, 2);
  assert.equal(area.match(/Z/g)?.length, 2);
});

test("nothing known draws nothing", () => {
  assert.deepEqual(paths([null, null], 2, 20), { line: "", area: "" });
  assert.deepEqual(paths([], 2, 20), { line: "", area: "" });
});

test("a quiet minute lies on the ground", () => {
  assert.equal(paths([0, 0], 2, 20).line, "M0 19L1 19");
});
