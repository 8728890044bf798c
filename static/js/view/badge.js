// @ts-check
import { byId, setText } from "./dom.js";

/**
 * @typedef {import("../status.js").Status} Status
 * @typedef {import("../status.js").Kind} Kind
 * @typedef {import("../words.js").Words} Words
 */

/** @type {Record<Kind, string>} */
const FAVICON = {
  connecting: "waiting",
  live: "live",
  polling: "live",
  stale: "stale",
  reconnecting: "waiting",
  offline: "lost",
};

/** The state of the page in the header, the tab and the live region. */
export class Badge {
  #badge = byId("badge", HTMLElement);
  #icon = byId("badge-icon", SVGUseElement);
  #word = byId("badge-word", HTMLElement);
  #detail = byId("badge-detail", HTMLElement);
  #retry = byId("retry", HTMLButtonElement);
  #favicon = byId("favicon", HTMLLinkElement);
  #announcement = byId("announcement", HTMLElement);
  #shown = "";

  /** @param {() => void} onRetry */
  constructor(onRetry) {
    this.#retry.addEventListener("click", onRetry);
  }

  /** @param {Status} status @param {Words} words */
  draw(status, words) {
    setText(this.#word, word(status, words));
    setText(this.#detail, detail(status, words));
    const title = `${word({ ...status, seconds: 0 }, words)} · Pulso`;
    if (document.title !== title) document.title = title;
    const shown = `${status.kind} ${words.language}`;
    if (shown !== this.#shown) this.#change(status, words);
    this.#shown = shown;
  }

  /** @param {Status} status @param {Words} words */
  #change(status, words) {
    this.#badge.dataset.kind = status.kind;
    this.#icon.setAttribute("href", `#icon-${status.kind}`);
    this.#favicon.href = `./static/icons/${FAVICON[status.kind]}.svg`;
    this.#retry.hidden = status.kind !== "reconnecting" && status.kind !== "offline";
    const time = status.since === null ? "—" : words.clock(status.since);
    setText(this.#announcement, words.say(`announce.${status.kind}`, { time }));
  }
}

/** @param {Status} status @param {Words} words */
function word({ kind, seconds }, words) {
  if (kind !== "reconnecting") return words.say(`status.${kind}`);
  return seconds > 0 ? words.say("status.reconnecting", { n: seconds }) : words.say("status.reconnecting_now");
}

/** @param {Status} status @param {Words} words */
function detail({ kind, since, attempt }, words) {
  if (since === null) return kind === "connecting" ? "" : words.say("detail.no_data");
  const time = words.clock(since);
  if (kind === "stale" || kind === "offline") return words.say("detail.since", { time });
  const asOf = words.say("detail.as_of", { time });
  if (kind === "reconnecting") return `${words.say("detail.attempt", { n: attempt })} · ${asOf}`;
  return kind === "polling" ? `${words.say("detail.polling")} · ${asOf}` : asOf;
}
