// @ts-check
import { activities } from "../history/activity.js";
import { secondOf } from "../time/steady.js";

/**
 * @typedef {import("../history/activity.js").Activity} Activity
 * @typedef {import("./picture.js").Picture} Picture
 *
 * @typedef {object} Lately
 * @property {Activity | undefined} activity
 * @property {number | null} seenAt by this browser's clock
 * @property {number | null} silentSince
 */

const ACTIVE_MS = 60_000;

/** What each client did lately: the history's word, and what was seen since. Looked up once a second. */
export class ClientsLately {
  /** @type {Map<string, Activity>} */ #activities = new Map();
  #second = NaN;
  /** @type {unknown} */ #of = null;
  #ahead = 0;

  /** @param {Picture} picture */
  update({ overview: { timeline }, state, now, serverNow, chartNow, fresh, knownUntil }) {
    this.state = state;
    this.#ahead = serverNow - now;
    const second = secondOf(now);
    if (timeline === null || knownUntil !== null || (timeline === this.#of && second === this.#second)) return;
    this.#of = timeline;
    this.#second = second;
    if (fresh === null) timeline.advance(chartNow);
    this.#activities = activities(timeline, chartNow);
  }

  /** @param {string} name @returns {Lately} */
  of(name) {
    const activity = this.#activities.get(name);
    const changedAt = this.state?.changedAt.get(name) ?? null;
    const seen = activity?.seenAt == null ? null : activity.seenAt - this.#ahead;
    const seenAt = changedAt === null ? seen : Math.max(changedAt, seen ?? 0);
    const silent = activity?.silentSince == null ? null : activity.silentSince - this.#ahead;
    return { activity, seenAt, silentSince: silent !== null && (changedAt ?? 0) <= silent ? silent : null };
  }

  /** How many of the listed clients had an event within the last minute. @param {number} now */
  active(now) {
    let active = 0;
    for (const name of this.state?.clients.keys() ?? []) {
      const { seenAt } = this.of(name);
      if (seenAt !== null && now - seenAt <= ACTIVE_MS) active += 1;
    }
    return active;
  }
}
