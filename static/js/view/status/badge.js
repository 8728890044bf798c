// @ts-check
import { isCurrent } from "../../model/badge-state.js";
import { byId, setText } from "../dom/elements.js";

/**
 * @typedef {import("../../model/badge-state.js").Status} Status
 * @typedef {import("../../model/picture.js").Picture} Picture
 * @typedef {import("../../words/words.js").Words} Words
 * @typedef {import("../../model/badge-state.js").Shown} Shown
 */

/** @type {Record<Shown, string>} */
const FAVICON = {
  connecting: "waiting",
  live: "live",
  behind: "stale",
  polling: "live",
  stale: "stale",
  reconnecting: "waiting",
  offline: "lost",
  paused: "paused",
};

const CALM = matchMedia("(prefers-reduced-motion: reduce)");

/** The state of the page in the header, the tab and the live region. */
export class Badge {
  #badge = byId("badge", HTMLElement);
  #icon = byId("badge-icon", SVGUseElement);
  #word = byId("badge-word", HTMLElement);
  #detail = byId("badge-detail", HTMLElement);
  #retry = byId("retry", HTMLButtonElement);
  #favicon = byId("favicon", HTMLLinkElement);
  /** What is known of the panel, said in whatever is shown. @type {import("../../model/badge-state.js").Kind | null} */ kind = null;
  #shown = "";
  /** @type {unknown} */ #beat = null;

  /** @param {{onRetry: () => void, announce: (text: string) => void}} page */
  constructor({ onRetry, announce }) {
    this.announce = announce;
    this.#retry.addEventListener("click", onRetry);
  }

  /** @param {Picture} picture @param {Words} words */
  draw(picture, words) {
    const { status, badge: kind } = picture;
    setText(this.#word, word(kind, status.seconds, words));
    setText(this.#detail, kind === "paused" ? pausedDetail(picture, words) : detail(picture, words));
    const title = `${kind === "paused" ? `${words.numbers.whole(picture.fresh ?? 0)} · ` : ""}${word(kind, 0, words)} · Pulso`;
    if (document.title !== title) document.title = title;
    const shown = `${kind} ${status.kind} ${status.brokerLost} ${status.brokerRefuses} ${words.language}`;
    if (shown !== this.#shown) this.#change(kind, status, words);
    this.#shown = shown;
    this.kind = status.kind;
    if (kind === "live" && picture.state.beat !== this.#beat && !CALM.matches) pulse(this.#badge);
    this.#beat = picture.state.beat;
  }

  /** @param {Shown} kind @param {Status} status @param {Words} words */
  #change(kind, status, words) {
    this.#badge.dataset.kind = kind;
    this.#icon.setAttribute("href", `#icon-${kind}`);
    this.#favicon.href = `./static/icons/${FAVICON[kind]}.svg`;
    this.#retry.hidden = status.kind !== "reconnecting" && status.kind !== "offline";
    const time = status.since === null ? "—" : words.times.clock(status.since);
    this.announce(words.say(announcementOf(kind, status), { time }));
  }
}

/** @param {Shown} kind @param {Status} status @returns {import("../../words/es.js").Key} */
function announcementOf(kind, { brokerLost, brokerRefuses }) {
  if (kind !== "stale" || !(brokerLost || brokerRefuses)) return `announce.${kind}`;
  return brokerLost ? "announce.broker_lost" : "announce.broker_refuses";
}

/** Shows that the panel was heard; transform and opacity are the compositor's work. @param {HTMLElement} badge */
function pulse(badge) {
  const frames = [{ opacity: 0.5, transform: "scale(0.6)" }, { opacity: 0, transform: "scale(2)" }];
  badge.animate(frames, { duration: 900, easing: "ease-out", pseudoElement: "::before" });
}

/** @param {Shown} kind @param {number} seconds @param {Words} words */
function word(kind, seconds, words) {
  if (kind !== "reconnecting") return words.say(`status.${kind}`);
  return seconds > 0 ? words.say("status.reconnecting", { n: seconds }) : words.say("status.reconnecting_now");
}

/** @param {Picture} picture @param {Words} words */
function pausedDetail({ chartNow, fresh, status }, words) {
  const time = words.times.clock(chartNow);
  if (isCurrent(status.kind)) return words.say("detail.paused", { n: fresh ?? 0, time });
  return words.say("detail.paused_blind", { time, state: word(status.kind, 0, words) });
}

/** @param {Picture} picture @param {Words} words */
function detail({ status: { kind, since, brokerLost, brokerRefuses, attempt }, state: { beat } }, words) {
  if (brokerRefuses) return words.say("detail.broker_refuses");
  if (since === null) return kind === "connecting" ? "" : words.say("detail.no_data");
  const time = words.times.clock(since);
  if (brokerLost) return words.say("detail.broker_lost", { time });
  if (kind === "stale" || kind === "offline") return words.say("detail.since", { time });
  if (kind === "behind") {
    const n = (beat?.cola?.listos ?? 0) + (beat?.cola?.sin_ack ?? 0);
    return words.say("detail.behind", { n, s: Math.round(beat?.atraso_s ?? 0) });
  }
  const asOf = words.say("detail.as_of", { time });
  if (kind === "reconnecting") return `${words.say("detail.attempt", { n: attempt })} · ${asOf}`;
  return kind === "polling" ? `${words.say("detail.polling")} · ${asOf}` : asOf;
}
