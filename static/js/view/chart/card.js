// @ts-check
import { sumOf } from "../../history/answer.js";
import { DAY } from "../../history/question.js";
import { visibleText } from "../../words/names.js";
import { byId, setText } from "../dom/elements.js";
import { announce } from "../dom/voice.js";
import { comparison, endOf, entriesBeside } from "./compared.js";
import { Legend } from "./legend.js";
import { Palette } from "./palette.js";
import { Chart } from "./plot.js";
import { ChartTable } from "./table.js";

/**
 * @typedef {import("../../model/picture.js").Picture} Picture
 * @typedef {import("../../words/words.js").Words} Words
 */

const MINUTE_MS = 60_000;

/** The chart with what belongs to it: its span, its lines' names, its numbers as a table. */
export class ChartCard {
  #card = byId("chart-card", HTMLElement);
  #holder = byId("plot", HTMLElement);
  #span = byId("chart-span", HTMLElement);
  #empty = byId("chart-empty", HTMLElement);
  #lacks = byId("chart-lacks", HTMLElement);
  #compared = byId("chart-compared", HTMLElement);
  #toLive = byId("to-live", HTMLButtonElement);
  #newer = byId("newer", HTMLButtonElement);
  #legend = new Legend();
  #table = new ChartTable();
  palette = new Palette();
  /** The last that was drawn. @type {Picture | null} */ #picture = null;
  /** A step is a day. */ #days = false;
  /** What the reader was told it is compared with. @type {import("../../reader/view-state.js").Before | null} */ #toldOf = null;
  /** The step that the reader points at. @type {number | null} */ step = null;
  /** The time that is asked for can't be read, and nothing is shown. */ missing = false;

