// @ts-check
import { activePerMinute, minuteRates, sumOfLast } from "../../history/activity.js";
import { sumOf } from "../../history/answer.js";
import { SECONDS } from "../../model/pace.js";
import { difference } from "../../words/difference.js";
import { byId, setText } from "../dom/elements.js";
import { drawSparkline } from "./sparkline.js";

/**
 * @typedef {import("../../history/timeline.js").Timeline} Timeline
 * @typedef {import("../../model/picture.js").Picture} Picture
 * @typedef {import("../../words/words.js").Words} Words
 */

const LINE_HEIGHT = 20;
/** Steps of the overview in a dot of the total's line. */
const STEPS_A_DOT = 3;
const DELAYS = 60;
const LINES_APART_MS = 1_000;
/** So much wider than a digit is the m of the units. */
const WIDE = 0.75;
/** Less than this is no change. */
const SAME = 0.01;

/** The numbers on top: each with its unit, what changed, and its last minutes as a line. */
export class Tiles {
  #figures = { rate: byId("rate", HTMLElement), total: byId("total", HTMLElement), active: byId("active", HTMLElement), delay: byId("delay", HTMLElement) };
  #rateChange = byId("rate-change", HTMLElement);
  #totalChange = byId("total-change", HTMLElement);
  #rateCompared = byId("rate-compared", HTMLElement);
  #totalCompared = byId("total-compared", HTMLElement);
  #activeChange = byId("active-change", HTMLElement);
  #activeDetail = byId("active-detail", HTMLElement);
  #delayDetail = byId("delay-detail", HTMLElement);
  #delayOld = byId("delay-old", HTMLElement);
  #lines = { pace: byId("pace", SVGSVGElement), total: byId("total-line", SVGSVGElement), active: byId("active-line", SVGSVGElement), delay: byId("delay-line", SVGSVGElement) };

  #linesAt = -Infinity;
  /** @type {Timeline | null} */ #of = null;
  /** @type {Words | null} */ #words = null;
  /** @type {Picture["beside"]["lately"]} */ #lately = null;

