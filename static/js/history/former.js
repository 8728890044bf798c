// @ts-check
import { beginOf } from "./answer.js";
import { DAY, FIVE_MINUTES_BACK, HOUR, MINUTE, MINUTES_BACK } from "./question.js";

/**
 * @typedef {import("./answer.js").History} History
 * @typedef {import("./question.js").Question} Question
 * @typedef {import("../reader/view-state.js").Before} Before
 */

/** @type {Record<Before, number>} */
const DAYS = { "1d": 1, "7d": 7 };
const FIVE_MINUTES = 5 * MINUTE;
const QUARTER = 15 * MINUTE;

/** When clocks here show the same some days later, or before: of a day of 23 or 25 hours, too. @param {number} ms @param {number} days */
function sameClock(ms, days) {
  const date = new Date(ms);
  date.setDate(date.getDate() + days);
  return date.getTime();
}

/**
 * The question about the same window some days before, all lines together. It reaches further, so that it stays the same
 * for a while when the window moves on; `phase` (0 to 1) says when in that while another one comes, or all viewers would
 * ask it at once.
 *
 * @param {Question} question of the chart
 * @param {Before} before
 * @param {{end: number, now: number, phase: number}} time *end* of the window
 * @returns {Question}
 */
export function formerQuestion({ span, step, client, type }, before, { end, now, phase }) {
  const until = sameClock(end, -DAYS[before]);
  const about = /** @type {const} */ ({ by: "total", client, type, limit: 1 });
  if (step === DAY) return { span, step, until: new Date(until).setHours(23, 59, 59, 0), ...about };
  const kept = finestKept(step, now - until + span);
  const turn = Math.max(kept, span > HOUR ? HOUR : QUARTER);
  return { span: Math.ceil((span + 2 * turn) / kept) * kept, step: kept, until: Math.ceil(until / turn + phase) * turn, ...about };
}

/** The steps, of a minute or more, in which that long ago is kept. @param {number} step @param {number} back */
function finestKept(step, back) {
  if (back <= MINUTES_BACK) return Math.max(step, MINUTE);
  return Math.max(step, back <= FIVE_MINUTES_BACK ? FIVE_MINUTES : HOUR);
}

/** What happened some days before, at the times at which clocks show the same now. */
export class Former {
  /** @param {History} history @param {Before} before */
  constructor(history, before) {
    this.before = before;
    this.history = history;
    this.counts = history.others.map((rest, k) => history.points.reduce((sum, line) => sum + line[k], rest));
    /** When each step begins, and the last one ends. */
    this.edges = [...this.counts.map((_, k) => beginOf(history, k)), beginOf(history, this.counts.length - 1) + history.step].map((ms) => sameClock(ms, DAYS[before]));
  }

  get key() {
    return [this.before, this.history.version, this.history.from].join();
  }

  /** How many events there were; of a step that lies half within, half. Null where that is not known. @param {number} from @param {number} to */
  between(from, to) {
    const { edges, counts } = this;
    const { lacksBefore } = this.history;
    if (from < edges[0] || to > /** @type {number} */ (edges.at(-1)) || (lacksBefore !== null && from < sameClock(lacksBefore, DAYS[this.before]))) return null;
    return counts.reduce((sum, n, k) => {
      const within = Math.min(to, edges[k + 1]) - Math.max(from, edges[k]);
      return within > 0 ? sum + (n * within) / (edges[k + 1] - edges[k]) : sum;
    }, 0);
  }

  /** Events per second around a moment. @param {number} ms */
  rateAt(ms) {
    const k = this.edges.findLastIndex((edge) => edge <= ms);
    return k < 0 || k >= this.counts.length ? null : (1000 * this.counts[k]) / (this.edges[k + 1] - this.edges[k]);
  }
}
