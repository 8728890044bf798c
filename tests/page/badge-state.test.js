import assert from "node:assert/strict";
import { test } from "node:test";
import { UNTRIED } from "../../static/js/link/connection.js";
import { INITIAL, reduce } from "../../static/js/model/state.js";
import { badgeOf, isCurrent, statusOf } from "../../static/js/model/badge-state.js";
import { contract } from "./contracts.js";

const NOW = 1_000_000;
const snapshot = JSON.parse(contract("instantanea"));
const beat = JSON.parse(contract("latido"));
const NOT_POLLING = { active: false, answeredAt: null };
const OPEN = { ...UNTRIED, phase: /** @type {const} */ ("open"), everOpen: true };
const LOST = { ...UNTRIED, phase: /** @type {const} */ ("waiting"), everOpen: true, attempt: 2, lostAt: NOW - 5000, retryAt: NOW + 2400 };

/** @param {any[]} messages all heard at NOW */
const heard = (...messages) => messages.reduce((state, message) => reduce(state, message, NOW), INITIAL);
const good = heard(snapshot, beat);

test("a page that has not tried yet is connecting", () => {
  assert.equal(statusOf(INITIAL, UNTRIED, NOT_POLLING, NOW).kind, "connecting");
});

test("counts and a heartbeat of analytics at work are live", () => {
  assert.equal(statusOf(good, OPEN, NOT_POLLING, NOW).kind, "live");
});

test("counts alone are not live: the heartbeat decides", () => {
  assert.equal(statusOf(heard(snapshot), OPEN, NOT_POLLING, NOW).kind, "connecting");
});

test("an open socket that falls silent is stale since it was last heard", () => {
  assert.equal(statusOf(good, OPEN, NOT_POLLING, NOW + 7000).kind, "live");
  const status = statusOf(good, OPEN, NOT_POLLING, NOW + 7001);
  assert.deepEqual([status.kind, status.since], ["stale", NOW]);
});

test("analytics that are away make it stale since their last answer", () => {
  const away = heard(snapshot, { ...beat, analiticas: "caida" });
  const status = statusOf(away, OPEN, NOT_POLLING, NOW);
  assert.deepEqual([status.kind, status.since], ["stale", Date.parse(beat.datos_de)]);
});

test("analytics that never answered are stale since nobody knows when", () => {
  const away = heard({ ...beat, analiticas: "caida", datos_de: null });
  const status = statusOf(away, OPEN, NOT_POLLING, NOW);
  assert.deepEqual([status.kind, status.since], ["stale", null]);
});

test("data that the panel itself has been without for long are stale whatever it calls them", () => {
  const old = heard(snapshot, { ...beat, ahora: "2026-11-24T07:00:10.001Z" });
  assert.equal(statusOf(old, OPEN, NOT_POLLING, NOW).kind, "stale");
});

test("analytics without a broker make it stale since they lost it", () => {
  const desde = "2026-11-24T06:59:58.000Z";
  const { kind, since, brokerLost } = statusOf(heard(snapshot, { ...beat, broker: "reconectando", desde }), OPEN, NOT_POLLING, NOW);
  assert.deepEqual([kind, since, brokerLost], ["stale", Date.parse(desde), true]);
});

test("a silent panel and absent analytics are told before a broker that they once missed", () => {
  const lost = { ...beat, broker: "reconectando" };
  const silent = statusOf(heard(snapshot, lost), OPEN, NOT_POLLING, NOW + 7001);
  assert.deepEqual([silent.kind, silent.since, silent.brokerLost], ["stale", NOW, false]);
  const away = statusOf(heard(snapshot, { ...lost, analiticas: "caida" }), OPEN, NOT_POLLING, NOW);
  assert.deepEqual([away.kind, away.since, away.brokerLost], ["stale", Date.parse(beat.datos_de), false]);
});

test("polling does not hide that the broker is lost", () => {
  const lost = heard(snapshot, { ...beat, broker: "reconectando" });
  assert.equal(statusOf(lost, LOST, { active: true, answeredAt: NOW }, NOW).kind, "stale");
});

test("a lost socket is reconnecting, with seconds, attempt and the time of the data", () => {
  const status = statusOf(good, LOST, NOT_POLLING, NOW);
  assert.deepEqual(status, { kind: "reconnecting", since: Date.parse(beat.datos_de), brokerLost: false, brokerRefuses: false, seconds: 3, attempt: 2 });
});

test("a socket lost for a minute is offline", () => {
  assert.equal(statusOf(good, LOST, NOT_POLLING, NOW + 55_000).kind, "reconnecting");
  assert.equal(statusOf(good, LOST, NOT_POLLING, NOW + 55_001).kind, "offline");
});

test("a browser without network is offline at once, but only while nothing arrives", () => {
  assert.equal(statusOf(good, LOST, NOT_POLLING, NOW, false).kind, "offline");
  assert.equal(statusOf(good, OPEN, NOT_POLLING, NOW, false).kind, "live");
});

test("answers to plain requests are current, and named for what they are", () => {
  const polling = { active: true, answeredAt: NOW };
  assert.equal(statusOf(good, LOST, polling, NOW + 11_000).kind, "polling");
  assert.equal(statusOf(good, LOST, polling, NOW + 11_001).kind, "reconnecting");
  assert.equal(statusOf(good, LOST, { active: true, answeredAt: null }, NOW).kind, "reconnecting");
});

test("polling does not hide that the analytics are away", () => {
  const away = heard(snapshot, { ...beat, analiticas: "caida" });
  assert.equal(statusOf(away, LOST, { active: true, answeredAt: NOW }, NOW).kind, "stale");
});

test("only live and polled numbers are vouched for", () => {
  const kinds = /** @type {const} */ (["connecting", "live", "polling", "stale", "reconnecting", "offline"]);
  assert.deepEqual(kinds.filter(isCurrent), ["live", "polling"]);
});

for (const [why, atraso_s, cola, kind] of /** @type {const} */ ([
  ["late with more waiting", 3, { listos: 1, sin_ack: 0 }, "behind"],
  ["late with more in hand", 30, { listos: 0, sin_ack: 1 }, "behind"],
  ["late with nothing waiting", 30, { listos: 0, sin_ack: 0 }, "live"],
  ["a little late", 2.9, { listos: 500, sin_ack: 0 }, "live"],
  ["late with a queue that nobody knows", 30, null, "live"],
])) {
  test(`counting ${why} is ${kind}`, () => {
    const status = statusOf(heard(snapshot, { ...beat, atraso_s, cola }), OPEN, NOT_POLLING, NOW);
    assert.equal(status.kind, kind);
    assert.equal(isCurrent(status.kind), true);
  });
}

test("the badge of a paused page says that, whatever happens meanwhile", () => {
  const stale = statusOf(good, OPEN, NOT_POLLING, NOW + 7001);
  assert.deepEqual([badgeOf(stale, false), badgeOf(stale, true)], ["stale", "paused"]);
});