  /** @param {Picture} picture @param {number} active @param {Words} words */
  draw(picture, active, words) {
    this.#drawFigures(picture, active, words);
    const { pace, overview, knownUntil } = picture;
    if (knownUntil !== null || pace.outdated || overview.outdated) return; // they stay those of the last minute that is known
    const apart = Math.abs(picture.now - this.#linesAt);
    const { lately } = picture.beside;
    if (apart < LINES_APART_MS && this.#of === picture.overview.timeline && words === this.#words && lately === this.#lately) return;
    this.#linesAt = picture.now;
    this.#lately = lately;
    this.#of = picture.overview.timeline;
    this.#words = words;
    this.#drawLines(picture, active, words);
  }

  /** What changes with each message. @param {Picture} picture @param {number} active @param {Words} words */
  #drawFigures({ rate, state: { counts, clients, beat }, screenDelay }, active, words) {
    setFigure(this.#figures.rate, rate === null ? "—" : words.numbers.rate(rate));
    if (rate === null) setText(this.#rateChange, "");
    const counted = beat?.retraso?.p95 ?? null;
    setFigure(this.#figures.delay, counted === null ? "—" : words.times.duration(1000 * counted + (screenDelay ?? 0)));
    setText(this.#delayDetail, delayDetail(counted, screenDelay, words));
    const old = beat?.retraso?.antiguos ?? 0;
    setText(this.#delayOld, old === 0 ? "" : words.say("delay.old", { n: old }));
    if (counts === null) return;
    setFigure(this.#figures.total, words.numbers.whole(counts.total));
    setFigure(this.#figures.active, `${counts.otros.clientes > 0 ? "≥ " : ""}${words.numbers.whole(active)}`);
    setText(this.#activeDetail, words.say("active.detail", { n: clients.size + counts.otros.clientes }));
  }

  /** What a reader looks at once a second. @param {Picture} picture @param {number} active @param {Words} words */
  #drawLines(picture, active, words) {
    const { bins, pace, overview, delays } = picture;
    drawSparkline(this.#lines.pace, seeded(bins, pace.timeline).slice(0, -1), SECONDS - 1, LINE_HEIGHT);
    drawSparkline(this.#lines.delay, delays, DELAYS, LINE_HEIGHT);
    const minute = pace.timeline && minuteRates(pace.timeline, pace.timeline.totals());
    setText(this.#rateChange, minute === null ? "" : changeOf(minute.now, minute.before, words));
    if (overview.timeline === null || overview.history === null) return;
    setText(this.#totalChange, words.say("total.lately", { n: sumOf(overview.history) }));
    this.#drawCompared(picture, words);
    this.#drawTotalLine(overview.timeline.totals());
    this.#drawActiveLine(overview.timeline, active, words);
  }

  /** What was at this time a day or a week before. @param {Picture} picture @param {Words} words */
  #drawCompared({ beside: { lately }, overview: { history }, view, serverNow }, words) {
    const end = history === null ? serverNow : Math.min(serverNow, history.from + history.step * history.others.length);
    const before = lately === null || view.compare === null ? null : view.compare;
    if (before === null || lately === null) return [this.#rateCompared, this.#totalCompared].forEach((element) => setText(element, ""));
    const day = words.times.weekday(end);
    const [rate, events] = [lately.rateAt(end), history === null ? null : lately.between(history.from, end)];
    setText(this.#rateCompared, rate === null ? "" : words.say("compare.rate", { then: words.say(`compare.now_${before}`, { day }), rate: words.numbers.rate(rate) }));
    setText(this.#totalCompared, events === null || history === null ? "" : difference(sumOf(history), events, words.say(`compare.short_${before}`, { day }), words));
  }

  /** @param {number[]} totals */
  #drawTotalLine(totals) {
    const dots = Array.from({ length: Math.floor((totals.length - 1) / STEPS_A_DOT) }, (_, i) => sumOfLast(totals, STEPS_A_DOT, i * STEPS_A_DOT));
    drawSparkline(this.#lines.total, dots.reverse(), dots.length, LINE_HEIGHT);
  }

  /** @param {Timeline} timeline @param {number} active @param {Words} words */
  #drawActiveLine(timeline, active, words) {
    const minutes = activePerMinute(timeline);
    drawSparkline(this.#lines.active, minutes, minutes.length, LINE_HEIGHT);
    const change = active - (minutes.at(-2) ?? active);
    setText(this.#activeChange, change === 0 ? words.say("change.same") : words.say(change > 0 ? "change.plus" : "change.minus", { n: Math.abs(change) }));
  }
}

/** @param {number | null} counted in s @param {number | null} screen in ms @param {Words} words */
function delayDetail(counted, screen, words) {
  if (counted === null) return words.say("delay.none");
  const values = { counted: words.times.duration(1000 * counted), screen: screen === null ? "" : words.times.duration(screen) };
  return words.say(screen === null ? "delay.counted" : "delay.detail", values);
}

/** What was not seen from here, from the history. @param {(number | null)[]} bins @param {Timeline | null} timeline by the second */
function seeded(bins, timeline) {
  if (timeline === null) return bins;
  const history = timeline.totals().slice(-SECONDS);
  const padded = [...Array.from({ length: SECONDS - bins.length }, () => null), ...bins];
  return padded.map((bin, i) => bin ?? history[i] ?? null);
}

/** @param {number} now @param {number} before @param {Words} words */
function changeOf(now, before, words) {
  if (before === 0) return "";
  const ratio = now / before - 1;
  if (Math.abs(ratio) < SAME) return words.say("change.same");
  return words.say(ratio > 0 ? "change.more" : "change.less", { share: words.numbers.percent(Math.abs(ratio)) });
}

/** A number whose size the style sheet fits to its length. @param {HTMLElement} element @param {string} text */
function setFigure(element, text) {
  setText(element, text);
  const chars = String(text.length + WIDE * (text.split("m").length - 1));
  if (element.dataset.chars === chars) return;
  element.dataset.chars = chars;
  element.style.setProperty("--chars", chars);
}
