// @ts-check
import { byId, make, setText } from "../dom/elements.js";
import { nameParts } from "../dom/name-parts.js";
import { sentenceOf } from "./alert-sentence.js";

/**
 * @typedef {import("../../link/alerts.js").Alert} Alert
 * @typedef {import("../../link/alerts.js").Alerts} Alerts
 * @typedef {import("../../words/words.js").Words} Words
 */

/** What fires and what is over, with the way to its moment; and what keeps people from being told. */
export class AlertList {
  #state = byId("alerts-state", HTMLElement);
  #firing = byId("alerts-firing", HTMLElement);
  #over = byId("alerts-over", HTMLElement);
  #none = byId("alerts-none", HTMLElement);
  #overTitle = byId("alerts-over-title", HTMLElement);
  #drawn = "";

  /** @param {(alert: Alert) => void} onShow */
  constructor(onShow) {
    this.onShow = onShow;
  }

  /** Only where it changed: what has focus keeps it. @param {Alerts} alerts @param {boolean} away @param {Words} words */
  draw(alerts, away, words) {
    const key = JSON.stringify([{ ...alerts, told: away ? alerts.told : 0 }, away, words.language]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.alert : undefined;
    this.#state.replaceChildren(...statesOf(alerts, away, words).map((text) => make("li", "", text)));
    this.#none.hidden = alerts.count > 0;
    this.#overTitle.hidden = alerts.over.length === 0;
    const more = alerts.count - alerts.firing.length;
    this.#firing.replaceChildren(...alerts.firing.map((one) => this.#item(one, words)), ...(more > 0 ? [make("li", "note", words.say("alerts.more", { n: more }))] : []));
    this.#over.replaceChildren(...alerts.over.map((one) => this.#item(one, words)));
    setText(this.#none, words.say("alerts.none"));
    const again = focused === undefined ? null : document.querySelector(`[data-alert="${CSS.escape(focused)}"]`);
    if (again instanceof HTMLElement) again.focus();
  }

  /** @param {Alert} alert @param {Words} words */
  #item(alert, words) {
    const item = make("li");
    const what = make("p", "alert-what", sentenceOf(alert, words));
    const about = make("p", "note");
    about.append(nameParts(alert.rule), ` · ${whenOf(alert, words)}${alert.muted ? ` · ${words.say("alerts.muted")}` : ""}`);
    const show = make("button", "button", words.say("alerts.show"));
    show.type = "button";
    show.dataset.alert = alert.id;
    show.setAttribute("aria-label", `${words.say("alerts.show")}: ${what.textContent}`);
    show.addEventListener("click", () => this.onShow(alert));
    item.append(what, about, show);
    return item;
  }
}

/** @param {Alert} alert @param {Words} words */
function whenOf({ fired, over }, words) {
  const from = words.times.day(fired);
  if (over === null) return words.say("alerts.since", { time: from });
  return words.say("alerts.lasted", { from, length: words.times.duration(over - fired) });
}

/** What is to be known beside the list. @param {Alerts} alerts @param {boolean} away @param {Words} words */
function statesOf(alerts, away, words) {
  const said = [];
  if (away) said.push(words.say("alerts.away", { time: words.times.clock(alerts.told) }));
  if (!alerts.current) said.push(words.say("alerts.stale"));
  if (!alerts.noted) said.push(words.say("alerts.unnoted"));
  for (const { name, since, waiting } of alerts.failing) said.push(words.say("alerts.failing", { name, time: words.times.clock(since), n: waiting }));
  for (const { until, rule, client } of alerts.mutes) said.push(words.say("alerts.muted_until", { time: words.times.day(until), what: [rule, client].filter(Boolean).join(" · ") || words.say("alerts.all") }));
  if (alerts.learning > 0) said.push(words.say("alerts.learning", { n: alerts.learning, all: alerts.watched }));
  if (alerts.unwatched > 0) said.push(words.say("alerts.unwatched", { n: alerts.unwatched }));
  return said;
}
