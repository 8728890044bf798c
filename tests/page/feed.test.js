import assert from "node:assert/strict";
import { test } from "node:test";
import { Feed, refreshAfter } from "../../static/js/history/feed.js";
import { PACE_QUESTION } from "../../static/js/history/question.js";
import { FakeClock } from "./fake-world.js";

const QUESTION = { ...PACE_QUESTION };
const answer = (version = 1) => JSON.stringify({ epoca: "e", version, desde: "2026-11-24T07:00:00Z", paso_s: 1, series: [{ cliente: null, evento: null, puntos: [1, 2] }], otros: [0, 0] });
const delta = { version: 2, at: Date.parse("2026-11-24T07:00:01.5Z"), total: 5, clients: new Map(), types: new Map() };

/** A feed whose answers the test gives. */
function makeFeed() {
  const clock = new FakeClock();
  /** @type {{url: string, answer: (text: string | null, refused?: {status: number, type: string}) => Promise<void>}[]} */
  const asked = [];
  const world = {
    ...{ setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout, random: () => 0.5 },
    hidden: false,
    fetch: (/** @type {string} */ url) =>
      new Promise((resolve) => asked.push({
        url,
        answer: async (text, { status, type } = { status: text === null ? 503 : 200, type: "application/json" }) => {
          resolve(/** @type {any} */ ({ ok: status === 200, status, text: async () => text, headers: new Map([["Age", "3"], ["Content-Type", type]]) }));
          await new Promise((done) => setImmediate(done));
        },
      })),
  };
  /** @type {any[]} */
  const recent = [];
  const feed = new Feed("historia", { onNews: () => {}, recent: () => recent, viewers: () => 1 }, /** @type {any} */ ({ ...world, hidden: () => world.hidden }));
  return { feed, clock, asked, world, recent };
}

test("a question is asked at once, and again after a while", async () => {
  const { feed, clock, asked } = makeFeed();
  feed.ask(QUESTION);
  clock.advance(0);
  assert.equal(asked[0].url, "historia?ventana=2m&paso=1s&por=total&limite=1");
  await asked[0].answer(answer());
  assert.deepEqual(feed.timeline?.totals(), [1, 2]);
  clock.advance(14_000);
  assert.equal(asked.length, 1);
  clock.advance(2_000);
  assert.equal(asked.length, 2);
});

test("what came while the answer was on its way is added to it", async () => {
  const { feed, clock, asked, recent } = makeFeed();
  feed.ask(QUESTION);
  clock.advance(0);
  recent.push({ ...delta, version: 1, total: 7 }, delta);
  await asked[0].answer(answer(1));
  assert.deepEqual(feed.timeline?.totals(), [1, 7]);
  assert.deepEqual(feed.history?.points, [[1, 2]]);
});

test("an answer to a question of before is dropped", async () => {
  const { feed, clock, asked } = makeFeed();
  feed.ask(QUESTION);
  clock.advance(0);
  feed.ask({ ...QUESTION, span: 60_000 });
  clock.advance(0);
  await asked[0].answer(answer(7));
  assert.equal(feed.timeline, null);
  await asked[1].answer(answer(8));
  assert.equal(feed.timeline?.version, 8);
});

test("a failure keeps what there is, says so, and is tried again ever more slowly", async () => {
  const { feed, clock, asked } = makeFeed();
  feed.ask(QUESTION);
  clock.advance(0);
  await asked[0].answer(answer());
  clock.advance(15_000);
  await asked[1].answer(null);
  assert.deepEqual([feed.failed, feed.timeline?.version], [true, 1]);
  clock.advance(1_600);
  assert.equal(asked.length, 3);
  await asked[2].answer("no es json");
  clock.advance(1_600);
  assert.equal(asked.length, 3);
});