  /** @param {() => void} onPoint */
  constructor(onPoint) {
    this.chart = new Chart(this.#holder, this.palette, (step) => {
      if (step === this.step) return;
      this.step = step;
      onPoint();
    });
  }

  /** @param {Picture} picture @param {Words} words */
  draw(picture, words) {
    this.#picture = picture;
    const { view, chart } = picture;
    const { timeline } = chart;
    this.#holder.hidden = view.table;
    this.#toLive.disabled = this.#newer.disabled = view.until === null;
    const missing = chart.failed && (timeline === null || chart.waiting || chart.refusal !== null);
    this.#sayEmpty(chart, missing, words);
    this.#table.draw(missing ? null : chart.history, picture.beside, chart.readAt, view.table, words);
    this.#sayCompared(missing ? { text: "", all: false } : comparison(picture, words), view.compare);
    const lacks = missing ? null : (chart.history?.lacksBefore ?? null);
    this.#lacks.hidden = lacks === null;
    if (lacks !== null) setText(this.#lacks, words.say("chart.lacks", { time: words.times.day(lacks) }));
    if (timeline === null || missing) return;
    const knownUntil = timeline.question.until === null ? knownTo(picture) : null;
    this.#days = timeline.step >= DAY;
    this.palette.assign(timeline.names, known(picture));
    const why = picture.status.kind === "behind" ? "chart.pending" : "chart.no_data";
    const catchesUp = chart.outdated && !chart.failed && knownUntil === null;
    if (!view.table && !catchesUp) this.chart.draw({ timeline, beside: picture.beside, stacked: !view.lines, now: picture.chartNow, knownUntil, why }, words);
    this.#legend.draw(this.#entries(picture, words), !view.lines);
    this.#saySpan(picture, words);
  }

  /** Another time's chart is not shown for the one that can't be read. @param {Picture["chart"]} chart @param {boolean} missing @param {Words} words */
  #sayEmpty(chart, missing, words) {
    this.missing = missing;
    this.#card.dataset.missing = missing ? "yes" : "no";
    this.#empty.hidden = chart.timeline !== null && !missing;
    const why = chart.refusal === null ? "chart.missing" : /** @type {const} */ (`chart.${chart.refusal}`);
    setText(this.#empty, words.say(chart.failed ? why : "chart.loading"));
  }

  /** Also aloud, once for each choice. @param {{text: string, all: boolean}} said @param {import("../../reader/view-state.js").Before | null} compare */
  #sayCompared({ text, all }, compare) {
    this.#compared.hidden = text === "";
    setText(this.#compared, text);
    if (compare === this.#toldOf || !all) return;
    this.#toldOf = compare;
    if (compare !== null) announce(text);
  }

  /** The span that the last answer counted, and how much: both exact. @param {Picture} picture @param {Words} words */
  #saySpan(picture, words) {
    const { chart: { history, timeline } } = picture;
    const pointed = this.step === null ? undefined : this.chart.shape?.xs[this.step];
    if (pointed !== undefined) return setText(this.#span, (this.#days ? words.times.date : words.times.clock).call(words.times, 1000 * pointed));
    const end = endOf(picture);
    if (history === null || timeline === null || end === null) return;
    const { span } = timeline.question;
    const exact = span <= MINUTE_MS ? words.times.clock : span >= DAY / 2 ? words.times.day : words.times.minute;
    setText(this.#span, `${exact.call(words.times, history.from)} – ${exact.call(words.times, end)} · ${words.say("chart.in_window", { n: sumOf(history) })}`);
  }

  /** Each line's rate where the reader points, else its events in the window. @param {Picture} picture @param {Words} words */
  #entries(picture, words) {
    const { chart: { history }, view } = picture;
    const shape = view.table ? null : this.chart.shape;
    const names = shape?.names ?? [...(history?.names ?? []), ...(sum(history?.others ?? []) > 0 ? [""] : [])];
    const lines = names.map((name, i) => {
      const pointed = this.step === null ? undefined : shape?.rates[i]?.[this.step];
      const line = name === "" ? history?.others : history?.points[history.names.indexOf(name)];
      const value = pointed === undefined ? (line === undefined ? "" : words.numbers.whole(sum(line))) : pointed === null ? "—" : `${words.numbers.rate(pointed)}/s`;
      const label = words.say(history?.names.length === 0 ? "chart.all" : "chart.others");
      return { name, label, colour: name === "" ? undefined : this.palette.of(name), value };
    });
    return [...lines, ...entriesBeside(picture, this.step === null ? undefined : shape?.xs[this.step], words)];
  }

  /** What it shows of when, in words. */
  get span() {
    return this.#span.textContent;
  }

  /** What the reader points at, in one sentence. @param {Words} words */
  pointed(words) {
    const { shape } = this.chart;
    if (shape === null || this.step === null || this.#picture === null) return "";
    const values = shape.names.map((name, i) => {
      const rate = shape.rates[i][/** @type {number} */ (this.step)];
      return `${visibleText(name) || words.say("chart.others")} ${rate === null ? words.say("chart.no_data") : words.numbers.rate(rate)}`;
    });
    for (const { label, value } of entriesBeside(this.#picture, shape.xs[this.step], words)) values.push(`${label} ${value}`);
    return words.say("chart.at", { time: (this.#days ? words.times.date : words.times.clock).call(words.times, 1000 * shape.xs[this.step]), values: values.join(", ") });
  }
}

/** Until when the chart is known; null for all the time. Behind a gap nothing is, while history can't be read. @param {Picture} picture */
function knownTo({ knownUntil, chart, serverNow, now }) {
  if (knownUntil !== null || !chart.outdated || !chart.failed || chart.readAt === null) return knownUntil;
  return chart.readAt + serverNow - now;
}

/** The counts of all that may be a line of this chart, as far as they are listed. @param {Picture} picture */
const known = ({ chart: { timeline }, state: { clients, counts } }) => (timeline?.question.by === "cliente" ? clients : new Map(Object.entries(counts?.eventos ?? {})));

/** @param {number[]} line */
const sum = (line) => line.reduce((all, n) => all + n, 0);
