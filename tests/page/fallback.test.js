import assert from "node:assert/strict";
import { test } from "node:test";
import { CUT_LOOKS_MS, Fallback, POLL_MS, PROBE_MS, SOCKET_FIRST_MS } from "../../static/js/link/fallback.js";
import { FakeClock } from "./fake-world.js";

const BEAT = { tipo: "latido", analiticas: "en_linea" };
const STATE = JSON.stringify({ instantanea: null, latido: BEAT });
const settle = () => new Promise(setImmediate);

/** In a world where random() is always one half. @param {() => Promise<any>} fetch @param {number} [viewers] */
function start(fetch, viewers = 1) {
  const clock = new FakeClock();
  /** @type {import("../../static/js/link/wire.js").Message[][]} */ const states = [];
  const backs = { count: 0 };
  const world = { fetch, setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout, random: () => 0.5 };
  const page = { onState: (/** @type {any} */ state) => void states.push(state), onBack: () => void (backs.count += 1), viewers: () => viewers };
  const fallback = new Fallback("http://panel/estado.json", page, world);
  fallback.start();
  return { clock, states, backs, fallback };
}

/** Lets all looks after a cut come about. @param {FakeClock} clock */
async function waited(clock) {
  for (const ms of CUT_LOOKS_MS) {
    await settle();
    clock.advance(ms);
  }
  await settle();
}

const answer = async () => ({ ok: true, text: async () => STATE });

test("it asks at once and then every five seconds", async () => {
  const { clock, states } = start(answer);
  await settle();
  assert.deepEqual(states, [[BEAT]]);
  clock.advance(POLL_MS);
  await settle();
  assert.equal(states.length, 2);
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

test("a panel that is away or answers an error is asked again each second, its return is told", async () => {
  let calls = 0;
  const { clock, states, backs } = start(async () => {
    calls += 1;
    if (calls === 1) throw new TypeError("refused");
    return { ok: calls > 2, text: async () => STATE };
  });
  await settle();
  clock.advance(PROBE_MS);
  await settle();
  assert.deepEqual([calls, backs.count], [2, 0]);
  clock.advance(PROBE_MS);
  await settle();
  assert.deepEqual([calls, backs.count], [3, 1]);
  assert.deepEqual(states, [], "the socket has the first try");
  clock.advance(SOCKET_FIRST_MS);
  assert.deepEqual(states, [[BEAT]]);
  clock.advance(POLL_MS);
  await settle();
  assert.deepEqual([calls, backs.count], [4, 1]);
});

test("what the fallback brings is not told once the socket is back", async () => {
  let calls = 0;
  const { clock, states, fallback } = start(async () => ({ ok: ++calls > 1, text: async () => STATE }));
  await settle();
  clock.advance(PROBE_MS);
  await settle();
  fallback.stop();
  clock.advance(POLL_MS);
  assert.deepEqual([calls, states], [2, []]);
});

test("thousands who miss the panel ask for it more rarely", async () => {
  let calls = 0;
  const { clock } = start(async () => ({ ok: ++calls > 99, text: async () => "" }), 5_000);
  await settle();
  clock.advance(9_999);
  await settle();
  assert.equal(calls, 1);
  clock.advance(1);
  await settle();
  assert.equal(calls, 2);
});

test("an answer that is no state is none: something else answers in the panel's place", async () => {
  let calls = 0;
  const { clock, states, backs } = start(async () => ({ ok: true, text: async () => (++calls > 1 ? STATE : "<html>") }));
  await settle();
  assert.deepEqual(states, []);
  clock.advance(PROBE_MS);
  await settle();
  assert.equal(backs.count, 1);
});

test("a network that answers nothing is away, any answer shows that it is there", async () => {
  const { fallback } = start(() => Promise.reject(new TypeError("no network")));
  assert.equal(await fallback.unreached(() => true), true);
  const { clock, fallback: reached } = start(async () => ({ ok: false, text: async () => "" }));
  const unreached = reached.unreached(() => true);
  await waited(clock);
  assert.equal(await unreached, false);
});

test("a cut that requests feel a moment after the browser tells of it is noticed", async () => {
  let calls = 0;
  const { clock, fallback } = start(() => (++calls > 2 ? Promise.reject(new TypeError("no network")) : answer()));
  await settle();
  const unreached = fallback.unreached(() => true);
  await waited(clock);
  assert.equal(await unreached, true);
});

test("a browser that is back meanwhile is not taken for cut off", async () => {
  const { clock, fallback } = start(() => answer());
  let told = true;
  const unreached = fallback.unreached(() => told);
  await settle();
  told = false;
  await waited(clock);
  assert.equal(await unreached, false);
});

test("an answer that comes after the end is dropped, and nothing is asked any more", async () => {
  const { clock, states, fallback } = start(answer);
  fallback.stop();
  await settle();
  clock.advance(10 * POLL_MS);
  await settle();
  assert.deepEqual(states, []);
  assert.equal(clock.timers.size, 0);
});
