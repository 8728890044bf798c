import assert from "node:assert/strict";
import { test } from "node:test";
import { shapeOf } from "../../static/js/view/chart/shape.js";
import { activePerMinute, activities, minuteRates, sumOfLast } from "../../static/js/history/activity.js";
import { chartQuestion, OVERVIEW_QUESTION, queryOf } from "../../static/js/history/question.js";
import { parseHistory } from "../../static/js/history/answer.js";
import { silentSince } from "../../static/js/history/rhythm.js";
import { continues, Timeline } from "../../static/js/history/timeline.js";
import { DEFAULT_VIEW } from "../../static/js/reader/view-state.js";

const FROM = Date.parse("2026-11-24T07:00:00Z");
/** @type {import("../../static/js/history/question.js").Question} */
const QUESTION = { span: 4000, step: 1000, until: null, by: "cliente", client: null, type: null, limit: 6 };
const ANSWER = {
  epoca: "e", version: 10, desde: "2026-11-24T07:00:00.000Z", hasta: "2026-11-24T07:00:04.000Z", paso_s: 1,
  series: [{ cliente: "a", evento: null, total: 3, puntos: [0, 1, 2, 0] }, { cliente: "b", evento: null, total: 1, puntos: [1, 0, 0, 0] }],
  otros: [0, 0, 5, 0], recortados: { futuros: 0, antiguos: 0 },
};
const timeline = (question = QUESTION) => new Timeline(parseHistory(JSON.stringify(ANSWER), question), question);

/** @param {Partial<import("../../static/js/history/timeline.js").Delta>} news @returns {import("../../static/js/history/timeline.js").Delta} */
const delta = (news) => ({ version: 11, at: FROM + 3500, total: 0, clients: new Map(), types: new Map(), ...news });

test("a history is what the wire says", () => {
  const history = parseHistory(JSON.stringify(ANSWER), QUESTION);
  assert.deepEqual(history, { epoca: "e", version: 10, from: FROM, step: 1000, starts: null, names: ["a", "b"], points: [[0, 1, 2, 0], [1, 0, 0, 0]], others: [0, 0, 5, 0], lacksBefore: null });
  const lacking = JSON.stringify({ ...ANSWER, falta_antes_de: "2026-11-24T07:00:01.000Z" });
  assert.equal(parseHistory(lacking, QUESTION).lacksBefore, FROM + 1000);
});

test("days are as long as they are: what comes is added to today, and a new one comes with the next answer", () => {
  const days = ["2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"];
  const question = { ...QUESTION, span: 2 * 86_400_000, step: 86_400_000 };
  const answer = { ...ANSWER, desde: days[0], paso_s: 86_400, inicios: days, series: [{ cliente: "a", puntos: [1, 2] }], otros: [0, 0] };
  const drawn = new Timeline(parseHistory(JSON.stringify(answer), question), question);
  const now = Date.parse("2026-10-26T09:00:00.000Z");
  drawn.advance(now + 86_400_000);
  drawn.add(delta({ at: now, total: 5, clients: new Map([["a", 4]]) }));
  assert.deepEqual([drawn.points, drawn.others], [[[1, 6]], [0, 1]]);
  const { xs } = shapeOf(drawn, { now, knownUntil: null, stacked: true });
  assert.equal(1000 * xs[1], (Date.parse(days[1]) + now) / 2);
  assert.match(queryOf(question), /^ventana=2d&paso=1d&por=cliente&zona=[A-Z]/);
  assert.throws(() => parseHistory(JSON.stringify({ ...answer, inicios: days.slice(1) }), question));
});

for (const [what, wrong] of Object.entries({ "no object": [], "lines of different lengths": { ...ANSWER, otros: [1] }, "half an event": { ...ANSWER, otros: [0, 0, 0.5, 0] } })) {
  test(`${what} is no history`, () => assert.throws(() => parseHistory(JSON.stringify(wrong), QUESTION)));
}

test("a question is the same query for everyone who looks at the same", () => {
  assert.equal(queryOf(OVERVIEW_QUESTION), "ventana=15m&paso=5s&por=cliente&limite=100");
  const view = { ...DEFAULT_VIEW, client: "a b", until: FROM };
  assert.equal(queryOf(chartQuestion(view, FROM)), "ventana=15m&paso=1m&por=evento&cliente=a+b&limite=6&hasta=2026-11-24T07%3A00%3A00.000Z");
});

