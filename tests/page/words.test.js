import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import en from "../../static/js/words/en.js";
import es from "../../static/js/words/es.js";
import { chooseLanguage } from "../../static/js/words/languages.js";
import { Words } from "../../static/js/words/words.js";

const html = readFileSync(new URL("../../static/index.html", import.meta.url), "utf8");

test("both languages have the same keys, in the same order", () => {
  assert.deepEqual(Object.keys(en), Object.keys(es));
});

test("both languages have the same placeholders and plural forms in every text", () => {
  /** @param {import("../../static/js/words/es.js").Text} text */
  const shape = (text) => [typeof text, [...new Set(JSON.stringify(text).match(/\{\w+\}/g))].sort()];
  for (const key of /** @type {(keyof typeof es)[]} */ (Object.keys(es))) assert.deepEqual(shape(en[key]), shape(es[key]), key);
});

test("index.html uses known keys, and shows the Spanish text until the language is known", () => {
  const uses = [...html.matchAll(/data-(?:text|label|title)="([\w.]+)"/g)].map(([, key]) => key);
  assert.ok(uses.length > 20);
  assert.deepEqual(uses.filter((key) => !(key in es)), []);
  for (const [, key, text] of html.matchAll(/data-text="([\w.]+)"[^>]*>([^<]+)</g)) {
    assert.ok(String(es[/** @type {keyof typeof es} */ (key)]).startsWith(text.replace(/\.$/, "")), key);
  }
});

test("the first of the reader's languages that the page speaks is chosen, else Spanish", () => {
  assert.equal(chooseLanguage(["fr-FR", "en-GB", "es"]), "en");
  assert.equal(chooseLanguage(["es-MX", "en"]), "es");
  assert.equal(chooseLanguage(["eu", "ensayo"]), "es");
  assert.equal(chooseLanguage([]), "es");
  assert.equal(chooseLanguage(undefined), "es");
});

test("tags that systems give and Intl refuses mean the language that they name, or none", () => {
  assert.equal(chooseLanguage(["en-US@posix"]), "en");
  assert.equal(chooseLanguage(["C", "", "x", "es_ES.UTF-8", "en"]), "es");
  assert.equal(new Words("en", ["C", "en-US@posix"]).numbers.whole(5021), "5,021");
  assert.equal(new Words("es", ["es_MX.UTF-8"]).numbers.whole(5021), "5,021");
});

test("numbers are grouped and pick the plural", () => {
  const words = new Words("es");
  assert.equal(words.say("total.rejected", { n: 1 }), "1 rechazado");
  assert.equal(words.say("total.rejected", { n: 0 }), "0 rechazados");
  assert.equal(words.say("total.rejected", { n: 5021 }), "5.021 rechazados");
  assert.equal(words.say("total.rejected", { n: 1_000_000 }), "1.000.000 rechazados");
});

test("numbers follow the reader's region", () => {
  assert.equal(new Words("es", ["en-US", "es-MX"]).numbers.whole(5021), "5,021");
  assert.equal(new Words("en", ["es-MX"]).numbers.whole(5021), "5,021");
});

test("a value is put in as text, whatever it contains", () => {
  assert.equal(new Words("en").say("detail.since", { time: "$&{time}" }), "since $&{time}");
});

test("rates keep a decimal while it tells something", () => {
  const words = new Words("en");
  assert.deepEqual([0, 3.84, 99.94, 99.96, 512_345.6].map((n) => words.numbers.rate(n)), ["0.0", "3.8", "99.9", "100", "512,346"]);
});

test("marks of a scale have the decimals that tell them apart, all the same", () => {
  const words = new Words("es");
  assert.deepEqual(words.numbers.scale([0, 0.05, 0.1, 0.15000000000000002]), ["0,00", "0,05", "0,10", "0,15"]);
  assert.deepEqual(words.numbers.scale([0, 2.5, 5]), ["0,0", "2,5", "5,0"]);
  assert.deepEqual(words.numbers.scale([0, 1, 2]), ["0", "1", "2"]);
  assert.deepEqual(words.numbers.scale([0, 500_000, 1_000_000]), ["0", "500.000", "1.000.000"]);
  assert.deepEqual(words.numbers.scale([0, 0.0005]), ["0,0000", "0,0005"]);
  assert.deepEqual(words.numbers.scale([0]), ["0"]);
});

test("shares of nothing are nothing", () => {
  assert.equal(new Words("en").numbers.share(0, 0), "0.0%");
  assert.equal(new Words("en").numbers.share(1, 3), "33.3%");
});

test("a share of something is never shown as nothing", () => {
  assert.equal(new Words("en").numbers.share(1, 1_000_000), "<0.1%");
  assert.equal(new Words("en").numbers.share(1, 1000), "0.1%");
});

test("ages use the coarsest whole unit", () => {
  const words = new Words("en");
  const ages = [0, 1999, 2000, 59_999, 60_000, 3_599_999, 3_600_000, 86_400_000].map((ms) => words.times.ago(ms));
  assert.deepEqual(ages, ["now", "now", "2s ago", "59s ago", "1m ago", "59m ago", "1h ago", "1d ago"].map((s) => s.replace("1d ago", words.times.ago(86_400_000))));
});

test("an age without words is the same number and unit", () => {
  const words = new Words("es");
  assert.deepEqual([0, 2000, 840_000, 7_200_000].map((ms) => words.times.age(ms)), ["ahora", "2 s", "14 min", "2 h"]);
});

test("durations have the unit that suits them", () => {
  const words = new Words("en");
  const spans = [40, 999, 1000, 10_000, 119_000, 900_000, 7_199_000, 10_800_000].map((ms) => words.times.duration(ms));
  assert.deepEqual(spans, ["40 ms", "999 ms", "1 sec", "10 sec", "119 sec", "15 min", "120 min", "3 hr"]);
});
