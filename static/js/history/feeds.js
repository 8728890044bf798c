// @ts-check
import { Feed } from "./feed.js";
import { chartQuestion, OVERVIEW_QUESTION, PACE_QUESTION, queryOf } from "./question.js";

/**
 * @typedef {import("../reader/view-state.js").View} View
 * @typedef {import("./feed.js").Shown} Shown
 * @typedef {import("./timeline.js").Delta} Delta
 *
 * What is known of the socket's news.
 *
 * @typedef {{readonly recent: Delta[], readonly viewers: number}} Heard
 */

/** The three histories of the page: the pace by the second, every client's quarter of an hour, the chart's. */
export class Feeds {
  /** @param {string} url @param {Heard} heard @param {() => void} onNews */
  constructor(url, heard, onNews) {
    const page = { onNews, recent: () => heard.recent, viewers: () => heard.viewers };
    this.pace = new Feed(url, page);
    this.overview = new Feed(url, page);
    this.chart = new Feed(url, page);
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
