import assert from "node:assert/strict";
import { test } from "node:test";
import { forgetBeat, INITIAL, reduce } from "../../static/js/model/state.js";
import { contract } from "./contracts.js";

const snapshot = JSON.parse(contract("instantanea"));
const change = JSON.parse(contract("cambio"));
const beat = JSON.parse(contract("latido"));

/** @param {any[]} messages one a second */
const after = (...messages) => messages.reduce((state, message, i) => reduce(state, message, 1000 * (i + 1)), INITIAL);

test("a snapshot replaces everything", () => {
  const state = after({ ...snapshot, clientes: { otra: 1 }, total: 1 }, snapshot);
  assert.deepEqual([...state.clients], [["cliente_uno", 3000], ["cliente_dos", 2021]]);
  assert.equal(state.counts?.total, 5021);
});

test("a change that builds on the snapshot merges its clients and replaces the rest", () => {
  const state = after(snapshot, change);
  assert.deepEqual([...state.clients], [["cliente_uno", 3000], ["cliente_dos", 2022]]);
  assert.equal(state.counts?.version, change.version);
  assert.equal(state.counts?.total, 5022);
  assert.deepEqual([...state.changedAt], [["cliente_dos", 2000]]);
  assert.equal(state.gap, false);
});

test("null removes a client that is no longer listed", () => {
  const state = after(snapshot, { ...change, clientes: { cliente_uno: null, nuevo: 1 } });
  assert.deepEqual([...state.clients.keys()], ["cliente_dos", "nuevo"]);
  assert.deepEqual([...state.changedAt.keys()], ["nuevo"]);
});

for (const [why, wrong] of Object.entries({
  "of another store": { epoca: "otra" },
  "that builds on a later version": { previa: 1235 },
  "that builds on an earlier version": { previa: 1233 },
})) {
  test(`a change ${why} is a gap and changes no number`, () => {
    const state = after(snapshot, { ...change, ...wrong });
    assert.equal(state.gap, true);
    assert.equal(state.counts, snapshot);
  });
}

test("a change before any snapshot is a gap, and a snapshot ends it", () => {
  assert.equal(after(change).gap, true);
  assert.equal(after(change, snapshot).gap, false);
});

test("the first snapshot tells nothing about when clients changed", () => {
  assert.equal(after(snapshot).changedAt.size, 0);
});

test("a later snapshot shows which clients changed meanwhile", () => {
  const later = { ...snapshot, version: 1300, clientes: { cliente_uno: 3000, cliente_dos: 2500, nuevo: 1 } };
  assert.deepEqual([...after(snapshot, later).changedAt], [["cliente_dos", 2000], ["nuevo", 2000]]);
});

test("a later snapshot keeps what was known of clients that did not change", () => {
  const later = { ...snapshot, version: 1236, clientes: { cliente_uno: 3001, cliente_dos: 2022 } };
  assert.deepEqual([...after(snapshot, change, later).changedAt], [["cliente_uno", 3000], ["cliente_dos", 2000]]);
});

test("another epoca means that counting started anew", () => {
  const state = after(snapshot, change, { ...snapshot, epoca: "otra", version: 1 });
  assert.equal(state.restartedAt, 3000);
  assert.equal(state.changedAt.size, 0);
  assert.equal(after(snapshot, snapshot).restartedAt, null);
});

test("names that mean something to JavaScript are names like any other", () => {
  const clientes = JSON.parse('{"__proto__": 4, "constructor": 3, "toString": 2}');
  const state = after(snapshot, { ...change, clientes });
  assert.equal(state.clients.get("__proto__"), 4);
  assert.equal(state.clients.get("constructor"), 3);
  assert.equal(state.clients.size, 5);
});

test("a heartbeat keeps the counts and remembers the last few depths of the queue", () => {
  const beats = [1, 2, 3, 4, 5].map((listos) => ({ ...beat, cola: { listos, sin_ack: 0 } }));
  const state = after(snapshot, ...beats);
  assert.equal(state.counts, snapshot);
  assert.deepEqual(state.queue, [2, 3, 4, 5]);
  assert.equal(state.heardAt, 6000);
});

test("a heartbeat that does not know the queue forgets its depths", () => {
  assert.deepEqual(after(beat, { ...beat, cola: null }).queue, []);
});

test("a new socket starts without a heartbeat", () => {
  assert.equal(forgetBeat(after(snapshot, beat)).beat, null);
});

test("a state is never changed in place", () => {
  const state = after(snapshot);
  const before = structuredClone(state);
  reduce(state, change, 9000);
  reduce(state, beat, 9000);
  assert.deepEqual(state, before);
});

const newer = { ...snapshot, version: 1240, total: 5031, clientes: { cliente_uno: 3005, cliente_dos: 2026 } };

test("a page that moves to a panel that is behind keeps its numbers until that has caught up", () => {
  const moved = [newer, snapshot, change];
  assert.equal(after(...moved).counts, newer);
  assert.deepEqual([...after(...moved).clients], [["cliente_uno", 3005], ["cliente_dos", 2026]]);
  assert.equal(after(...moved).gap, false);

  const level = { ...change, previa: 1235, version: 1240, total: 5031, clientes: { cliente_uno: 3005, cliente_dos: 2026 } };
  assert.deepEqual(after(...moved, level).behind, null);
  const past = { ...level, version: 1241, total: 5033, clientes: { ...level.clientes, nuevo: 2 } };
  const caughtUp = after(...moved, past);
  assert.deepEqual([...caughtUp.clients], [["cliente_uno", 3005], ["cliente_dos", 2026], ["nuevo", 2]]);
  assert.deepEqual([caughtUp.counts?.version, caughtUp.counts?.total, caughtUp.behind], [1241, 5033, null]);
  assert.deepEqual([...caughtUp.changedAt], [["nuevo", 4000]]);
  assert.equal(after(...moved, past, { ...past, previa: 1241, version: 1242, clientes: {} }).gap, false);
});

test("what doesn't build on what that panel told is a gap, as ever", () => {
  assert.equal(after(newer, snapshot, { ...change, previa: 1240 }).gap, true);
  assert.equal(after(newer, snapshot, { ...change, previa: 1240 }, newer).gap, false);
});

test("another epoca is shown, whatever its version", () => {
  const state = after(newer, snapshot, { ...snapshot, epoca: "otra", version: 1 });
  assert.deepEqual([state.counts?.version, state.behind], [1, null]);
});