const PROBLEM = "application/problem+json";
for (const [status, refusal] of /** @type {const} */ ([[404, "unlisted"], [400, "refused"]])) {
  test(`a final ${status} says why, and is asked again by the minute, of the past never`, async () => {
    for (const until of [null, 1]) {
      const { feed, clock, asked } = makeFeed();
      feed.ask({ ...QUESTION, client: "x", until });
      clock.advance(0);
      await asked[0].answer(null, { status, type: PROBLEM });
      assert.deepEqual([feed.failed, feed.refusal], [true, refusal]);
      clock.advance(40_000);
      assert.equal(asked.length, 1);
      clock.advance(40_000);
      assert.equal(asked.length, until === null ? 2 : 1);
    }
  });
}

test("an answer, or another question, ends a refusal", async () => {
  const { feed, clock, asked } = makeFeed();
  feed.ask({ ...QUESTION, client: "x" });
  clock.advance(0);
  await asked[0].answer(null, { status: 404, type: PROBLEM });
  feed.ask(QUESTION);
  assert.equal(feed.refusal, null);
  clock.advance(0);
  await asked[1].answer(answer());
  assert.deepEqual([feed.failed, feed.refusal], [false, null]);
});

test("the 404 of a proxy that is only starting is no final answer", async () => {
  const { feed, clock, asked } = makeFeed();
  feed.ask(QUESTION);
  clock.advance(0);
  await asked[0].answer(null, { status: 404, type: "text/plain; charset=utf-8" });
  assert.deepEqual([feed.failed, feed.refusal], [true, null]);
  clock.advance(2_000);
  assert.equal(asked.length, 2);
});

test("nothing is asked while the page is hidden", () => {
  const { feed, clock, asked, world } = makeFeed();
  world.hidden = true;
  feed.ask(QUESTION);
  clock.advance(60_000);
  assert.equal(asked.length, 0);
  world.hidden = false;
  clock.advance(1_000);
  assert.equal(asked.length, 1);
});

test("many calls to refresh are one, and none pushes it away", async () => {
  const { feed, clock, asked } = makeFeed();
  feed.ask(QUESTION);
  clock.advance(0);
  await asked[0].answer(answer());
  for (let i = 0; i < 30; i += 1) {
    feed.refresh();
    clock.advance(40);
  }
  assert.equal(asked.length, 2);
});

test("a refresh asked for while an answer is under way keeps its time", async () => {
  const { feed, clock, asked } = makeFeed();
  feed.ask(QUESTION);
  clock.advance(0);
  feed.refresh();
  await asked[0].answer(answer());
  clock.advance(2_000);
  assert.equal(asked.length, 2);
});

test("an answer from before the news that a refresh was for is asked for again", async () => {
  const { feed, clock, asked, recent } = makeFeed();
  feed.ask(QUESTION);
  clock.advance(0);
  await asked[0].answer(answer());
  recent.push(delta);
  feed.refresh();
  clock.advance(1_500);
  assert.equal(asked.length, 2);
  await asked[1].answer(answer(1)); // the panel keeps answers for a second
  assert.equal(feed.outdated, true);
  clock.advance(1_500);
  assert.equal(asked.length, 3);
  recent.push({ ...delta, version: 9 });
  await asked[2].answer(answer(2));
  assert.equal(feed.outdated, false);
  clock.advance(10_000);
  assert.equal(asked.length, 3);
});

test("an answer that stays too old is asked for ever more slowly", async () => {
  const { feed, clock, asked, recent } = makeFeed();
  feed.ask(QUESTION);
  recent.push(delta);
  feed.refresh();
  for (const pause of [1_000, 1_500, 3_000, 6_000]) {
    clock.advance(pause - 1);
    const before = asked.length;
    clock.advance(1);
    assert.equal(asked.length, before + 1);
    await asked[before].answer(answer(1)); // what the panel kept from before the analytics went away
  }
});

test("the past is read once", async () => {
  const { feed, clock, asked } = makeFeed();
  feed.ask({ ...QUESTION, until: 1 });
  clock.advance(0);
  await asked[0].answer(answer());
  clock.advance(3_600_000);
  assert.equal(asked.length, 1);
});

test("the more viewers, the longer an answer serves", () => {
  assert.equal(refreshAfter(QUESTION, 1), 15_000);
  assert.equal(refreshAfter(QUESTION, 5_000), 100_000);
  assert.equal(refreshAfter({ ...QUESTION, type: "x" }, 1), 2_000);
});
