// @ts-check
import { SECONDS } from "../pace.js";
import { activeClients } from "../state.js";
import { byId, setText } from "./dom.js";
import { drawSparkline } from "./sparkline.js";

/**
 * @typedef {import("../state.js").State} State
 * @typedef {import("../pace.js").Pace} Pace
 * @typedef {import("../words.js").Words} Words
 */

const ACTIVE_WINDOW_MS = 60_000;
const CHART_HEIGHT = 20;

/** The numbers on top: total with what is missing from it, rate, active clients. */
export class Tiles {
  #total = byId("total", HTMLElement);
  #rejected = byId("rejected", HTMLElement);
  #duplicates = byId("duplicates", HTMLElement);
  #conflicts = byId("conflicts", HTMLElement);
  #rate = byId("rate", HTMLElement);
  #peak = byId("rate-peak", HTMLElement);
  #pace = byId("pace", SVGSVGElement);
  #active = byId("active", HTMLElement);
  #activeDetail = byId("active-detail", HTMLElement);

  /** @param {State} state @param {Pace} pace @param {number} now @param {Words} words */
  draw(state, pace, now, words) {
    this.#drawRate(state, pace, words);
    const { counts } = state;
    if (counts === null) return;
    setFigure(this.#total, words.whole(counts.total));
    setCount(this.#rejected, words.say("total.rejected", { n: counts.rechazados }), counts.rechazados);
    setCount(this.#duplicates, words.say("total.duplicates", { n: counts.duplicados }), 0);
    setCount(this.#conflicts, words.say("total.conflicts", { n: counts.conflictos }), counts.conflictos);
    setFigure(this.#active, words.whole(activeClients(state, now, ACTIVE_WINDOW_MS)));
    setText(this.#activeDetail, words.say("active.detail", { n: state.clients.size + counts.otros.clientes }));
  }

  /** @param {State} state @param {Pace} pace @param {Words} words */
  #drawRate(state, pace, words) {
    const rate = pace.mean() ?? state.beat?.tasas?.["10s"] ?? null;
    setFigure(this.#rate, rate === null ? "—" : words.rate(rate));
    const complete = pace.bins.slice(0, -1);
    drawSparkline(this.#pace, complete, SECONDS - 1, CHART_HEIGHT);
    const peak = Math.max(0, ...complete.map((bin) => bin ?? 0));
    setText(this.#peak, peak === 0 ? "" : words.say("rate.peak", { n: peak }));
  }
}

/** A number whose size the style sheet fits to its length. @param {HTMLElement} element @param {string} text */
function setFigure(element, text) {
  setText(element, text);
  if (element.dataset.chars !== String(text.length)) {
    element.dataset.chars = String(text.length);
    element.style.setProperty("--chars", String(text.length));
  }
}

/** @param {HTMLElement} element @param {string} text @param {number} concern */
function setCount(element, text, concern) {
  setText(element, text);
  element.classList.toggle("concern", concern > 0);
}
