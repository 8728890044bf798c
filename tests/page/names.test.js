import assert from "node:assert/strict";
import { test } from "node:test";
import { visibleParts } from "../../static/js/words/names.js";

/** @param {string} name */
const shown = (name) => visibleParts(name).map(({ text, escaped }) => (escaped ? `[${text}]` : text)).join("");

for (const name of ["cliente_uno", "José Ñandú 2", "مرحبا", "日本", "<img src=x onerror=alert(1)>", "\\u{202E}", "🚀", "क्षेत्र", "ผู้ใช้", "שָׁלוֹם", "བསྒྲུབས", "x\u0301"]) {
  test(`${name} is shown as it is`, () => {
    assert.deepEqual(visibleParts(name), [{ text: name, escaped: false }]);
  });
}

for (const [why, name, expected] of [
  ["an override", "a\u202etxt.exe", "a[\\u{202E}]txt.exe"],
  ["an isolate", "\u2067x\u2069", "[\\u{2067}]x[\\u{2069}]"],
  ["zero-width characters", "a\u200b\u200c\u200d\u2060\ufeffb", "a[\\u{200B 200C 200D 2060 FEFF}]b"],
  ["a soft hyphen", "a\u00adb", "a[\\u{AD}]b"],
  ["a tag character", "a\u{e0041}", "a[\\u{E0041}]"],
  ["a control", "a\u0007", "a[\\u{7}]"],
  ["a line separator", "a\u2028b", "a[\\u{2028}]b"],
  ["a space that is none", "a\u00a0b\u3000", "a[\\u{A0}]b[\\u{3000}]"],
  ["a filler", "\u3164", "[\\u{3164}]"],
  ["a variation selector", "a\ufe0fb\u{e0100}", "a[\\u{FE0F}]b[\\u{E0100}]"],
  ["a Mongolian selector", "a\u180b", "a[\\u{180B}]"],
  ["a blank that is a sign", "a\u2800", "a[\\u{2800}]"],
  ["a joiner that is a mark", "a\u034f", "a[\\u{34F}]"],
  ["a pile of marks", `a${"\u0301\u0302".repeat(3)}b`, "a\u0301\u0302\u0301[\\u{302 301 302}]b"],
  ["the same mark again", "x\u0323\u0323", "x\u0323[\\u{323}]"],
  ["a mark without a letter", "\u0301a", "[\\u{301}]a"],
  ["a mark on what is escaped", "a\u200b\u0301", "a[\\u{200B 301}]"],
  ["a lone surrogate", "a\ud800", "a[\\u{D800}]"],
]) {
  test(`${why} is shown escaped`, () => {
    assert.equal(shown(name), expected);
  });
}

test("the empty name has no parts", () => {
  assert.deepEqual(visibleParts(""), []);
});
