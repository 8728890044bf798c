// @ts-check
import { beginOf } from "../../history/answer.js";

/**
 * @typedef {import("../../history/timeline.js").Timeline} Timeline
 *
 * What a chart draws: columns over `xs` (seconds since 1970, the middle of each step). `tops` are
 * heights above zero, which for stacked lines include those below.
 *
 * @typedef {object} Shape
 * @property {number[]} xs
 * @property {(number | null)[][]} rates events per second of each line
 * @property {(number | null)[][]} tops
 * @property {string[]} names the last one, "", is all others, if there are any
 * @property {{from: number, to: number}} range in seconds
 */

/** A running step that is less full than this says nothing about its rate yet. */
const FULL_ENOUGH = 0.4;

/**
 * @param {Timeline} timeline
 * @param {{now: number, knownUntil: number | null, stacked: boolean}} picture `now` by the server's clock; nothing is known after `knownUntil`
 * @returns {Shape}
 */
export function shapeOf(timeline, { now, knownUntil, stacked }) {
  const { step, question, length } = timeline;
  const end = question.until ?? now;
  const knownTo = knownUntil ?? (question.until === null ? now : timeline.to);
  const spans = Array.from({ length }, (_, k) => stepSpan(beginOf(timeline, k), step, knownTo));
  const lines = timeline.others.some((n) => n > 0) || timeline.names.length === 0 ? [...timeline.points, timeline.others] : timeline.points;
  const rates = lines.map((line) => line.map((n, k) => perSecond(n, spans[k].ms)));
  return {
    xs: spans.map(({ start, ms }) => (start + (ms ?? step) / 2) / 1000),
    rates,
    tops: stacked ? pile(rates) : rates,
    names: lines.length > timeline.points.length ? [...timeline.names, ""] : timeline.names,
    range: { from: (end - question.span) / 1000, to: end / 1000 },
  };
}

/** @param {number} n @param {number | null} ms */
const perSecond = (n, ms) => (ms === null ? null : (1000 * n) / ms);

/** A step and how much of it is known; null for one of which hardly anything is. @param {number} start @param {number} step @param {number} knownTo */
function stepSpan(start, step, knownTo) {
  const passed = Math.min(step, knownTo - start);
  return { start, ms: passed < step * FULL_ENOUGH ? null : passed };
}

/** Each line on top of those before it. @param {(number | null)[][]} lines */
function pile(lines) {
  /** @type {(number | null)[]} */
  let below = [];
  return lines.map((line) => {
    below = line.map((n, k) => (n === null ? null : n + (below[k] ?? 0)));
    return below;
  });
}

/** The smallest round number that holds `most` with a little air. @param {number} most */
export function roundTop(most) {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 1.5, 2, 3, 4, 6, 8, 10].map((n) => Number((n * power).toPrecision(2))).find((n) => n >= most * 1.04) ?? 15 * power;
}
