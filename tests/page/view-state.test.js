import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_VIEW, formatView, parseView, splitOf, ViewState } from "../../static/js/reader/view-state.js";

test("the usual view has no query", () => {
  assert.equal(formatView(DEFAULT_VIEW), "");
  assert.deepEqual(parseView(""), DEFAULT_VIEW);
});

test("every choice is in the address, and comes back from it", () => {
  /** @type {import("../../static/js/reader/view-state.js").View} */
  const view = {
    window: "1h", until: 1795503600123, by: "evento", client: "a&b=c", type: "ñ #", lines: true, table: true, compare: "7d", sort: "seen", ascending: true,
    search: "x y", paused: true, language: "en", theme: "dark", embed: true, kiosk: true,
  };
  assert.deepEqual(parseView(formatView(view)), view);
  for (const key of /** @type {(keyof typeof view)[]} */ (Object.keys(view))) {
    const alone = { ...DEFAULT_VIEW, [key]: view[key] };
    assert.notEqual(formatView(alone), "", key);
    assert.deepEqual(parseView(formatView(alone)), alone, key);
  }
});

test("what makes no sense in an address is as if it were not there", () => {
  const query = "?ventana=2h&hasta=ayer&por=nada&forma=x&vista=y&frente=2d&orden=__proto__&lang=fr&tema=constructor&pausa=si&embed=0&kiosk=true&cliente=&evento=" + "é".repeat(65);
  assert.deepEqual(parseView(query), DEFAULT_VIEW);
});

test("lines are clients, unless the chart shows one client only, unless told otherwise", () => {
  assert.equal(splitOf(DEFAULT_VIEW), "cliente");
  assert.equal(splitOf({ ...DEFAULT_VIEW, client: "a" }), "evento");
  assert.equal(splitOf({ ...DEFAULT_VIEW, client: "a", by: "cliente" }), "cliente");
});

test("a change is told with what was before, and the address follows", () => {
  /** @type {string[]} */
  const addresses = [];
  const state = new ViewState("?ventana=1m", (query) => addresses.push(query));
  /** @type {string[]} */
  const told = [];
  state.onChange((now, before) => told.push(`${before.window} ${now.window}`));
  state.set({ window: "24h" });
  assert.deepEqual([addresses, told], [["?ventana=24h"], ["1m 24h"]]);
});
