import assert from "node:assert/strict";
import { test } from "node:test";
import { UNTRIED } from "../../static/js/link/connection.js";
import { futureEventsOf, zoneOf } from "../../static/js/model/future-events.js";
import { stages } from "../../static/js/model/pipeline.js";
import { NONE, refusesAll, setAsideOf } from "../../static/js/model/set-aside.js";
import { INITIAL, reduce } from "../../static/js/model/state.js";
import { statusOf } from "../../static/js/model/badge-state.js";
import { contract } from "./contracts.js";

const NOW = 1_000_000;
const snapshot = JSON.parse(contract("instantanea"));
const beat = JSON.parse(contract("latido"));
const OPEN = { ...UNTRIED, phase: /** @type {const} */ ("open"), everOpen: true };
const NOT_POLLING = { active: false, answeredAt: null };

/** @param {any} told */
const stateAfter = (told) => [snapshot, { ...beat, ...told }].reduce((state, message) => reduce(state, message, NOW), INITIAL);

test("what the broker set aside is told by reason, largest first, with what still waits", () => {
  const told = { ...beat, apartados: { total: 5, por_motivo: { maxlen: 1, expired: 4, otros: 0 } }, por_apartar: { broker: 2, propios: 1 } };
  assert.deepEqual(setAsideOf(told), { total: 5, reasons: [["expired", 4], ["maxlen", 1]], waiting: 3 });
});

for (const [what, told] of Object.entries({ nothing: {}, "that it is not known": { apartados: null, por_apartar: null, escritura: null }, "half of it": { por_apartar: { broker: null } } })) {
  test(`a heartbeat that tells ${what} shows nothing`, () => {
    const { apartados, por_apartar, escritura, futuros, ...bare } = beat;
    assert.deepEqual(setAsideOf({ ...bare, ...told }), NONE);
    assert.equal(refusesAll({ ...bare, ...told }), false);
    assert.equal(futureEventsOf({ ...bare, ...told }), null);
  });
}

test("no heartbeat shows nothing", () => {
  assert.deepEqual(setAsideOf(null), NONE);
  assert.equal(futureEventsOf(null), null);
});

test("what waits to be set aside is known since when", () => {
  const first = stateAfter({ por_apartar: { broker: 2, propios: 0 } });
  assert.equal(first.asideSince, NOW);
  const later = reduce(first, { ...beat, por_apartar: { broker: 9, propios: 0 } }, NOW + 5000);
  assert.equal(later.asideSince, NOW);
  assert.equal(reduce(later, { ...beat, por_apartar: { broker: 0, propios: 0 } }, NOW + 9000).asideSince, null);
});

test("a broker that refuses what is published is no live one, and one that holds it up is told", () => {
  const refused = stateAfter({ escritura: "rechazada" });
  const status = statusOf(refused, OPEN, NOT_POLLING, NOW);
  assert.deepEqual([status.kind, status.brokerRefuses, status.brokerLost], ["stale", true, false]);
  const [, queue] = stages(refused, status, 1);
  assert.deepEqual([queue.state, queue.key], ["warns", "flow.broker_refuses"]);
  const blocked = stateAfter({ broker: "bloqueado", escritura: "bloqueada" });
  assert.equal(statusOf(blocked, OPEN, NOT_POLLING, NOW).kind, "live");
  const [, held] = stages(blocked, statusOf(blocked, OPEN, NOT_POLLING, NOW), 1);
  assert.deepEqual([held.state, held.key, held.since], ["warns", "flow.broker_blocked", Date.parse(beat.desde)]);
  assert.equal(statusOf(stateAfter({ escritura: "ok" }), OPEN, NOT_POLLING, NOW).kind, "live");
});

const futuros = {
  total: 1204,
  ultimo: beat.ahora,
  clientes: [{ cliente: "tienda_1", eventos: 1100, ultimo: beat.ahora, adelanto_s: 3599, motivo: "hora_local" }, { cliente: "b", eventos: 4, adelanto_s: 90, motivo: "nuevo" }, null],
  otros: 100,
};

test("events of the future are told while they come: how many, from whom, the likely reason", () => {
  assert.deepEqual(futureEventsOf({ ...beat, futuros }), {
    total: 1204,
    clients: [{ client: "tienda_1", events: 1100, ahead: 3_599_000, why: "hora_local" }, { client: "b", events: 4, ahead: 90_000, why: null }],
  });
  const later = new Date(Date.parse(beat.ahora) + 16 * 60_000).toISOString();
  assert.equal(futureEventsOf({ ...beat, futuros, ahora: later }), null);
  assert.equal(futureEventsOf({ ...beat, futuros: { ...futuros, ultimo: null } }), null);
});

test("a lead is the offset of a zone", () => {
  assert.deepEqual([3_599_000, 7_200_000, 19_805_000, 20_700_000].map(zoneOf), ["UTC+1", "UTC+2", "UTC+5:30", "UTC+5:45"]);
});
