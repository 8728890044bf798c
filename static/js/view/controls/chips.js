// @ts-check
import { visibleText } from "../../words/names.js";
import { byId, icon, make } from "../dom/elements.js";
import { nameParts } from "../dom/name-parts.js";

/**
 * @typedef {import("../../reader/view-state.js").View} View
 * @typedef {import("../../words/words.js").Words} Words
 */

/** The filters in force, each to be removed by a press. */
export class Chips {
  #holder = byId("chips", HTMLElement);
  #shown = "";

  /** @param {{onClient: (name: string | null) => void, onType: (name: string | null) => void}} reader */
  constructor(reader) {
    this.reader = reader;
  }

  /** @param {View} view @param {Words} words */
  draw({ client, type }, words) {
    const shown = JSON.stringify([client, type, words.language]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const chips = [];
    if (client !== null) chips.push(this.#make(words.say("filter.client", { name: client }), words, () => this.reader.onClient(null)));
    if (type !== null) chips.push(this.#make(words.say("filter.type", { name: type }), words, () => this.reader.onType(null)));
    this.#holder.replaceChildren(...chips);
  }

  /** @param {string} text @param {Words} words @param {() => void} onRemove */
  #make(text, words, onRemove) {
    const chip = make("button", "chip");
    chip.type = "button";
    chip.setAttribute("aria-label", words.say("filter.remove", { name: visibleText(text) }));
    chip.append(nameParts(text), icon("close"));
    chip.addEventListener("click", onRemove);
    return chip;
  }
}
