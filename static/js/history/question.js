// @ts-check
import { splitOf } from "../reader/view-state.js";

/**
 * @typedef {import("../reader/view-state.js").View} View
 *
 * A question to `/panel/historia`. Times are in milliseconds.
 *
 * @typedef {object} Question
 * @property {number} span
 * @property {number} step
 * @property {number | null} until null: now
 * @property {"total" | "cliente" | "evento"} by
 * @property {string | null} client
 * @property {string | null} type
 * @property {number} limit series; all others are summed up
 */

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** @type {Record<import("../reader/view-state.js").WindowName, {span: number, step: number}>} */
const WINDOWS = {
  "1m": { span: MINUTE, step: SECOND },
  "15m": { span: 15 * MINUTE, step: 10 * SECOND },
  "1h": { span: HOUR, step: MINUTE },
  "24h": { span: DAY, step: 10 * MINUTE },
  "30d": { span: 30 * DAY, step: DAY },
};

/** Seconds are kept this far back, minutes, five minutes this far; a margin for the way there. */
const SECONDS_BACK = 15 * MINUTE - 10 * SECOND;
export const MINUTES_BACK = 48 * HOUR - MINUTE;
export const FIVE_MINUTES_BACK = 15 * DAY - HOUR;
/** Lines that an eye can tell apart. */
const CHART_SERIES = 6;

/** The question behind the chart. @param {View} view @param {number} now @returns {Question} */
export function chartQuestion(view, now) {
  const { client, type, until } = view;
  return { ...stretch(WINDOWS[view.window], until, now), until, by: splitOf(view), client, type, limit: CHART_SERIES };
}

/** What lies too far back to be kept in these steps is asked for in longer ones. @param {{span: number, step: number}} window @param {number | null} until @param {number} now */
function stretch({ span, step }, until, now) {
  if (until === null) return { span, step };
  const back = now - until + span;
  if (step < MINUTE && back > SECONDS_BACK) return { span: Math.max(span, 15 * MINUTE), step: MINUTE };
  if (step < HOUR && back > MINUTES_BACK) return { span: Math.max(span, 24 * HOUR), step: HOUR };
  return { span, step };
}

/** The last two minutes by the second. @type {Readonly<Question>} */
export const PACE_QUESTION = Object.freeze({ span: 2 * MINUTE, step: SECOND, until: null, by: "total", client: null, type: null, limit: 1 });

/** Every client's last quarter of an hour. @type {Readonly<Question>} */
export const OVERVIEW_QUESTION = Object.freeze({ span: 15 * MINUTE, step: 5 * SECOND, until: null, by: "cliente", client: null, type: null, limit: 100 });

/** The query string of a question. @param {Question} question */
export function queryOf(question) {
  const query = new URLSearchParams({ ventana: duration(question.span), paso: duration(question.step), por: question.by });
  if (question.client !== null) query.set("cliente", question.client);
  if (question.type !== null) query.set("evento", question.type);
  if (question.step === DAY) query.set("zona", ownZone());
  query.set("limite", String(question.limit));
  if (question.until !== null) query.set("hasta", new Date(question.until).toISOString());
  return query.toString();
}

/** The reader's time zone, by its name where the browser knows that. */
export function ownZone() {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  if (timeZone && timeZone !== "Etc/Unknown") return timeZone;
  const minutes = Math.abs(new Date().getTimezoneOffset());
  const digits = [Math.floor(minutes / 60), minutes % 60].map((n) => String(n).padStart(2, "0"));
  return `${new Date().getTimezoneOffset() > 0 ? "-" : "+"}${digits.join(":")}`;
}

/** As the analytics write it. @param {number} ms */
export function duration(ms) {
  if (ms % DAY === 0) return `${ms / DAY}d`;
  if (ms % HOUR === 0) return `${ms / HOUR}h`;
  return ms % MINUTE === 0 ? `${ms / MINUTE}m` : `${ms / SECOND}s`;
}
