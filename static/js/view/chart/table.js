// @ts-check
import { beginOf } from "../../history/answer.js";
import { DAY } from "../../history/question.js";
import { byId, make, setText } from "../dom/elements.js";
import { nameParts } from "../dom/name-parts.js";
import { rangeOf } from "./compared.js";
import { bandAt } from "../../history/usual.js";

/**
 * @typedef {import("../../history/answer.js").History} History
 * @typedef {import("../../words/words.js").Words} Words
 * @typedef {import("../../history/feeds.js").Beside} Beside
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

  /** @param {History | null} history @param {Beside} beside @param {number | null} readAt @param {boolean} visible @param {Words} words */
  draw(history, beside, readAt, visible, words) {
    this.#holder.hidden = !visible;
    if (!visible || history === null) return;
    const shown = [history.version, history.from, history.names.join("\n"), words.language, beside.former?.key, beside.usual?.key].join();
    if (shown === this.#shown) return;
    this.#shown = shown;
    const time = words.times.clock(readAt ?? history.from);
    setText(this.#caption, words.say("table.caption", { step: words.times.duration(history.step), time }));
    this.#table.tHead?.replaceChildren(header(history, beside, words));
    this.#table.tBodies[0].replaceChildren(...rows(history, beside, words));
  }
}

/** @param {History} history @param {Beside} beside @param {Words} words */
function header({ names }, { former, usual }, words) {
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
  if (former !== null) add(words.say(`compare.${former.before}`));
  if (isKnown(usual)) add(words.say("usual.label"));
  return row;
}

/** @param {Beside["usual"]} usual */
const isKnown = (usual) => usual !== null && usual.bands.some((band) => band !== null);

/** @param {History} history @param {Beside} beside @param {Words} words */
function rows(history, beside, words) {
  const { step, points, others } = history;
  const exact = step >= DAY ? words.times.date : step * others.length > DAY / 2 ? words.times.day : words.times.clock;
  return others.map((rest, k) => {
    const row = make("tr");
    const time = make("th", "", exact.call(words.times, beginOf(history, k)));
    time.scope = "row";
    const counts = [...points.map((line) => line[k]), rest];
    const sum = counts.reduce((all, n) => all + n, 0);
    const cells = [...[...counts, sum].map((n) => words.numbers.whole(n)), ...cellsBeside(history, beside, k, words)];
    row.append(time, ...cells.map((text) => make("td", "number", text)));
    return row;
  }).reverse();
}

/** @param {History} history @param {Beside} beside @param {number} k @param {Words} words */
function cellsBeside(history, { former, usual }, k, words) {
  const [from, cells] = [beginOf(history, k), /** @type {string[]} */ ([])];
  if (former !== null) {
    const n = former.between(from, from + history.step);
    cells.push(n === null ? "—" : words.numbers.whole(Math.round(n)));
  }
  if (usual === null || !isKnown(usual)) return cells;
  const band = bandAt(usual, from);
  return [...cells, band === null ? "—" : rangeOf(band, words)];
}
