// @ts-check
import { remember, remembered } from "../../reader/memory.js";
import { nextBefore, splitOf, WINDOW_NAMES } from "../../reader/view-state.js";
import { byId, make } from "../dom/elements.js";
import { chooseNext } from "./preferences.js";

/**
 * @typedef {import("../../reader/view-state.js").ViewState} ViewState
 * @typedef {import("../../words/es.js").Key} Key
 * @typedef {import("../../words/words.js").Words} Words
 */

/** What the help lists: keys as printed on them, and what they do. @type {readonly [string, Key][]} */
const LIST = [
  ["space", "key.space"],
  ["1 2 3 4 5", "key.windows"],
  ["t", "key.table"],
  ["s", "key.split"],
  ["v", "key.compare"],
  ["/", "key.search"],
  ["a", "key.alerts"],
  ["c", "key.copy"],
  ["d", "key.theme"],
  ["l", "key.language"],
  ["Esc", "key.escape"],
  ["← →", "key.arrows"],
  ["⇧← ⇧→", "key.shift_arrows"],
  ["?", "key.help"],
];

/** Single keys, which may be switched off, and the dialog that lists them. */
export class Shortcuts {
  #dialog = byId("help", HTMLDialogElement);
  #keys = byId("keys", HTMLElement);
  #on = byId("keys-on", HTMLInputElement);

  /** @param {ViewState} view @param {{search: () => void, copy: () => void, alerts: () => void}} controls */
  constructor(view, controls) {
    /** @type {Record<string, () => void>} */
    this.actions = { ...actionsOf(view, controls), "?": () => this.#dialog.showModal() };
    this.#on.checked = remembered("keys") !== "off";
    this.#on.addEventListener("change", () => remember("keys", this.#on.checked ? "on" : "off"));
    byId("help-open", HTMLButtonElement).addEventListener("click", () => this.#dialog.showModal());
    addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** @param {Words} words */
  translate(words) {
    const entries = LIST.flatMap(([key, what]) => {
      const names = make("dt");
      for (const one of key.split(" ")) names.append(make("kbd", "", one === "space" ? words.say("key.name_space") : one));
      return [names, make("dd", "", words.say(what))];
    });
    this.#keys.replaceChildren(...entries);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const action = Object.hasOwn(this.actions, event.key) ? this.actions[event.key] : undefined;
    if (!action || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key !== "Escape" && (!this.#on.checked || isForElement(event))) return;
    event.preventDefault();
    action();
  }
}

/** What each key does. @param {ViewState} view @param {{search: () => void, copy: () => void, alerts: () => void}} controls @returns {Record<string, () => void>} */
const actionsOf = (view, { search, copy, alerts }) => ({
  " ": () => view.set({ paused: !view.value.paused }),
  ...Object.fromEntries(WINDOW_NAMES.map((window, i) => [String(i + 1), () => view.set({ window })])),
  t: () => view.set({ table: !view.value.table }),
  s: () => view.set({ by: splitOf(view.value) === "cliente" ? "evento" : "cliente" }),
  v: () => view.set({ compare: nextBefore(view.value) }),
  d: () => chooseNext("theme"),
  l: () => chooseNext("language"),
  "/": search,
  c: copy,
  a: alerts,
  Escape: () => view.set({ client: null, type: null, search: "", until: null }),
});

/** Is the key for what has focus: text that is typed, a button that space presses? @param {KeyboardEvent} event */
function isForElement({ target, key }) {
  if (!(target instanceof Element)) return false;
  if (target.matches("textarea, select, input:not([type=radio], [type=checkbox])")) return true;
  return key === " " && target.matches("button, input, summary, a");
}
