// @ts-check
import { parseHistory } from "./answer.js";
import { Feed, MS_PER_VIEWER } from "./feed.js";
import { Former, formerQuestion } from "./former.js";
import { Kept } from "./kept.js";
import { chartQuestion, OVERVIEW_QUESTION, PACE_QUESTION, queryOf } from "./question.js";
import { parseUsual, usualQuery, usualServes } from "./usual.js";

/**
 * @typedef {import("../reader/view-state.js").View} View
 * @typedef {import("./feed.js").Shown} Shown
 * @typedef {import("./timeline.js").Delta} Delta
 *
 * @typedef {import("./usual.js").Usual} Usual
 * @typedef {import("./question.js").Question} Question
 *
 * What the chart is compared with. `lately` is all clients' quarter of an hour, whatever the chart shows.
 *
 * @typedef {{former: Former | null, lately: Former | null, usual: Usual | null, failed: {former: boolean, usual: boolean}}} Beside
 *
 * What is known of the socket's news.
 *
 * @typedef {{readonly recent: Delta[], readonly viewers: number}} Heard
 */

/** The three histories of the page: the pace by the second, every client's quarter of an hour, the chart's. And what that is compared with. */
export class Feeds {
  /** Answers reach so much further than what is shown that the next one is there in time. */ #phase = 0.1 + 0.9 * Math.random();

  /** @param {{history: string, usual: string}} urls @param {Heard} heard @param {() => void} onNews */
  constructor({ history: url, usual }, heard, onNews) {
    this.heard = heard;
    const page = { onNews, recent: () => heard.recent, viewers: () => heard.viewers };
    this.pace = new Feed(url, page);
    this.overview = new Feed(url, page);
    this.chart = new Feed(url, page);
    /** @type {Kept<Former>} */
    this.former = new Kept(url, onNews);
    /** @type {Kept<Former>} */
    this.lately = new Kept(url, onNews);
    /** @type {Kept<Usual>} */
    this.usual = new Kept(usual, onNews);
  }

  /** @returns {Beside} */
  get beside() {
    const { former, lately, usual } = this;
    return { former: former.value, lately: lately.value, usual: usual.value, failed: { former: former.failed, usual: usual.failed } };
  }

  get all() {
    const { pace, overview, chart } = this;
    return { pace, overview, chart };
  }

  get #each() {
    return [this.pace, this.overview, this.chart];
  }

  /** Does such a chart show what the view asks for? @param {View} view @param {Shown} shown @param {number} now */
  shows(view, { timeline }, now) {
    return timeline !== null && queryOf(timeline.question) === queryOf(chartQuestion(view, now));
  }

  /** Looks at what the view shows; while it is held, at what it would have shown then. @param {View} view @param {{chart: Shown, at: number} | null} held @param {number} now */
  look(view, held, now) {
    this.pace.ask(PACE_QUESTION);
    this.overview.ask(OVERVIEW_QUESTION);
    this.chart.exact = view.table;
    if (held === null || view.until !== null) this.chart.ask(chartQuestion(view, now));
    else if (!this.shows(view, held.chart, now)) this.chart.ask(chartQuestion({ ...view, until: held.at }, now));
    for (const feed of [this.pace, this.chart]) feed.timeline?.advance(now);
    this.#lookBeside(view, view.until ?? held?.at ?? null, now);
  }

  /** @param {View} view @param {number | null} until end of what is shown, unless it is now @param {number} now */
  #lookBeside({ compare, ...view }, until, now) {
    const phase = this.#phase;
    const question = { ...chartQuestion({ ...view, compare, until }, now), until };
    /** @param {Question} of @param {number} end */
    const wanted = (of, end) => {
      if (compare === null) return null;
      const asked = formerQuestion(of, compare, { end, now, phase });
      const about = `${compare} ${queryOf(of)}`;
      return { query: queryOf(asked), about, parse: (/** @type {string} */ text) => new Former(parseHistory(text, asked), compare), serves: Infinity };
    };
    this.former.ask(wanted(question, until ?? now));
    this.lately.ask(wanted(OVERVIEW_QUESTION, now));
    const query = usualQuery(question);
    this.usual.ask({ query, about: query, parse: parseUsual, serves: usualServes(question, this.heard.viewers * MS_PER_VIEWER) });
  }

  /** @param {Delta} delta */
  add(delta) {
    for (const feed of this.#each) feed.add(delta);
  }

  refresh() {
    for (const feed of this.#each) feed.refresh();
  }

  /** The chart's history as of now, where it moves. @param {View} view @param {boolean} held */
  async renew(view, held) {
    if (view.until === null && !held) await this.chart.renew();
  }
}
