import assert from "node:assert/strict";
import { test } from "node:test";
import { Kept } from "../../static/js/history/kept.js";
import { FakeClock } from "./fake-world.js";

const settled = () => new Promise((done) => setImmediate(done));

/** One whose answers the test gives. */
function makeKept() {
  const clock = new FakeClock();
  /** @type {{url: string, answer: (text: string | null) => Promise<void>}[]} */
  const asked = [];
  const world = {
    ...{ setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout, random: () => 0.5, hidden: () => false },
    fetch: (/** @type {string} */ url) =>
      new Promise((resolve) => asked.push({
        url,
        answer: async (text) => {
          resolve(/** @type {any} */ ({ ok: text !== null, text: async () => text }));
          await settled();
        },
      })),
  };
  let news = 0;
  /** @type {Kept<number>} */
  const kept = new Kept("habitual", () => void (news += 1), /** @type {any} */ (world));
  return { kept, clock, asked, news: () => news };
}

/** @param {string} query */
const wanted = (query, about = "a", serves = Infinity) => ({ query, about, parse: JSON.parse, serves });

test("it asks at once, and only when something else is wanted", async () => {
  const { kept, clock, asked, news } = makeKept();
  kept.ask(wanted("q=1"));
  clock.advance(0);
  await asked[0].answer("1");
  kept.ask(wanted("q=1"));
  clock.advance(1e9);
  assert.deepEqual([asked.map(({ url }) => url), kept.value, news()], [["habitual?q=1"], 1, 1]);
});

test("an answer stays while the next one for the same thing is awaited, and no longer", async () => {
  const { kept, clock, asked } = makeKept();
  kept.ask(wanted("q=1"));
  clock.advance(0);
  await asked[0].answer("1");
  kept.ask(wanted("q=2"));
  assert.equal(kept.value, 1);
  kept.ask(wanted("q=3", "b"));
  assert.equal(kept.value, null);
  kept.ask(null);
  clock.advance(1e9);
  assert.equal(asked.length, 1);
});

test("an answer that comes late is for nobody", async () => {
  const { kept, clock, asked } = makeKept();
  kept.ask(wanted("q=1"));
  clock.advance(0);
  kept.ask(wanted("q=2", "b"));
  clock.advance(0);
  await asked[0].answer("1");
  assert.equal(kept.value, null);
  await asked[1].answer("2");
  assert.equal(kept.value, 2);
});

test("what moves on is asked again, and what failed after longer and longer", async () => {
  const { kept, clock, asked } = makeKept();
  kept.ask(wanted("q=1", "a", 60_000));
  clock.advance(0);
  await asked[0].answer("1");
  clock.advance(59_999);
  assert.equal(asked.length, 1);
  clock.advance(1);
  await asked[1].answer(null);
  assert.deepEqual([kept.value, kept.failed], [1, true]);
  for (const [n, ms] of [4_000, 8_000, 16_000, 32_000, 60_000, 60_000].entries()) {
    clock.advance(ms - 1);
    assert.equal(asked.length, n + 2);
    clock.advance(1);
    await asked[n + 2].answer("no JSON");
  }
  clock.advance(60_000);
  await asked[8].answer("2");
  assert.deepEqual([kept.value, kept.failed], [2, false]);
});
