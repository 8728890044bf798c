import assert from "node:assert/strict";
import { test } from "node:test";
import { deltaBetween } from "../../static/js/model/deltas.js";
import { INITIAL, reduce } from "../../static/js/model/state.js";
import { contract } from "./contracts.js";

const snapshot = JSON.parse(contract("instantanea"));
const change = JSON.parse(contract("cambio"));
const before = reduce(INITIAL, snapshot, 0);

test("what a change added is known by client and by type", () => {
  const delta = deltaBetween(before, reduce(before, change, 1), 7);
  assert.deepEqual(delta, { version: 1235, at: 7, total: 1, clients: new Map([["cliente_dos", 1]]), types: new Map([["clic", 1]]) });
});

test("what a newly listed client added is unknown: some of it was counted before", () => {
  const after = reduce(before, { ...change, total: 5522, clientes: { nuevo: 501 }, eventos: { ...change.eventos, alta: 3 } }, 1);
  const delta = deltaBetween(before, after, 7);
  assert.deepEqual([delta?.total, delta?.clients.size, delta?.types.has("alta")], [501, 0, false]);
});

test("between two stores nothing is known", () => {
  assert.equal(deltaBetween(before, reduce(before, { ...snapshot, epoca: "otra" }, 1), 7), null);
  assert.equal(deltaBetween(INITIAL, before, 7), null);
});
