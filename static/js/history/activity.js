// @ts-check
import { silentSince } from "./rhythm.js";

/** @typedef {import("./timeline.js").Timeline} Timeline */

const MINUTE = 60_000;

/** The sum of complete steps: `steps` of them, ending `back` steps before the running one. @param {number[]} points @param {number} steps @param {number} [back] */
export function sumOfLast(points, steps, back = 0) {
  const end = points.length - 1 - back;
  return points.slice(Math.max(0, end - steps), end).reduce((sum, n) => sum + n, 0);
}

/** Events per second over the last minute of complete steps, and over the one before. @param {Timeline} timeline @param {number[]} points */
export function minuteRates({ step }, points) {
  const steps = MINUTE / step;
  return { now: sumOfLast(points, steps) / 60, before: sumOfLast(points, steps, steps) / 60 };
}

/**
 * What a quarter of an hour of history tells about each client that it lists.
 *
 * @typedef {object} Activity
 * @property {number} rate events per second over the last minute
 * @property {number | null} seenAt the end of the last step with an event
 * @property {number | null} silentSince
 * @property {number[]} points
 *
 * @param {Timeline} overview
 * @param {number} now by the server's clock
 * @returns {Map<string, Activity>}
 */
export function activities(overview, now) {
  return new Map(overview.names.map((name, i) => [name, activityOf(overview, overview.points[i], now)]));
}

/** @param {Timeline} overview @param {number[]} points @param {number} now @returns {Activity} */
function activityOf(overview, points, now) {
  const last = points.findLastIndex((n) => n > 0);
  return {
    rate: minuteRates(overview, points).now,
    seenAt: last < 0 ? null : Math.min(now, overview.from + (last + 1) * overview.step),
    silentSince: silentSince(points, overview.step, Math.min(now, overview.to)),
    points,
  };
}

/** How many listed clients were active in each minute of the history, oldest first. @param {Timeline} overview */
export function activePerMinute(overview) {
  const steps = MINUTE / overview.step;
  const minutes = Math.floor(overview.length / steps);
  return Array.from({ length: minutes }, (_, m) => {
    const end = overview.length - (minutes - 1 - m) * steps;
    return overview.points.filter((line) => line.slice(Math.max(0, end - steps), end).some((n) => n > 0)).length;
  });
}
