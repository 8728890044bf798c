import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, parseState } from "../../static/js/link/wire.js";
import { contract } from "./contracts.js";

for (const name of ["instantanea", "cambio", "latido"]) {
  test(`the contract's ${name} is understood`, () => {
    assert.deepEqual(parse(contract(name)), JSON.parse(contract(name)));
  });
}

test("a type of message that is not known yet is passed over", () => {
  assert.equal(parse('{"tipo": "aviso"}'), null);
  assert.equal(parse('{"tipo": "toString"}'), null);
});

for (const text of ["", "no es json", "[]", "null", "7", '{"tipo": 7}', '{"tipo": "instantanea"}']) {
  test(`${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => parse(text));
  });
}

test("a count that is not a whole number is refused", () => {
  const message = { ...JSON.parse(contract("instantanea")), total: "5021" };
  assert.throws(() => parse(JSON.stringify(message)), /instantanea/);
});

test("a heartbeat without a state of the analytics is refused", () => {
  assert.throws(() => parse('{"tipo": "latido", "analiticas": "quién sabe"}'), /latido/);
});

test("the fallback's answer holds what the socket would have brought", () => {
  const answer = `{"instantanea": ${contract("instantanea")}, "latido": ${contract("latido")}}`;
  assert.deepEqual(parseState(answer), [JSON.parse(contract("instantanea")), JSON.parse(contract("latido"))]);
});

test("the fallback's answer may lack counts while the analytics have never answered", () => {
  const answer = `{"instantanea": null, "latido": ${contract("latido")}}`;
  assert.deepEqual(parseState(answer), [JSON.parse(contract("latido"))]);
});
