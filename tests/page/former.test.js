import assert from "node:assert/strict";
import { test } from "node:test";
import { Former, formerQuestion } from "../../static/js/history/former.js";
import { chartQuestion } from "../../static/js/history/question.js";
import { drawnBeside } from "../../static/js/view/chart/beside.js";
import { DEFAULT_VIEW } from "../../static/js/reader/view-state.js";

process.env.TZ = "Europe/Madrid";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.parse("2026-06-16T22:03:20+02:00");

/** @param {Partial<import("../../static/js/reader/view-state.js").View>} view @param {"1d" | "7d"} before */
function asked(view, before, { now = NOW, phase = 0 } = {}) {
  const shown = { ...DEFAULT_VIEW, ...view };
  return formerQuestion(chartQuestion(shown, now), before, { end: shown.until ?? now, now, phase });
}

/** @param {number} from @param {number} step @param {number[]} others @param {{before?: "1d" | "7d", lacksBefore?: number | null}} [more] */
function former(from, step, others, { before = "7d", lacksBefore = null } = {}) {
  return new Former({ epoca: "e", version: 1, from, step, starts: null, names: [], points: [], others, lacksBefore }, before);
}

test("a day before is kept in minutes, a week before in five, and longer ago in hours", () => {
  assert.equal(asked({ window: "1m" }, "1d").step, MINUTE);
  assert.equal(asked({ window: "15m" }, "7d").step, 5 * MINUTE);
  assert.equal(asked({ window: "24h" }, "7d").step, 10 * MINUTE);
  assert.equal(asked({ window: "24h", until: NOW - 10 * DAY }, "7d").step, HOUR);
  assert.equal(asked({ window: "30d" }, "7d").step, DAY);
});

test("the window before is within what is asked, in whole steps, whatever the moment", () => {
  for (const window of /** @type {const} */ (["1m", "15m", "1h", "24h"])) {
    for (let now = NOW; now < NOW + 3 * HOUR; now += 7 * MINUTE + 13_000) {
      for (const phase of [0, 0.3, 0.999]) {
        const { span, step, until } = asked({ window }, "7d", { now, phase });
        const end = now - 7 * DAY;
        assert.equal(span % step, 0);
        assert.equal(until % step, 0);
        assert.ok(until >= end && until - span <= end - chartQuestion({ ...DEFAULT_VIEW, window }, now).span, `${window} ${now}`);
      }
    }
  }
});

test("the question stays the same for a while, and each viewer's changes at another moment", () => {
  const at = (/** @type {number} */ minutes, /** @type {number} */ phase) => asked({}, "1d", { now: NOW + minutes * MINUTE, phase }).until;
  for (const phase of [0, 0.25, 0.5, 0.75]) {
    const all = new Set(Array.from({ length: 15 }, (_, m) => at(m, phase)));
    assert.ok(all.size <= 2);
  }
  assert.notEqual(at(4, 0), at(4, 0.75));
});

test("days are those of the same weekdays, each whole", () => {
  const { span, until } = asked({ window: "30d" }, "7d");
  assert.equal(span, 30 * DAY);
  assert.equal(new Date(until).toString().slice(0, 21), "Tue Jun 09 2026 23:59");
});

test("events are told where clocks show the same now, also after a change of clocks", () => {
  const before = Date.parse("2026-10-20T09:00:00+02:00");
  const { edges } = former(before, HOUR, [5, 7]);
  assert.deepEqual(edges.map((ms) => new Date(ms).toISOString()), ["2026-10-27T08:00:00.000Z", "2026-10-27T09:00:00.000Z", "2026-10-27T10:00:00.000Z"]);
});

test("an hour that clocks skip has no rate, and those around it keep theirs", () => {
  const one = former(Date.parse("2026-03-22T01:00:00+01:00"), HOUR, [60, 61, 62, 63]);
  const range = { from: one.edges[0] / 1000, to: /** @type {number} */ (one.edges.at(-1)) / 1000 };
  const shape = { xs: [], rates: [], tops: [], names: ["a"], range };
  const { line } = drawnBeside({ former: one, lately: null, usual: null, failed: { former: false, usual: false } }, shape, true);
  assert.deepEqual(one.edges.map((ms) => new Date(ms).getHours()), [1, 3, 3, 4, 5]);
  assert.deepEqual(line.map(({ y }) => Math.round(3600 * y)), [60, 62, 63]);
  assert.equal(one.between(one.edges[0], one.edges[4]), 60 + 62 + 63);
});

test("of a step that lies half within, half of the events count", () => {
  const now = Date.parse("2026-06-16T12:00:00Z");
  const one = former(now - 7 * DAY, 5 * MINUTE, [10, 20, 30]);
  assert.equal(one.between(now, now + 15 * MINUTE), 60);
  assert.equal(one.between(now + 4 * MINUTE, now + 6 * MINUTE), 2 + 4);
  assert.equal(one.rateAt(now + 7 * MINUTE), 20 / 300);
  assert.equal(one.rateAt(now - 1), null);
});

test("what is not known is no zero", () => {
  const now = Date.parse("2026-06-16T12:00:00Z");
  const one = former(now - 7 * DAY, 5 * MINUTE, [10, 20, 30], { lacksBefore: now - 7 * DAY + 6 * MINUTE });
  assert.equal(one.between(now, now + 10 * MINUTE), null);
  assert.equal(one.between(now + 10 * MINUTE, now + 15 * MINUTE), 30);
  assert.equal(one.between(now + 10 * MINUTE, now + 16 * MINUTE), null);
});
