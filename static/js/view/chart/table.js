// @ts-check
import { beginOf } from "../../history/answer.js";
import { DAY } from "../../history/question.js";
import { byId, make, setText } from "../dom/elements.js";
import { nameParts } from "../dom/name-parts.js";

/**
 * @typedef {import("../../history/answer.js").History} History
 * @typedef {import("../../words/words.js").Words} Words
 */

/** The chart's numbers as a table, newest first. */
export class ChartTable {
  #holder = byId("chart-table", HTMLElement);
  #caption = byId("steps-caption", HTMLTableCaptionElement);
  #table;
  #shown = "";

  constructor() {
    this.#table = /** @type {HTMLTableElement} */ (this.#caption.parentElement);
  }

  /** @param {History | null} history @param {number | null} readAt @param {boolean} visible @param {Words} words */
  draw(history, readAt, visible, words) {
    this.#holder.hidden = !visible;
    if (!visible || history === null) return;
    const shown = [history.version, history.from, history.names.join("\n"), words.language].join();
    if (shown === this.#shown) return;
    this.#shown = shown;
    const time = words.times.clock(readAt ?? history.from);
    setText(this.#caption, words.say("table.caption", { step: words.times.duration(history.step), time }));
    this.#table.tHead?.replaceChildren(header(history, words));
    this.#table.tBodies[0].replaceChildren(...rows(history, words));
  }
}

/** @param {History} history @param {Words} words */
function header({ names }, words) {
  const row = make("tr");
  /** @param {Node | string} content @param {string} [className] */
  const add = (content, className = "number") => {
    const cell = make("th", className);
    cell.scope = "col";
    cell.append(content);
    row.append(cell);
  };
  add(words.say("table.from"), "");
  for (const name of names) add(name === "" ? words.say("chart.all") : nameParts(name));
  add(words.say("chart.others"));
  add(words.say("table.sum"));
  return row;
}

/** @param {History} history @param {Words} words */
function rows(history, words) {
  const { step, points, others } = history;
  const exact = step >= DAY ? words.times.date : step * others.length > DAY / 2 ? words.times.day : words.times.clock;
  return others.map((rest, k) => {
    const row = make("tr");
    const time = make("th", "", exact.call(words.times, beginOf(history, k)));
    time.scope = "row";
    const counts = [...points.map((line) => line[k]), rest];
    const sum = counts.reduce((all, n) => all + n, 0);
    row.append(time, ...[...counts, sum].map((n) => make("td", "number", words.numbers.whole(n))));
    return row;
  }).reverse();
}
