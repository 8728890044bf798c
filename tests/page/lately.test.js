import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientsLately } from "../../static/js/model/lately.js";
import { INITIAL, reduce } from "../../static/js/model/state.js";
import { contract } from "./contracts.js";

const [snapshot, change] = [JSON.parse(contract("instantanea")), JSON.parse(contract("cambio"))];

/** What is known of clients by a state alone, before any history. @param {any} state */
function latelyBy(state) {
  const lately = new ClientsLately();
  const overview = /** @type {any} */ ({ timeline: null });
  lately.update(/** @type {any} */ ({ overview, state, now: 2000, serverNow: 2000, chartNow: 2000, fresh: null, knownUntil: null }));
  return lately;
}

test("a client is active for a minute after its last event", () => {
  const lately = latelyBy(reduce(reduce(INITIAL, snapshot, 1000), change, 2000));
  assert.equal(lately.active(2000 + 60_000), 1);
  assert.equal(lately.active(2001 + 60_000), 0);
});

test("a client of which nothing was heard is not active, and has no age", () => {
  const lately = latelyBy(reduce(INITIAL, snapshot, 1000));
  assert.equal(lately.active(1000), 0);
  assert.deepEqual(lately.of("cliente_uno"), { activity: undefined, seenAt: null, silentSince: null });
});
