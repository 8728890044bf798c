import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Painter } from "../../static/js/view/page/painter.js";

/** A document, animation frames and timers that the test moves. @param {import("node:test").TestContext} t */
function start(t) {
  const document = Object.assign(new EventTarget(), { hidden: false });
  let now = 1_000_000;
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  Object.assign(globalThis, { document, requestAnimationFrame: (/** @type {() => void} */ run) => run() });
  t.mock.method(performance, "now", () => now);
  let drawn = 0;
  const cost = { ms: 0 };
  const painter = new Painter(() => {
    drawn += 1;
    now += cost.ms;
  });
  const pass = (/** @type {number} */ ms) => {
    now += ms;
    mock.timers.tick(ms);
  };
  return { document, painter, pass, cost, drawn: () => drawn };
}

test("the first change after quiet is drawn at once, a burst ten times a second", (t) => {
  const { painter, pass, drawn } = start(t);
  painter.request();
  pass(1);
  assert.equal(drawn(), 1);
  for (let i = 0; i < 100; i += 1) {
    painter.request();
    pass(10);
  }
  assert.equal(drawn(), 11);
});

test("requests before a frame are one picture", (t) => {
  const { painter, pass, drawn } = start(t);
  painter.request();
  painter.request();
  pass(1000);
  assert.equal(drawn(), 1);
});

test("nothing is drawn while the page is hidden, and once it is seen again", (t) => {
  const { document, painter, pass, drawn } = start(t);
  document.hidden = true;
  painter.request();
  pass(10_000);
  assert.equal(drawn(), 0);
  document.hidden = false;
  document.dispatchEvent(new Event("visibilitychange"));
  pass(1);
  assert.equal(drawn(), 1);
});

test("pictures that take long come more rarely, and a third of the time at the most", (t) => {
  const { painter, pass, cost, drawn } = start(t);
  cost.ms = 200;
  for (let i = 0; i < 100; i += 1) {
    painter.request();
    pass(10);
  }
  assert.ok(drawn() <= 3, `${drawn()} pictures`);
  assert.ok(drawn() >= 2, `${drawn()} pictures`);
});
