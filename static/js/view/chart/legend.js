// @ts-check
import { byId, make, setText } from "../dom/elements.js";
import { nameParts } from "../dom/name-parts.js";

/**
 * One line of the chart, in words.
 *
 * @typedef {object} Entry
 * @property {string} name "" for all others
 * @property {string} label what the others are called
 * @property {number | "former" | "usual" | undefined} colour
 * @property {string} value
 */

/** Names the chart's lines, with a number each. */
export class Legend {
  #list = byId("legend", HTMLUListElement);
  #shape = "";

  /** @param {Entry[]} entries @param {boolean} stacked */
  draw(entries, stacked) {
    const shape = [stacked, ...entries.map(({ name, label, colour }) => `${name} ${label} ${colour}`)].join("\n");
    if (shape !== this.#shape) this.#list.replaceChildren(...entries.map((entry) => makeEntry(entry, stacked)));
    this.#shape = shape;
    const values = this.#list.querySelectorAll(".value");
    entries.forEach(({ value }, i) => setText(values[i], value));
  }
}

/** @param {Entry} entry @param {boolean} stacked */
function makeEntry({ name, label, colour }, stacked) {
  const item = make("li");
  item.append(swatch(colour, stacked), name === "" ? make("span", "", label) : nameParts(name), make("span", "value"));
  return item;
}

/** The line's colour, and its dashes where lines have them. @param {Entry["colour"]} colour @param {boolean} stacked */
function swatch(colour, stacked) {
  const line = colour === "former" || (!stacked && colour !== "usual");
  const mark = make("span", line ? "swatch swatch-line" : "swatch");
  mark.dataset.series = colour === undefined ? "others" : String(colour);
  return mark;
}