test("what lies far back is asked for in longer steps", () => {
  const at = (/** @type {number} */ hours, /** @type {"1m" | "15m" | "1h"} */ window) => chartQuestion({ ...DEFAULT_VIEW, window, until: FROM - hours * 3_600_000 }, FROM);
  assert.deepEqual([at(0.1, "1m").step, at(1, "1m").step, at(1, "1m").span], [1000, 60_000, 900_000]);
  assert.deepEqual([at(1, "1h").step, at(72, "1h").step, at(72, "1h").span], [60_000, 3_600_000, 86_400_000]);
});

test("what came after a history is added where it was heard, the unknown to the others", () => {
  const line = timeline();
  line.add(delta({ total: 9, clients: new Map([["a", 3], ["c", 2]]) }));
  assert.deepEqual([line.points, line.others], [[[0, 1, 2, 3], [1, 0, 0, 0]], [0, 0, 5, 6]]);
});

test("what a history holds already is not added", () => {
  const line = timeline();
  line.add(delta({ version: 10, total: 9 }));
  assert.deepEqual(line.totals(), [1, 1, 7, 0]);
});

test("time moves the oldest steps out, however much passed", () => {
  const line = timeline();
  line.advance(FROM + 5500);
  assert.deepEqual([line.from, line.points[0], line.others], [FROM + 2000, [2, 0, 0, 0], [5, 0, 0, 0]]);
  line.advance(FROM + 1e9);
  assert.deepEqual([line.to > FROM + 1e9, line.totals()], [true, [0, 0, 0, 0]]);
  assert.equal((line.from - FROM) % 1000, 0);
});

test("a history of one client goes on with that client only", () => {
  const line = timeline({ ...QUESTION, client: "a" });
  line.add(delta({ total: 9, clients: new Map([["a", 3]]) }));
  assert.deepEqual(line.totals(), [1, 1, 7, 3]);
});

test("what the socket does not tell apart is left to the next answer, and the past is past", () => {
  assert.equal(continues({ ...QUESTION, type: "x" }), false);
  assert.equal(continues({ ...QUESTION, by: "evento", client: "a" }), false);
  assert.equal(continues({ ...QUESTION, until: 1 }), false);
  assert.equal(continues({ ...QUESTION, by: "evento", type: "x" }), true);
});

test("a copy does not move with the original", () => {
  const line = timeline();
  const copy = line.copy();
  line.add(delta({ total: 9 }));
  assert.deepEqual(copy.totals(), [1, 1, 7, 0]);
});

test("sums are of complete steps", () => {
  assert.equal(sumOfLast([1, 2, 3, 4], 2), 5);
  assert.equal(sumOfLast([1, 2, 3, 4], 2, 1), 3);
  assert.equal(sumOfLast([1, 2, 3, 4], 9), 6);
});

test("minutes, rates and who was seen when come from the history", () => {
  const step = 30_000;
  const overview = new Timeline({ epoca: "e", version: 1, from: FROM, step, names: ["a", "b"], points: [[6, 6, 0, 0, 0], [0, 0, 0, 6, 0]], others: [0, 0, 0, 0, 0] }, { ...QUESTION, step });
  const now = FROM + 4.5 * step;
  assert.deepEqual(minuteRates(overview, overview.totals()), { now: 0.1, before: 0.2 });
  assert.deepEqual(activePerMinute(overview), [1, 1]);
  const { a, b } = Object.fromEntries(activities(overview, now));
  assert.deepEqual([a.rate, a.seenAt, b.rate, b.seenAt], [0, FROM + 2 * step, 0.1, FROM + 4 * step]);
});

test("a client is silent once it pauses ten times as long as usual, and a minute at least", () => {
  const steady = [...Array.from({ length: 10 }, () => [1, 0]).flat()];
  const after = (/** @type {number} */ steps) => silentSince([...steady, ...Array.from({ length: steps }, () => 0)], 5000, FROM);
  assert.equal(after(10), null);
  assert.equal(after(19), null);
  assert.equal(after(20), FROM - 21 * 5000);
  const quick = Array.from({ length: 20 }, () => 1);
  assert.equal(silentSince([...quick, ...Array.from({ length: 11 }, () => 0)], 5000, FROM), null);
  assert.notEqual(silentSince([...quick, ...Array.from({ length: 13 }, () => 0)], 5000, FROM), null);
});

test("a client that was seen only now and then has no rhythm", () => {
  assert.equal(silentSince([1, 1, 1, 1, ...Array.from({ length: 170 }, () => 0)], 5000, FROM), null);
});
