import assert from "node:assert/strict";
import { test } from "node:test";
import { CLOSE } from "../../static/js/link/reconnect.js";
import { Connection } from "../../static/js/link/connection.js";
import { FakeClock, FakeSocket } from "./fake-world.js";

/** A connection in a world where random() is always one half. */
function start() {
  const clock = new FakeClock();
  /** @type {FakeSocket[]} */ const sockets = [];
  /** @type {string[]} */ const texts = [];
  /** @type {import("../../static/js/link/connection.js").Link[]} */ const links = [];
  const socket = () => sockets[sockets.push(new FakeSocket()) - 1];
  const world = { socket, random: () => 0.5, now: clock.now, setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout };
  const handlers = { onText: (/** @type {string} */ text) => void texts.push(text), onLink: (/** @type {any} */ link) => void links.push(link) };
  const connection = new Connection("ws://panel/ws", handlers, world);
  connection.open();
  return { clock, sockets, texts, connection, link: () => /** @type {NonNullable<typeof links[0]>} */ (links.at(-1)) };
}

test("a socket counts as open once it has brought something", () => {
  const { sockets, texts, link } = start();
  assert.equal(link().phase, "connecting");
  sockets[0].brings("uno");
  assert.equal(link().phase, "open");
  assert.equal(link().everOpen, true);
  assert.deepEqual(texts, ["uno"]);
});

test("a lost socket is replaced at once, then after growing waits", () => {
  const { clock, sockets, link } = start();
  sockets[0].brings("uno");
  sockets[0].ends(1006);
  clock.advance(0);
  assert.equal(sockets.length, 2);
  sockets[1].ends(1006);
  assert.deepEqual([link().phase, link().attempt, link().retryAt], ["waiting", 2, clock.time + 500]);
  clock.advance(499);
  assert.equal(sockets.length, 2);
  clock.advance(1);
  assert.equal(sockets.length, 3);
});

test("the time of the loss stays that of the first one until something arrives", () => {
  const { clock, sockets, link } = start();
  const lost = clock.time;
  sockets[0].ends(1006);
  clock.advance(5000);
  sockets[1].ends(1006);
  assert.equal(link().lostAt, lost);
  clock.advance(5000);
  sockets[2].brings("uno");
  assert.equal(link().lostAt, null);
});

test("attempts are forgotten after ten seconds of good data, not before", () => {
  const { clock, sockets, link } = start();
  sockets[0].ends(1006);
  clock.advance(0);
  sockets[1].brings("uno");
  clock.advance(9_999);
  assert.equal(link().attempt, 1);
  sockets[1].brings("dos");
  clock.advance(1);
  assert.equal(link().attempt, 0);
});

test("a socket that breaks again and again waits longer each time, however it answers", () => {
  const { clock, sockets, link } = start();
  for (let i = 0; i < 4; i += 1) {
    sockets[i].brings("uno");
    sockets[i].ends(1006);
    clock.advance((link().retryAt ?? 0) - clock.time);
  }
  assert.equal(link().attempt, 4);
});

test("twelve seconds without a message end a socket, heartbeats prolong it", () => {
  const { clock, sockets, link } = start();
  sockets[0].brings("uno");
  clock.advance(11_999);
  sockets[0].brings("latido");
  clock.advance(11_999);
  assert.equal(link().phase, "open");
  clock.advance(1);
  assert.equal(sockets[0].closed, true);
  assert.deepEqual([link().phase, sockets.length], ["connecting", 2]);
});

test("a handshake that hangs is given up too", () => {
  const { clock, sockets } = start();
  clock.advance(12_000);
  assert.equal(sockets[0].closed, true);
  assert.equal(sockets.length, 2);
});

test("what an old socket still brings is ignored", () => {
  const { clock, sockets, texts, link } = start();
  sockets[0].brings("uno");
  clock.advance(12_000);
  sockets[1].brings("dos");
  sockets[0].brings("tarde");
  sockets[0].ends(1006);
  assert.deepEqual(texts, ["uno", "dos"]);
  assert.equal(link().phase, "open");
  assert.equal(sockets.length, 2);
});

test("a restart gives the socket up and tries again at once", () => {
  const { clock, sockets, connection } = start();
  sockets[0].brings("uno");
  connection.restart();
  assert.equal(sockets[0].closed, true);
  clock.advance(0);
  assert.equal(sockets.length, 2);
});

test("a nudge ends a wait", () => {
  const { clock, sockets, connection } = start();
  sockets[0].ends(1006);
  clock.advance(0);
  sockets[1].ends(1006);
  connection.nudge();
  assert.equal(sockets.length, 3);
  clock.advance(10_000);
  assert.equal(sockets.length, 3, "the wait's own timer is gone");
});

test("a nudge replaces a handshake that hangs, not one that has just begun", () => {
  const { clock, sockets, connection } = start();
  clock.advance(1_000);
  connection.nudge();
  assert.equal(sockets.length, 1);
  clock.advance(1);
  connection.nudge();
  assert.deepEqual([sockets.length, sockets[0].closed], [2, true]);
});

test("a nudge does not shorten a wait that the panel asked for, the reader's own click does", () => {
  const { sockets, connection } = start();
  sockets[0].ends(CLOSE.policy);
  connection.nudge();
  assert.equal(sockets.length, 1);
  connection.open();
  assert.equal(sockets.length, 2);
});

test("the watchdog of a lost socket does not bark during the wait", () => {
  const { clock, sockets, link } = start();
  sockets[0].ends(CLOSE.policy);
  clock.advance(44_999);
  assert.deepEqual([link().attempt, sockets.length], [1, 1]);
  clock.advance(1);
  assert.equal(sockets.length, 2);
});

test("a nudge after a long sleep finds out that the socket is dead", () => {
  const { clock, sockets, connection, link } = start();
  sockets[0].brings("uno");
  clock.time += 60_000; // asleep: no timer ran
  connection.nudge();
  assert.equal(link().phase, "waiting");
});

test("a nudge leaves a good socket alone", () => {
  const { sockets, connection, link } = start();
  sockets[0].brings("uno");
  connection.nudge();
  assert.equal(link().phase, "open");
  assert.equal(sockets.length, 1);
});

test("a socket that brings nothing within a second is called slow, until it brings something", () => {
  const { clock, sockets, link } = start();
  clock.advance(999);
  assert.equal(link().slow, false);
  clock.advance(1);
  assert.deepEqual([link().phase, link().slow], ["connecting", true]);
  sockets[0].brings("uno");
  assert.deepEqual([link().phase, link().slow], ["open", false]);
});

test("a page that has numbers waits longer, by lot, before it calls a new socket slow", () => {
  const { clock, sockets, link } = start();
  sockets[0].brings("uno");
  sockets[0].ends(1006);
  clock.advance(0);
  clock.advance(2_999);
  assert.equal(link().slow, false);
  clock.advance(1);
  assert.equal(link().slow, true);
});
