import assert from "node:assert/strict";
import { test } from "node:test";
import { grows, remarks } from "../../static/js/flow.js";
import { INITIAL, reduce } from "../../static/js/state.js";
import { contract } from "./contracts.js";

const beat = JSON.parse(contract("latido"));

/** The keys of what is said. @param {any[]} beats @param {any} [kind] */
function said(beats, kind = "live") {
  const state = beats.reduce((state, news) => reduce(state, { ...beat, ...news }, 0), INITIAL);
  return remarks(state, { kind, since: null, seconds: 0, attempt: 0 });
}

/** @param {number} listos */
const queue = (listos) => ({ cola: { listos, sin_ack: 0 } });

test("all well is said in two remarks", () => {
  assert.deepEqual(said([{}]), [{ key: "flow.broker_connected" }, { key: "flow.queue_empty" }]);
});

test("waiting messages are counted", () => {
  assert.deepEqual(said([queue(7)])[1], { key: "flow.queue", values: { n: 7 } });
});

test("a queue that is deeper at each heartbeat grows", () => {
  assert.deepEqual(said([queue(100), queue(200), queue(300)])[1], { key: "flow.queue_grows", values: { n: 300 }, warns: true });
});

test("a queue grows only if it keeps growing and is worth mentioning", () => {
  assert.equal(grows([10, 60, 70]), true);
  assert.equal(grows([300, 60, 70]), false);
  assert.equal(grows([60, 70]), false);
  assert.equal(grows([1, 2, 3]), false);
  assert.equal(grows([60, 60, 60]), false);
});

test("a broker that is away or blocks is said, and then nobody knows the queue", () => {
  assert.deepEqual(said([{ broker: "reconectando", ...queue(9) }]), [{ key: "flow.broker_reconnecting", warns: true }]);
  assert.deepEqual(said([{ broker: "bloqueado" }]), [{ key: "flow.broker_blocked", warns: true }]);
});

test("a delay of seconds and a paused store are said", () => {
  const keys = said([{ atraso_s: 12.4, almacen: "en_pausa" }]).map(({ key }) => key);
  assert.deepEqual(keys, ["flow.broker_connected", "flow.queue_empty", "flow.delay", "flow.store_paused"]);
});

test("analytics that are away are said, whatever else was known", () => {
  const away = { analiticas: "caida", cola: null, broker: null, almacen: null, atraso_s: null, tasas: null };
  assert.deepEqual(said([away], "stale"), [{ key: "flow.analytics_away", warns: true }]);
});

test("nothing is claimed while nothing is known", () => {
  assert.deepEqual(said([], "connecting"), [{ key: "flow.unknown" }]);
  assert.deepEqual(said([{}], "stale"), [{ key: "flow.unknown" }]);
  assert.deepEqual(said([{}], "reconnecting"), [{ key: "flow.unseen" }]);
});
