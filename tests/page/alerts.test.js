import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { AlertFeed } from "../../static/js/link/alert-feed.js";
import { parseAlerts } from "../../static/js/link/alerts.js";
import { marksOf, momentOf, newsOf } from "../../static/js/model/alerts.js";
import { sentenceOf } from "../../static/js/view/alerts/alert-sentence.js";
import { Words } from "../../static/js/words/words.js";

const CONTRACT = JSON.parse(readFileSync(new URL("../contracts/avisos.json", import.meta.url), "utf8"));
const T = Date.parse("2026-11-24T07:00:00Z");

/** @param {object} [change] */
const told = (change = {}) => parseAlerts({ ...CONTRACT, ...change });

test("what the service says is read as it says it", () => {
  const { firing, over, count, current, noted, failing, watched, learning } = told();

  assert.deepEqual(firing, [{ id: "1f3a", rule: "silencio", kind: "silencio", about: "cliente", subject: "web", since: T - 90_000, fired: T, over: null, value: 90, limit: 85.25, note: null, muted: false }]);
  assert.deepEqual([over[0].subject, over[0].note, over[0].over], [null, "sin_broker", T - 600_000]);
  assert.deepEqual([count, current, noted, failing, watched, learning], [1, true, true, [], 1, 1]);
});

test("a channel that takes nothing is told with those that wait", () => {
  const { failing } = told({ canales: [{ nombre: "guardia", falla_desde: "2026-11-24T06:00:00Z", motivo: "x", esperan: 3 }] });

  assert.deepEqual(failing, [{ name: "guardia", since: T - 3_600_000, waiting: 3 }]);
});

for (const wrong of [null, {}, { ...CONTRACT, activos: [{}] }, { ...CONTRACT, activos_total: "1" }, { ...CONTRACT, generado: "soon" }, { ...CONTRACT, resueltos: null }]) {
  test(`${JSON.stringify(wrong)?.slice(0, 40)} is no answer`, () => assert.throws(() => parseAlerts(wrong)));
}

test("news is what was not known before", () => {
  const before = told({ activos: [], activos_total: 0 });

  assert.deepEqual(newsOf(null, told()), { fired: [], over: [] });
  assert.deepEqual(newsOf(before, told()).fired.map(({ id }) => id), ["1f3a"]);
  assert.deepEqual(newsOf(told(), told()), { fired: [], over: [] });
  const over = told({ activos: [], resueltos: [{ ...CONTRACT.activos[0], resuelto: "2026-11-24T07:10:00Z" }] });
  assert.deepEqual(newsOf(told(), over).over.map(({ id }) => id), ["1f3a"]);
  assert.deepEqual(newsOf(before, told({ activos: [{ ...CONTRACT.activos[0], callado: true }] })).fired, []);
});

test("the chart is marked with what concerns what it shows", () => {
  const all = marksOf(told(), { client: null, type: null });

  assert.deepEqual(all, [{ at: T, over: false }, { at: T - 600_000, over: true }, { at: T - 900_000, over: false }]);
  assert.equal(marksOf(told(), { client: "web", type: null }).length, 3);
  assert.equal(marksOf(told(), { client: "app", type: null }).length, 2);
  assert.equal(marksOf(told(), { client: null, type: "clic" }).length, 2);
  assert.deepEqual(marksOf(null, { client: null, type: null }), []);
});

test("the way to a moment shows what came of it, or the present", () => {
  const [alert] = told().firing;

  assert.equal(momentOf(alert, T + 3_600_000), T + 450_000);
  assert.equal(momentOf(alert, T + 60_000), null);
});

for (const [kind, value, limit, says] of /** @type {const} */ ([
  ["silencio", 90, 85, "⁨web⁩ has been silent since"],
  ["umbral", 12, 10, "⁨web⁩: 12 events in the window, above 10"],
  ["umbral", 1, 10, "⁨web⁩: 1 event in the window, below 10"],
  ["banda", 12, 10, "⁨web⁩: 12 events, above what is usual (10)"],
  ["rechazados", 12, 10, "12 rejected messages, above 10"],
  ["cola", 12, 10, "12 messages wait, above 10"],
  ["pausa", 31, 30, "The store has paused since"],
])) {
  test(`${kind} ${value} has its sentence`, () => {
    const sentence = sentenceOf({ ...told().firing[0], kind, value, limit }, new Words("en", ["en-GB"]));
    assert.ok(sentence.startsWith(says), sentence);
  });
}

test("stale numbers say why, in both languages", () => {
  const [stale] = told().over;

  assert.ok(sentenceOf(stale, new Words("en")).endsWith(": there is no connection to RabbitMQ"));
  assert.ok(sentenceOf({ ...stale, note: "__proto__" }, new Words("es")).endsWith(": "));
});

/** A world whose answers come one after the other. @param {any[]} answers */
function worldOf(answers) {
  /** @type {number[]} */ const waits = [];
  /** @type {import("../../static/js/link/alert-feed.js").World} */
  const world = {
    fetch: async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return { ok: answer.status === 200, status: answer.status, json: async () => answer.body };
    },
    setTimeout: (_, ms) => waits.push(ms),
    clearTimeout: () => {},
    random: () => 0.5,
    hidden: () => false,
  };
  return { world, waits };
}

test("the feed keeps what was told while nobody answers, and asks more rarely", async () => {
  const good = { status: 200, body: CONTRACT };
  const { world, waits } = worldOf([good, new Error("gone"), { status: 503 }, { status: 200, body: "nonsense" }, good]);
  /** @type {(object | null)[]} */ const news = [];
  let viewers = 1;
  const feed = new AlertFeed("avisos", { onNews: (before) => news.push(before), viewers: () => viewers }, world);

  await feed.ask();
  assert.deepEqual([feed.away, feed.alerts?.count], [false, 1]);
  for (const _ of [1, 2, 3]) await feed.ask();
  assert.deepEqual([feed.away, feed.alerts?.count], [true, 1]);
  viewers = 1_000;
  await feed.ask();
  assert.equal(feed.away, false);
  assert.deepEqual(waits, [5_000, 10_000, 20_000, 40_000, 20_000]);
  assert.equal(news.length, 5);
  assert.equal(news[0], null);
});

test("a panel without an alert service is asked seldom", async () => {
  const { world, waits } = worldOf([{ status: 204 }]);
  const feed = new AlertFeed("avisos", { onNews: () => {}, viewers: () => 1 }, world);
  await feed.ask();

  assert.deepEqual([feed.alerts, feed.away, waits], [null, false, [300_000]]);
});
