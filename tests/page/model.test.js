import assert from "node:assert/strict";
import { test } from "node:test";
import { UNTRIED } from "../../static/js/link/connection.js";
import { Model } from "../../static/js/model/model.js";
import { contract } from "./contracts.js";

const NOW = 1_000_000;
const OPEN = { ...UNTRIED, phase: /** @type {const} */ ("open"), everOpen: true };
const FAILED = { ...UNTRIED, phase: /** @type {const} */ ("waiting"), attempt: 3, lostAt: NOW };
const snapshot = JSON.parse(contract("instantanea"));
const beat = JSON.parse(contract("latido"));

function live() {
  const model = new Model();
  model.linkChanged(OPEN);
  for (const name of ["instantanea", "latido"]) assert.equal(model.received(contract(name), NOW), true);
  return model;
}

test("snapshot and heartbeat make it live", () => {
  assert.equal(live().status(NOW).kind, "live");
});

test("a change that does not fit asks for a new socket, and a fitting one does not", () => {
  const model = live();
  assert.equal(model.received(contract("cambio"), NOW), true);
  assert.equal(model.received(contract("cambio"), NOW), false);
});

test("a frame that is no message asks for a new socket", () => {
  assert.equal(live().received("{", NOW), false);
});

test("a type of message that is not known yet changes nothing", () => {
  assert.equal(live().received('{"tipo": "aviso"}', NOW), true);
});

test("polling starts after three failed sockets and ends with a good one", () => {
  const model = new Model();
  model.linkChanged({ ...FAILED, attempt: 2 });
  assert.equal(model.polling.active, false);
  model.linkChanged(FAILED);
  assert.equal(model.polling.active, true);
  model.linkChanged({ ...FAILED, phase: "connecting", attempt: 4 });
  assert.equal(model.polling.active, true);
  model.linkChanged(OPEN);
  assert.equal(model.polling.active, false);
});

test("the socket is refused when the panel answers requests and no socket ever worked", () => {
  const model = new Model();
  model.linkChanged(FAILED);
  assert.equal(model.refused, false);
  model.polled([snapshot, beat], NOW);
  assert.equal(model.refused, true);
  assert.equal(model.status(NOW).kind, "polling");
});

test("a socket that takes long is no refused one, though requests take over", () => {
  const model = new Model();
  model.linkChanged({ ...UNTRIED, slow: true });
  assert.equal(model.polling.active, true);
  model.polled([snapshot, beat], NOW);
  assert.equal(model.refused, false);
  assert.equal(model.status(NOW).kind, "polling");
});

test("a socket that once worked is not called refused", () => {
  const model = live();
  model.linkChanged({ ...FAILED, everOpen: true });
  model.polled([snapshot, beat], NOW);
  assert.equal(model.refused, false);
});

test("a new socket is not live by the heartbeat of the one before", () => {
  const model = live();
  model.linkChanged({ ...FAILED, attempt: 1, everOpen: true });
  model.linkChanged(OPEN);
  model.received(contract("instantanea"), NOW);
  assert.equal(model.status(NOW).kind, "connecting");
});

test("the jump of a snapshot after a gap is no rate, that of a change is", () => {
  const model = live();
  model.received(JSON.stringify({ ...snapshot, total: 9000 }), NOW + 60_000);
  assert.deepEqual(model.pace.bins.filter((bin) => bin), []);
  model.received(contract("cambio").replace('"total": 5022', '"total": 9004'), NOW + 60_000);
  assert.deepEqual(model.pace.bins.filter((bin) => bin), [4]);
});

test("a snapshot right after other news continues them", () => {
  const model = live();
  model.received(JSON.stringify({ ...snapshot, version: 1250, total: 5030 }), NOW + 1000);
  assert.equal(model.pace.bins.at(-1), 9);
});

/** A model that notes what it tells the histories. */
function noting() {
  /** @type {(number | "gap" | "new")[]} */
  const told = [];
  const model = new Model({ onDelta: ({ total }) => void told.push(total), onGap: () => void told.push("gap"), onNewClient: () => void told.push("new") });
  model.linkChanged(OPEN);
  const change = JSON.parse(contract("cambio"));
  return {
    ...{ model, told },
    receive: (/** @type {any} */ message, now = NOW) => model.received(JSON.stringify(message), now),
    next: (/** @type {number} */ n, ms = 0) => ({ ...change, generado: new Date(Date.parse(change.generado) + ms).toISOString(), previa: snapshot.version + n, version: snapshot.version + n + 1, total: snapshot.total + n + 1 }),
  };
}

test("histories are told what each change added, and nothing of the first snapshot", () => {
  const { told, receive, next } = noting();
  for (const message of [snapshot, beat, next(0), next(1)]) receive(message);
  assert.deepEqual(told, [1, 1]);
});

/** Heartbeats of analytics that can count nothing new. */
const CUT_OFF = [{ ...beat, analiticas: "caida" }, { ...beat, broker: "reconectando" }];

test("what happened at an unknown time is a gap: after an absence, late, or in a snapshot", () => {
  for (const cutOff of CUT_OFF) {
    const { told, receive, next } = noting();
    for (const message of [snapshot, cutOff, next(0)]) receive(message);
    assert.deepEqual(told, ["gap"]);
  }
  const { told, receive, next } = noting();
  for (const message of [snapshot, beat, next(0)]) receive(message);
  receive({ ...beat, atraso_s: 9, cola: { listos: 5, sin_ack: 0 } });
  told.length = 0;
  receive(next(1));
  assert.deepEqual(told.splice(0), ["gap"]);
  receive(beat);
  receive({ ...snapshot, version: 9999, total: 9999 }, NOW + 5000);
  assert.deepEqual(told, ["gap"]);
});

test("analytics that are back, or have their broker back, make histories be asked for at once, once", () => {
  for (const cutOff of CUT_OFF) {
    const { told, receive } = noting();
    for (const message of [snapshot, beat, cutOff]) receive(message);
    assert.deepEqual(told, []);
    receive(beat);
    receive(beat);
    assert.deepEqual(told, ["gap"]);
  }
});

test("what came lately is kept for three seconds, put together to tenths of one", () => {
  const { model, receive, next } = noting();
  receive(snapshot);
  [0, 50, 99, 100, 150].forEach((ms, n) => receive(next(n, ms), NOW + ms));
  assert.deepEqual(model.recent.map(({ total, version }) => [total, version - snapshot.version]), [[3, 3], [2, 5]]);
  receive(next(5, 3_100), NOW + 3_100);
  assert.deepEqual(model.recent.map(({ total }) => total), [1]);
});

test("a client that appears is told, so that its history is asked for", () => {
  const { told, receive, next } = noting();
  receive(snapshot);
  receive({ ...next(0), clientes: { nuevo: 1 } });
  assert.deepEqual(told, [1, "new"]);
});

test("no number falls while a panel that is behind catches up, and the badge stays what it is", () => {
  const model = live();
  assert.equal(model.received(JSON.stringify({ ...snapshot, version: 1240, total: 5040, clientes: { cliente_uno: 3019, cliente_dos: 2021 } }), NOW), true);
  model.linkChanged({ ...OPEN, phase: "connecting" });
  model.linkChanged(OPEN);
  for (const name of ["instantanea", "latido", "cambio"]) {
    assert.equal(model.received(contract(name), NOW), true);
    assert.equal(model.state.counts?.total, 5040);
  }
  assert.equal(model.status(NOW).kind, "live");
});
