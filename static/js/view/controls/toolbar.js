// @ts-check
import { splitOf } from "../../reader/view-state.js";
import { byId, setText } from "../dom/elements.js";

/**
 * @typedef {import("../../reader/view-state.js").ViewState} ViewState
 * @typedef {import("../../reader/view-state.js").View} View
 * @typedef {import("../../words/words.js").Words} Words
 */

/** Wires the controls to the view, both ways. */
export class Toolbar {
  #pause = byId("pause", HTMLButtonElement);
  #pauseIcon = byId("pause-icon", SVGUseElement);
  #pauseWord = byId("pause-word", HTMLElement);
  #table = byId("table-toggle", HTMLButtonElement);
  #search = byId("search", HTMLInputElement);

  /** @param {ViewState} state */
  constructor(state) {
    this.state = state;
    this.#pause.addEventListener("click", () => state.set({ paused: !state.value.paused }));
    this.#table.addEventListener("click", () => state.set({ table: !state.value.table }));
    this.#search.addEventListener("input", () => state.set({ search: this.#search.value }));
    onChoice("window", (value) => state.set({ window: /** @type {View["window"]} */ (value) }));
    onChoice("split", (value) => state.set({ by: /** @type {View["by"]} */ (value) }));
    onChoice("compare", (value) => state.set({ compare: value === "off" ? null : /** @type {View["compare"]} */ (value) }));
    onChoice("shape", (value) => state.set({ lines: value === "lines" }));
  }

  /** Shows the view in the controls. @param {Words} words */
  draw(words) {
    const view = this.state.value;
    this.#pause.setAttribute("aria-pressed", String(view.paused));
    this.#pauseIcon.setAttribute("href", view.paused ? "#icon-play" : "#icon-pause");
    this.#pauseWord.dataset.text = view.paused ? "pause.resume" : "pause.pause";
    setText(this.#pauseWord, words.say(view.paused ? "pause.resume" : "pause.pause"));
    this.#table.setAttribute("aria-pressed", String(view.table));
    if (this.#search.value !== view.search) this.#search.value = view.search;
    choose("window", view.window);
    choose("split", splitOf(view));
    choose("compare", view.compare ?? "off");
    choose("shape", view.lines ? "lines" : "stacked");
    const { dataset } = document.documentElement;
    dataset.mode = view.kiosk ? "kiosk" : view.embed ? "embed" : "page";
  }

  focusSearch() {
    this.#search.focus();
    this.#search.select();
  }
}

/** @param {string} group */
const radios = (group) => /** @type {NodeListOf<HTMLInputElement>} */ (byId(group, HTMLFieldSetElement).querySelectorAll("input"));

/** @param {string} group @param {(value: string) => void} apply */
function onChoice(group, apply) {
  for (const input of radios(group)) input.addEventListener("change", () => apply(input.value));
}

/** @param {string} group @param {string} value */
export function choose(group, value) {
  for (const input of radios(group)) if (input.checked !== (input.value === value)) input.checked = input.value === value;
}
