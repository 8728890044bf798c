import assert from "node:assert/strict";
import { test } from "node:test";
import { OVERVIEW_QUESTION, PACE_QUESTION, chartQuestion, queryOf } from "../../static/js/history/question.js";
import { contract } from "./contracts.js";

test("the questions of every page are those that the panel always answers", () => {
  const view = { window: "15m", client: null, type: null, until: null };
  const asked = [queryOf(PACE_QUESTION), queryOf(OVERVIEW_QUESTION)];
  for (const window of ["1m", "15m", "1h", "24h"]) {
    for (const split of ["total", "cliente", "evento"]) {
      asked.push(queryOf({ ...chartQuestion({ ...view, window, split }, 0), by: split }));
    }
  }

  assert.deepEqual(new Set(asked), new Set(JSON.parse(contract("preguntas"))));
});
