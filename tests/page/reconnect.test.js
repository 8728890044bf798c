import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { asksForPatience, CLOSE, delayAfter, HANDSHAKE_MS, onReturn, WATCHDOG_MS } from "../../static/js/link/reconnect.js";

const lowest = () => 0;
const highest = () => 0.999999;

/** @param {number | null} code @param {number} failures */
const range = (code, failures) => [delayAfter(code, failures, lowest), Math.ceil(delayAfter(code, failures, highest))];

test("the first try after a loss is made at once", () => {
  assert.deepEqual(range(1006, 0), [0, 0]);
  assert.deepEqual(range(null, 0), [0, 0]);
});

test("later tries are drawn from zero to a bound that doubles up to 30 s", () => {
  assert.deepEqual([1, 2, 3, 5, 6, 50].map((failures) => range(1006, failures)[1]), [1000, 2000, 4000, 16_000, 30_000, 30_000]);
  assert.equal(range(1006, 50)[0], 0);
});

test("a restarting panel gets its viewers back spread over a second", () => {
  assert.deepEqual(range(CLOSE.restart, 0), [0, 1000]);
  assert.deepEqual(range(CLOSE.restart, 3), [0, 4000]);
});

test("a viewer that was too slow waits one to five seconds", () => {
  assert.deepEqual(range(CLOSE.slow, 0), [1000, 5000]);
  assert.deepEqual(range(CLOSE.slow, 9), [1000, 5000]);
});

test("a full panel is asked again ever more rarely", () => {
  assert.deepEqual(range(CLOSE.full, 0), [5000, 10_000]);
  assert.deepEqual(range(CLOSE.full, 9), [5000, 65_000]);
});

test("a viewer that broke the rules does not hammer", () => {
  assert.deepEqual(range(CLOSE.policy, 0), [30_000, 60_000]);
});

test("the page waits as long as a program is told to", () => {
  const url = new URL("../../contracts/asyncapi.json", import.meta.url);
  const { "x-close-codes": codes, "x-come-back": others, "x-keep-alive": alive } = JSON.parse(readFileSync(url, "utf8")).channels.panel;
  const told = Object.entries(codes).filter(([, { comeBack }]) => comeBack !== null);
  assert.deepEqual(told.map(([code]) => code), ["1006", "1012", "1013", "4008"]);
  for (const [code, { comeBack }] of [...told, ["1000", { comeBack: others.otherCodes }]]) {
    for (const failures of [0, 1, 2, 5, 9]) {
      const { least, first, base, longest } = comeBack;
      const spread = failures === 0 ? first : Math.min(longest, base * 2 ** failures);
      assert.deepEqual(range(Number(code), failures), [least * 1000, (least + spread) * 1000], `${code} after ${failures}`);
    }
  }
  assert.equal(alive.silenceIsDeadAfterSeconds * 1000, WATCHDOG_MS);
});

test("a returning tab shortens no wait that the panel asked for", () => {
  assert.deepEqual([CLOSE.policy, CLOSE.full, CLOSE.restart, CLOSE.slow, 1006, null].map(asksForPatience), [true, true, false, false, false, false]);
});

test("who comes back waits for no timer, but for what still has its time", () => {
  const now = { patience: false, triedMs: HANDSHAKE_MS, silentMs: WATCHDOG_MS };
  assert.deepEqual([onReturn("waiting", now), onReturn("waiting", { ...now, patience: true })], ["replace", "leave"]);
  assert.deepEqual([onReturn("connecting", now), onReturn("connecting", { ...now, triedMs: HANDSHAKE_MS + 1 })], ["leave", "replace"]);
  assert.deepEqual([onReturn("open", now), onReturn("open", { ...now, silentMs: WATCHDOG_MS + 1 })], ["leave", "give up"]);
});
