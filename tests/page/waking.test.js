import assert from "node:assert/strict";
import { test } from "node:test";
import { UNTRIED } from "../../static/js/link/connection.js";
import { Model } from "../../static/js/model/model.js";
import { ServerClock } from "../../static/js/time/server-clock.js";
import { Wakefulness } from "../../static/js/time/wakefulness.js";
import { contract } from "./contracts.js";

const NOW = 1_000_000;
const SERVER = Date.parse("2026-11-24T07:00:00Z");
const OPEN = { ...UNTRIED, phase: /** @type {const} */ ("open"), everOpen: true };
const snapshot = JSON.parse(contract("instantanea"));
const change = JSON.parse(contract("cambio"));
const beat = JSON.parse(contract("latido"));

/** A page that hears of four events a second, by a clock of its own; the panel's frames wait for it while it sleeps. */
function watching() {
  /** @type {number[]} */ const at = [];
  const model = new Model({ onDelta: (delta) => void at.push(delta.at), onGap: () => assert.fail("a gap"), onNewClient: () => {} });
  model.linkChanged(OPEN);
  let n = 0;
  const hear = (/** @type {any} */ message, /** @type {number} */ now) => assert.ok(model.received(JSON.stringify(message), now));
  /** @param {number} sent in seconds @param {number} heard in seconds */
  const second = (sent, heard) => {
    const generado = new Date(SERVER + 1000 * sent).toISOString();
    if (sent % 5 === 0) hear({ ...beat, ahora: generado }, NOW + 1000 * heard);
    hear({ ...change, previa: snapshot.version + n, version: snapshot.version + n + 1, total: snapshot.total + 4 * (n + 1), generado }, NOW + 1000 * heard);
    n += 1;
  };
  hear(snapshot, NOW);
  for (let s = 0; s < 20; s += 1) second(s, s);
  model.look(NOW + 19_500);
  return { model, second, at };
}

test("what waited for a tab that woke up is put where it happened", () => {
  const { model, second, at } = watching();
  model.tick(NOW + 95_000); // the page's own timer may come first
  model.look(NOW + 95_000);
  for (let s = 20; s <= 95; s += 1) second(s, 95);
  assert.equal(model.pace.mean(), 4);
  assert.deepEqual([...new Set(model.pace.bins.slice(0, -1))], [4]);
  assert.deepEqual(at.map((time, i) => time - at[0] - 1000 * i), at.map(() => 0));
  assert.equal(model.state.changedAt.get("cliente_dos"), NOW + 95_000);
});

test("a snapshot that follows what waited is no burst either", () => {
  const { model, second } = watching();
  const gaps = /** @type {string[]} */ ([]);
  model.feeds = { ...model.feeds, onGap: () => void gaps.push("gap") };
  model.look(NOW + 95_000);
  second(20, 95);
  const generado = new Date(SERVER + 95_000).toISOString();
  model.tick(NOW + 95_000);
  model.received(JSON.stringify({ ...snapshot, version: 9999, total: snapshot.total + 380, generado }), NOW + 95_000);
  assert.equal(model.pace.mean(), null);
  assert.deepEqual(gaps, ["gap"]);
  assert.ok(Math.max(...model.pace.bins.map((bin) => bin ?? 0)) <= 4);
});

test("how long it waited is no delay, what comes then is one again", () => {
  const { model, second } = watching();
  model.look(NOW + 95_000);
  second(20, 95);
  assert.equal(model.arrived, false);
  second(95, 95);
  assert.equal(model.arrived, true);
});

test("what the network held up is a delay, and is put where it happened", () => {
  const { model, second } = watching();
  for (let s = 19; s < 25; s += 0.25) model.look(NOW + 1000 * s);
  second(20, 25);
  assert.equal(model.arrived, true);
  assert.equal(model.pace.bins.at(-1), 4);
  assert.equal(model.state.changedAt.get("cliente_dos"), NOW + 20_000);
});

test("seconds of a sleep in which nothing was counted are zeros, once that is known", () => {
  const { model, second } = watching();
  model.tick(NOW + 29_000);
  second(25, 29);
  assert.deepEqual(model.pace.bins.slice(-10), [0, 0, 0, 0, 0, 4, null, null, null, null]);
});

test("a machine that slept is told from clocks that go on, and from one that is set back", () => {
  const page = new Wakefulness();
  assert.equal(page.look(0, NOW), false);
  assert.equal(page.look(250, NOW + 250), false);
  assert.equal(page.look(500, NOW - 90_000), false);
  assert.equal(page.wokeAt, -Infinity);
  assert.equal(page.look(750, NOW + 1_000_000), true);
  assert.equal(page.look(1_000, NOW + 1_000_250), false);
  assert.equal(page.wokeAt, 750);
});

test("after the machine's sleep nothing is known of what passed, until the panel says", () => {
  const { model } = watching();
  const gaps = /** @type {string[]} */ ([]);
  model.feeds = { ...model.feeds, onGap: () => void gaps.push("gap") };
  model.slept();
  model.received(JSON.stringify({ ...snapshot, version: 9999, total: 90_000 }), NOW + 20_000);
  assert.deepEqual(gaps, ["gap"]);
  assert.equal(Math.max(...model.pace.bins.map((bin) => bin ?? 0)), 4);
});

test("a server's clock that is set back is believed after two heartbeats, one late heartbeat is not", () => {
  const clock = new ServerClock();
  /** @param {number} server @param {number} now in seconds */
  const heard = (server, now) => clock.heard(new Date(SERVER + 1000 * server).toISOString(), NOW + 1000 * now);
  for (let s = 0; s < 60; s += 5) heard(s, s);
  heard(58, 61);
  assert.equal(clock.at(NOW + 61_000), SERVER + 61_000);
  heard(-25, 65);
  heard(-20, 70);
  assert.equal(clock.at(NOW + 70_000), SERVER - 20_000);
});

test("heartbeats that waited for a tab say nothing of the clock", () => {
  const clock = new ServerClock();
  for (let s = 0; s < 20; s += 5) clock.heard(new Date(SERVER + 1000 * s).toISOString(), NOW + 1000 * s);
  for (let s = 20; s < 400; s += 5) clock.heard(new Date(SERVER + 1000 * s).toISOString(), NOW + 401_000);
  assert.equal(clock.at(NOW + 401_000), SERVER + 401_000);
});
