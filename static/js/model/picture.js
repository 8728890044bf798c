// @ts-check
import { Feed } from "../history/feed.js";
import { badgeOf, isCurrent } from "./badge-state.js";

/**
 * @typedef {import("../history/feed.js").Shown} Shown
 * @typedef {import("../reader/view-state.js").View} View
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./state.js").State} State
 *
 * What moves while the page is live, and stays while it is paused.
 *
 * @typedef {object} Moving
 * @property {number} at
 * @property {State} state
 * @property {(number | null)[]} bins events of the last seconds
 * @property {number | null} rate
 * @property {(number | null)[]} delays
 * @property {number | null} screenDelay
 * @property {Shown} pace
 * @property {Shown} overview
 * @property {Shown} chart
 *
 * Everything that is drawn.
 *
 * @typedef {Moving & {beside: import("../history/feeds.js").Beside, view: View, status: import("./badge-state.js").Status, badge: import("./badge-state.js").Shown, now: number, serverNow: number,
 *   chartNow: number, knownUntil: number | null, fresh: number | null, refused: boolean}} Picture
 */

/** Takes pictures of the model: of now, or of when the reader paused. */
export class Camera {
  /** @type {Moving | null} */ held = null;

  /** @param {Model} model @param {import("../history/feeds.js").Feeds} feeds */
  constructor(model, feeds) {
    this.model = model;
    this.feeds = feeds;
  }

  /** @param {View} view @param {number} now @returns {Picture} */
  take(view, now) {
    const { model, feeds } = this;
    if (!view.paused) this.held = null;
    else if (this.held === null && this.#complete()) this.held = this.#hold(now);
    const moving = this.held ?? this.#moving(now);
    const status = model.status(now);
    return {
      ...moving,
      beside: feeds.beside,
      view,
      status,
      badge: badgeOf(status, this.held !== null),
      now,
      serverNow: model.clock.at(now),
      chartNow: model.clock.at(moving.at),
      chart: this.held !== null && feeds.shows(view, this.held.chart, now) ? this.held.chart : feeds.chart,
      knownUntil: this.held === null ? this.#knownUntil(status, now) : null,
      fresh: this.held && this.#fresh(this.held.state),
      refused: model.refused,
    };
  }

  /** What happened after this, by the server's clock, nobody here knows; null while all is known. @param {import("./badge-state.js").Status} status @param {number} now */
  #knownUntil({ kind, since }, now) {
    if (kind === "behind") return this.model.clock.at(now) - 1000 * (this.model.state.beat?.atraso_s ?? 0);
    return isCurrent(kind) || kind === "connecting" ? null : since;
  }

  /** Is there all of a picture to hold? A page may be opened paused. */
  #complete() {
    const { overview, pace, chart } = this.feeds;
    return this.model.state.counts !== null && [overview, pace, chart].every((feed) => feed.failed || feed.timeline !== null);
  }

  /** @param {number} now @returns {Moving} */
  #moving(now) {
    const { state, pace, delays, screen, clock } = this.model;
    const rate = pace.mean() ?? state.beat?.tasas?.["10s"] ?? null;
    const delay = screen.p95(clock.at(now));
    return { at: now, state, bins: pace.bins, rate, delays, screenDelay: delay, ...this.feeds.all };
  }

  /** @param {number} now @returns {Moving} */
  #hold(now) {
    const moving = this.#moving(now);
    const { pace, overview, chart } = this.feeds;
    return { ...moving, bins: [...moving.bins], pace: Feed.held(pace), overview: Feed.held(overview), chart: Feed.held(chart) };
  }

  /** Events counted since the reader paused; all of them if counting began anew. @param {State} held */
  #fresh({ counts: before }) {
    const { counts } = this.model.state;
    if (counts === null || before === null) return 0;
    return counts.epoca === before.epoca ? counts.total - before.total : counts.total;
  }
}
