// @ts-check
import { AlertFeed } from "../../link/alert-feed.js";
import { marksOf, momentOf, newsOf } from "../../model/alerts.js";
import { byId, setText } from "../dom/elements.js";
import { AlertList } from "./alert-list.js";
import { sentenceOf } from "./alert-sentence.js";
import { BrowserNotes } from "./browser-notes.js";

/**
 * @typedef {import("../../link/alerts.js").Alert} Alert
 * @typedef {import("../../link/alerts.js").Alerts} Alerts
 * @typedef {import("../../reader/view-state.js").ViewState} ViewState
 * @typedef {import("../../words/words.js").Words} Words
 *
 * @typedef {object} Around
 * @property {() => Words} words
 * @property {() => number} now by the server's clock
 * @property {(marks: import("../../model/alerts.js").Mark[]) => void} onMarks
 * @property {(text: string) => void} announce
 * @property {() => number} viewers of this panel
 */

/** The bell with the number of alerts, and the list behind it. Hidden where there is no alert service. */
export class Bell {
  #button = byId("alerts-open", HTMLButtonElement);
  #number = byId("alerts-number", HTMLElement);
  #dialog = byId("alerts", HTMLDialogElement);
  #notes = new BrowserNotes();
  #list;
  #feed;

  /** @param {string} url of `/panel/avisos` @param {ViewState} view @param {Around} around */
  constructor(url, view, around) {
    this.view = view;
    this.around = around;
    this.#list = new AlertList((alert) => this.#show(alert));
    this.#feed = new AlertFeed(url, { onNews: (before) => this.#news(before), viewers: around.viewers });
    this.#button.addEventListener("click", () => this.open());
    view.onChange(() => this.#mark());
    document.addEventListener("visibilitychange", () => !document.hidden && void this.#feed.ask());
    void this.#feed.ask();
  }

  /** Shows the list, where there is one. */
  open() {
    if (!this.#button.hidden && !this.#dialog.open) this.#dialog.showModal();
  }

  draw() {
    const { alerts, away } = this.#feed;
    const words = this.around.words();
    this.#button.hidden = alerts === null;
    if (alerts === null) return;
    const label = words.say("alerts.open", { n: alerts.count });
    this.#button.title = label;
    this.#button.setAttribute("aria-label", label);
    this.#button.dataset.state = away ? "away" : alerts.count > 0 ? "firing" : "quiet";
    setText(this.#number, words.numbers.whole(alerts.count));
    this.#list.draw(alerts, away, words);
  }

  /** @param {Alerts | null} before */
  #news(before) {
    const words = this.around.words();
    const { fired, over } = newsOf(before, this.#feed.alerts);
    const said = [
      ...fired.map((one) => ({ id: one.id, text: words.say("announce.alert", { what: sentenceOf(one, words) }) })),
      ...over.map((one) => ({ id: one.id, text: words.say("announce.alert_over", { what: sentenceOf(one, words) }) })),
    ];
    this.#notes.show(said);
    if (said.length > 0) this.around.announce(said.length === 1 ? said[0].text : words.say("announce.alerts", { n: fired.length, over: over.length }));
    this.#mark();
    this.draw();
  }

  #mark() {
    this.around.onMarks(marksOf(this.#feed.alerts, this.view.value));
  }

  /** The chart at that moment, of who it is about. @param {Alert} alert */
  #show(alert) {
    this.#dialog.close();
    this.view.set({
      client: alert.about === "cliente" ? alert.subject : null,
      type: alert.about === "evento" ? alert.subject : null,
      window: "15m",
      until: momentOf(alert, this.around.now()),
    });
    byId("plot", HTMLElement).focus();
  }
}
