// @ts-check
import { sumOf } from "../../history/answer.js";
import { bandAt } from "../../history/usual.js";
import { difference, thenOf } from "../../words/difference.js";

/**
 * @typedef {import("../../model/picture.js").Picture} Picture
 * @typedef {import("../../words/words.js").Words} Words
 * @typedef {import("../../history/usual.js").Band} Band
 */

/** When the chart's answer ends, or now. @param {Picture} picture */
export function endOf({ chart: { history, timeline, readAt }, serverNow, now }) {
  if (history === null || timeline === null) return null;
  return timeline.question.until ?? Math.min(history.from + history.step * history.others.length, (readAt ?? now) + serverNow - now);
}

/**
 * "14 % above last Tuesday at this time", and whether that is usual; empty where there is nothing to say. It is all while
 * nothing more is awaited.
 *
 * @param {Picture} picture
 * @param {Words} words
 * @returns {{text: string, all: boolean}}
 */
export function comparison(picture, words) {
  const { beside, chart: { history }, view } = picture;
  const end = endOf(picture);
  if (history === null || end === null) return { text: "", all: false };
  const parts = [];
  if (view.compare !== null) {
    const then = thenOf(view.compare, { live: view.until === null, span: end - history.from, end }, words);
    const before = beside.former?.before === view.compare ? beside.former.between(history.from, end) : null;
    if (before !== null) parts.push(difference(sumOf(history), before, then, words));
    else if (beside.failed.former || beside.former !== null) parts.push(words.say("compare.missing", { then }));
  }
  const usual = verdict(picture, words);
  const all = view.compare === null || (parts.length > 0 && (beside.usual !== null || beside.failed.usual));
  if (usual !== null && (parts.length > 0 || usual.odd)) parts.push(usual.text);
  return { text: parts.join(" · "), all };
}

/** Whether as many events as usual happened in the window. @param {Picture} picture @param {Words} words */
function verdict({ beside: { usual } }, words) {
  if (usual === null) return null;
  const { whole: { events, band }, weeks, least } = usual;
  if (weeks < least) return { odd: false, text: words.say("usual.learning", { n: weeks, all: least }) };
  if (band === null) return null;
  const range = rangeOf(band, words);
  if (events > band.high) return { odd: true, text: words.say("usual.above", { range }) };
  return events < band.low ? { odd: true, text: words.say("usual.below", { range }) } : { odd: false, text: words.say("usual.within") };
}

/** @param {Band} band in events @param {Words} words */
export const rangeOf = ({ low, high }, { numbers }) => `${numbers.whole(Math.ceil(low))}–${numbers.whole(Math.floor(high))}`;

/** The legend's entries for what the chart is compared with. @param {Picture} picture @param {number | undefined} pointed in s @param {Words} words @returns {import("./legend.js").Entry[]} */
export function entriesBeside(picture, pointed, words) {
  const { beside: { former, usual }, chart: { history }, view } = picture;
  const [entries, end] = [/** @type {import("./legend.js").Entry[]} */ ([]), endOf(picture)];
  if (history === null || end === null) return entries;
  if (former !== null && view.compare === former.before) {
    const n = pointed === undefined ? former.between(history.from, end) : former.rateAt(1000 * pointed);
    const value = n === null ? "—" : pointed === undefined ? words.numbers.whole(Math.round(n)) : `${words.numbers.rate(n)}/s`;
    entries.push({ name: "", label: words.say(`compare.${former.before}`), colour: "former", value });
  }
  const band = usual === null ? null : pointed === undefined ? usual.whole.band : bandAt(usual, 1000 * pointed);
  if (usual !== null && band !== null) {
    const value = pointed === undefined ? rangeOf(band, words) : ratesOf(band, usual.step, words);
    entries.push({ name: "", label: words.say("usual.label"), colour: "usual", value });
  }
  return entries;
}

/** @param {Band} band of a step @param {number} step @param {Words} words */
const ratesOf = ({ low, high }, step, { numbers }) => `${numbers.rate((1000 * low) / step)}–${numbers.rate((1000 * high) / step)}/s`;
