import assert from "node:assert/strict";
import { test } from "node:test";
import { Fallback, POLL_MS } from "../../static/js/fallback.js";
import { FakeClock } from "./fake-world.js";

const settle = () => new Promise(setImmediate);

/** @param {() => Promise<any>} fetch */
function start(fetch) {
  const clock = new FakeClock();
  /** @type {string[]} */ const texts = [];
  const world = { fetch, setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout };
  const fallback = new Fallback("http://panel/estado.json", (text) => void texts.push(text), world);
  fallback.start();
  return { clock, texts, fallback };
}

const answer = async () => ({ ok: true, text: async () => "estado" });

test("it asks at once and then every five seconds", async () => {
  const { clock, texts } = start(answer);
  await settle();
  assert.deepEqual(texts, ["estado"]);
  clock.advance(POLL_MS);
  await settle();
  assert.equal(texts.length, 2);
});

test("starting twice asks once", async () => {
  let calls = 0;
  const { fallback } = start(() => {
    calls += 1;
    return answer();
  });
  fallback.start();
  await settle();
  assert.equal(calls, 1);
});

test("a panel that is away or answers an error is asked again", async () => {
  let calls = 0;
  const { clock, texts } = start(async () => {
    calls += 1;
    if (calls === 1) throw new TypeError("refused");
    return { ok: calls > 2, text: async () => "estado" };
  });
  await settle();
  clock.advance(POLL_MS);
  await settle();
  assert.deepEqual(texts, []);
  clock.advance(POLL_MS);
  await settle();
  assert.deepEqual(texts, ["estado"]);
});

test("an answer that comes after the end is dropped, and nothing is asked any more", async () => {
  const { clock, texts, fallback } = start(answer);
  fallback.stop();
  await settle();
  clock.advance(10 * POLL_MS);
  await settle();
  assert.deepEqual(texts, []);
  assert.equal(clock.timers.size, 0);
});
