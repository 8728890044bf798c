// @ts-check
import { setAsideOf } from "../../model/set-aside.js";
import { byId, setText } from "../dom/elements.js";

/**
 * @typedef {import("../../model/picture.js").Picture} Picture
 * @typedef {import("../../words/es.js").Key} Key
 * @typedef {import("../../words/words.js").Words} Words
 */

/** Between two commits a message may well wait for a moment. */
const WORTH_SAYING_MS = 10_000;

/** The messages that were in no total as they came, by what became of them: one that was sent again and counted stays here. */
export class LeftOut {
  #parts = {
    rejected: byId("rejected", HTMLElement),
    duplicates: byId("duplicates", HTMLElement),
    conflicts: byId("conflicts", HTMLElement),
    aside: byId("aside", HTMLElement),
    waiting: byId("aside-waiting", HTMLElement),
  };

  /** @param {Picture} picture @param {Words} words */
  draw({ state: { counts, beat, asideSince }, now }, words) {
    if (counts === null) return;
    say(this.#parts.rejected, words.say("total.rejected", { n: counts.rechazados }), counts.rechazados > 0);
    say(this.#parts.duplicates, words.say("total.duplicates", { n: counts.duplicados }), false);
    say(this.#parts.conflicts, words.say("total.conflicts", { n: counts.conflictos }), counts.conflictos > 0);
    if (beat === null) return;
    const { total, reasons, waiting } = setAsideOf(beat);
    const why = reasons.map(([reason, n]) => words.say(keyOf(reason), { n })).join(", ");
    say(this.#parts.aside, total === 0 ? "" : words.say("total.aside", { n: total, why: why || "—" }), true);
    const long = asideSince !== null && now - asideSince > WORTH_SAYING_MS;
    say(this.#parts.waiting, waiting > 0 && long ? words.say("total.aside_waiting", { n: waiting }) : "", true);
  }
}

/** @type {Record<string, Key>} */
const REASONS = { expired: "aside.expired", maxlen: "aside.maxlen", delivery_limit: "aside.delivery_limit", rejected: "aside.rejected" };

/** What the page says of a reason; one that it doesn't know is another one. @param {string} reason @returns {Key} */
export const keyOf = (reason) => (Object.hasOwn(REASONS, reason) ? REASONS[reason] : "aside.other");

/** @param {HTMLElement} element @param {string} text @param {boolean} concern */
function say(element, text, concern) {
  setText(element, text);
  element.classList.toggle("concern", concern);
}
