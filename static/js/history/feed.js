// @ts-check
import { steadyNow } from "../time/steady.js";
import { parseHistory } from "./answer.js";
import { queryOf } from "./question.js";
import { continues, Timeline } from "./timeline.js";

/**
 * @typedef {import("./question.js").Question} Question
 * @typedef {import("./timeline.js").Delta} Delta
 *
 * @typedef {object} World
 * @property {(url: string, init: RequestInit) => Promise<Pick<Response, "ok" | "status" | "text" | "headers">>} fetch
 * @property {(run: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random
 * @property {() => boolean} hidden
 *
 * Why there is no answer, where asking again changes nothing: no series of its own, or not of such a time.
 *
 * @typedef {"unlisted" | "refused"} Refusal
 *
 * @typedef {Pick<Feed, "timeline" | "history" | "readAt" | "failed" | "refusal" | "waiting" | "outdated">} Shown
 */

/** @type {World} */
export const BROWSER = {
  fetch: (url, init) => fetch(url, init),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
  random: Math.random,
  hidden: () => document.hidden,
};

const ANSWER_MS = 6_000;
const SOON_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** A place among the series may become free, in days. */
const REFUSED_MS = 60_000;
/** Fifty answers a second are little work for the panel, however many watch. */
export const MS_PER_VIEWER = 20;

/** A reader who comes back to a chart of days wants to see today. */
const LONGEST_MS = 600_000;

/** How long an answer serves. @param {Question} question @param {number} viewers @param {boolean} [exact] */
export function refreshAfter(question, viewers, exact = false) {
  const usual = continues(question) && !exact ? Math.max(15_000, Math.min(question.step, LONGEST_MS)) : Math.max(2_000, Math.min(question.step / 5, LONGEST_MS));
  return Math.max(usual, viewers * MS_PER_VIEWER);
}

/** Keeps one history at hand: asks, asks again from time to time, and goes on with what the socket brings. */
export class Feed {
  /** The answer, and what the socket brought since. @type {Timeline | null} */ timeline = null;
  /** The answer alone: every number of it is exact. @type {import("./answer.js").History | null} */ history = null;
  /** Numbers of it are shown, not only drawn. */ exact = false;
  /** Something is missing from what is at hand (a gap), until the next answer. */ outdated = false;
  /** The last question is not answered yet. */ waiting = false;
  /** The last attempt failed. */ failed = false;
  /** It failed for good, as things are. @type {Refusal | null} */ refusal = null;
  /** When the analytics gave the answer, by this browser's clock. @type {number | null} */ readAt = null;
  /** @type {Question | null} */ #question = null;
  /** @type {any} */ #timer;
  #generation = 0;
  #failures = 0;
  #soon = false;
  /** An answer from before this version lacks what the last refresh was for: the panel keeps answers for a second. */ #missing = 0;

  /**
   * @param {string} url of `/panel/historia`
   * @param {{onNews: () => void, recent: () => Delta[], viewers: () => number}} page `recent` gives the last seconds' deltas
   * @param {World} [world]
   */
  constructor(url, page, world = BROWSER) {
    this.url = url;
    this.page = page;
    this.world = world;
  }

  /** @param {Question} question */
  ask(question) {
    if (this.#question !== null && queryOf(question) === queryOf(this.#question)) return;
    this.#question = question;
    this.waiting = true;
    this.refusal = null;
    this.#again(0);
  }

  /** What is at hand may be wrong by now (a gap, events of long ago): ask again, soon. */
  refresh() {
    this.#missing = this.page.recent().at(-1)?.version ?? 0;
    this.outdated = true;
    if (this.#soon) return;
    this.#soon = true;
    this.#again(SOON_MS / 2 + Math.max(SOON_MS, this.#crowd) * this.world.random());
  }

  /** Over how long those spread who all miss the same at the same moment. */
  get #crowd() {
    return this.page.viewers() * MS_PER_VIEWER;
  }

  /** Asks now; returns when the answer is at hand, or there is none. */
  async renew() {
    this.world.clearTimeout(this.#timer);
    await this.#fetch();
  }

  /** What is at hand, to be kept while the feed goes on. @param {Feed} feed */
  static held({ timeline, history, readAt, failed, refusal, waiting, outdated }) {
    return { timeline: timeline?.copy() ?? null, history, readAt, failed, refusal, waiting, outdated };
  }

  /** @param {Delta} delta */
  add(delta) {
    this.timeline?.add(delta);
  }

  /** @param {number} ms */
  #again(ms) {
    this.world.clearTimeout(this.#timer);
    this.#timer = this.world.setTimeout(() => void this.#fetch(), ms);
  }

  async #fetch() {
    if (this.#question === null) return;
    if (this.world.hidden()) return this.#again(SOON_MS);
    this.#soon = false;
    this.#generation += 1;
    const [mine, question] = [this.#generation, this.#question];
    const read = await this.#read(question);
    if (mine !== this.#generation) return undefined;
    this.refusal = typeof read === "string" ? read : null;
    const timeline = read instanceof Timeline ? read : null;
    const tooOld = timeline !== null && timeline.version < this.#missing;
    this.failed = timeline === null;
    this.#failures = read === null || tooOld ? this.#failures + 1 : 0;
    if (timeline !== null) {
      this.timeline = timeline;
      this.waiting = false;
      this.outdated = this.#soon || tooOld;
    }
    // A refresh that was asked for meanwhile has its time already.
    if (!this.#soon && (this.#failures > 0 || question.until === null)) this.#again(this.#pause(question));
    return this.page.onNews();
  }

  /** @param {Question} question */
  #pause(question) {
    if (this.#failures > 0) return Math.max(this.#crowd, Math.min(LONGEST_RETRY_MS, SOON_MS * 2 ** this.#failures)) * (0.5 + this.world.random() / 2);
    const serves = refreshAfter(question, this.page.viewers(), this.exact);
    return (this.refusal === null ? serves : Math.max(REFUSED_MS, serves)) * (0.75 + this.world.random() / 2);
  }

  /** @param {Question} question */
  async #read(question) {
    try {
      const answer = await this.world.fetch(`${this.url}?${queryOf(question)}`, { signal: AbortSignal.timeout(ANSWER_MS) });
      if (!answer.ok) return refusalOf(answer);
      const history = parseHistory(await answer.text(), question);
      const timeline = new Timeline(history, question);
      this.history = history;
      this.readAt = steadyNow() - 1000 * Number(answer.headers.get("Age") ?? 0);
      for (const delta of this.page.recent()) timeline.add(delta);
      return timeline;
    } catch {
      return null; // away, or too old to know histories: the page says so
    }
  }
}

/** A proxy that is only starting answers 404, too: the analytics say what their problem is. @param {Pick<Response, "status" | "headers">} answer @returns {Refusal | null} */
function refusalOf({ status, headers }) {
  if (!headers.get("Content-Type")?.startsWith("application/problem+json")) return null;
  return status === 404 ? "unlisted" : status === 400 ? "refused" : null;
}
