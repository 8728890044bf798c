import assert from "node:assert/strict";
import { test } from "node:test";
import { grows, stages } from "../../static/js/model/pipeline.js";
import { INITIAL, reduce } from "../../static/js/model/state.js";
import { contract } from "./contracts.js";

const beat = JSON.parse(contract("latido"));

/** What is said of each part. @param {any[]} beats @param {any} [kind] @param {boolean} [brokerLost] @returns {Record<string, any>} */
function said(beats, kind = "live", brokerLost = false) {
  const state = beats.reduce((state, news) => reduce(state, { ...beat, ...news }, 0), INITIAL);
  const all = stages(state, { kind, since: 5, brokerLost, seconds: 0, attempt: 0 }, 7);
  return Object.fromEntries(all.map(({ part, state, key, values }) => [part, [state, key, ...(values ? [values.n] : [])]]));
}

/** @param {number} listos */
const queue = (listos) => ({ cola: { listos, sin_ack: 0 } });

test("while all is well each part says so", () => {
  assert.deepEqual(said([{}]), {
    clients: ["ok", "flow.clients", 7],
    queue: ["ok", "flow.queue_empty"],
    analytics: ["ok", "flow.counted"],
    panel: ["ok", "flow.reached"],
    viewers: ["ok", "flow.viewers", 2],
  });
});

test("of parts that there are several of it is said how many run", () => {
  /** @param {any} news */
  const running = (news) => {
    const state = reduce(INITIAL, { ...beat, ...news }, 0);
    const all = stages(state, { kind: "live", since: 5, brokerLost: false, seconds: 0, attempt: 0 }, 7);
    return all.slice(1, 3).map(({ state, running, key }) => [key === "flow.fewer" ? "fewer" : state, running?.n, running?.all]);
  };

  assert.deepEqual(running({}), [["ok", 3, 3], ["ok", 3, 3]]);
  const fewer = { miembros: { total: 3, en_linea: 2, bastan: false }, instancias: { total: 3, en_linea: 2 } };
  assert.deepEqual(running(fewer), [["fewer", 2, 3], ["fewer", 2, 3]]);
  assert.deepEqual(running({ ...fewer, broker: "bloqueado" })[0], ["warns", 2, 3]);
  assert.deepEqual(running({ miembros: { total: 1, en_linea: 1, bastan: true }, instancias: null }), [["ok", undefined, undefined], ["ok", undefined, undefined]]);
  const away = { analiticas: "caida", miembros: null, instancias: null };
  assert.deepEqual(running(away).map(([, n]) => n), [undefined, undefined]);
});

test("waiting messages are counted", () => {
  assert.deepEqual(said([queue(7)]).queue, ["ok", "flow.queue", 7]);
});

test("a queue that is deeper at each heartbeat grows", () => {
  assert.deepEqual(said([queue(100), queue(200), queue(300)]).queue, ["warns", "flow.queue_grows", 300]);
});

test("a queue grows only if it keeps growing and is worth mentioning", () => {
  assert.equal(grows([10, 60, 70]), true);
  assert.equal(grows([300, 60, 70]), false);
  assert.equal(grows([60, 70]), false);
  assert.equal(grows([1, 2, 3]), false);
  assert.equal(grows([60, 60, 60]), false);
});

test("a broker that is away or blocks is said where the queue is", () => {
  const lost = said([{ broker: "reconectando", ...queue(9) }], "stale", true);
  assert.deepEqual([lost.queue, lost.panel], [["warns", "flow.broker_reconnecting"], ["ok", "flow.reached"]]);
  assert.deepEqual(said([{ broker: "bloqueado" }]).queue, ["warns", "flow.broker_blocked"]);
});

test("a delay of seconds and a paused store are said where the analytics are", () => {
  assert.deepEqual(said([{ atraso_s: 12.4 }]).analytics, ["warns", "flow.delay", 12]);
  assert.deepEqual(said([{ atraso_s: 12.4, almacen: "en_pausa" }]).analytics, ["warns", "flow.store_paused"]);
});

test("analytics that are away are said, and nothing is claimed of what only they know", () => {
  const away = { analiticas: "caida", cola: null, broker: null, almacen: null, atraso_s: null, tasas: null };
  assert.deepEqual(said([away], "stale"), {
    clients: ["unknown", "flow.unknown"],
    queue: ["unknown", "flow.queue_keeps"],
    analytics: ["warns", "flow.analytics_away"],
    panel: ["ok", "flow.reached"],
    viewers: ["ok", "flow.viewers", 2],
  });
});

for (const [kind, panel] of /** @type {const} */ ([["connecting", "unknown"], ["stale", "warns"], ["reconnecting", "warns"], ["offline", "warns"]])) {
  test(`nothing is claimed of what is behind the panel while the page is ${kind}`, () => {
    const parts = said([{}], kind);
    assert.equal(parts.panel[0], panel);
    for (const part of ["clients", "queue", "analytics", "viewers"]) assert.equal(parts[part][0], "unknown", part);
  });
}
