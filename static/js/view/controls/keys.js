// @ts-check
import { byId, make, setText } from "../dom/elements.js";
import { remember, remembered } from "./preferences.js";

/**
 * @typedef {import("../../words/es.js").Key} Key
 * @typedef {import("../../words/words.js").Words} Words
 */

/** What the help lists: keys as printed on them, and what they do. @type {readonly [string, Key][]} */
const LIST = [
  ["space", "key.space"],
  ["1 2 3 4 5", "key.windows"],
  ["t", "key.table"],
  ["s", "key.split"],
  ["/", "key.search"],
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

  /** @param {Record<string, () => void>} actions by key */
  constructor(actions) {
    /** @type {Record<string, () => void>} */
    this.actions = { ...actions, "?": () => this.#dialog.showModal() };
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
    if (!action || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || this.#dialog.open) return;
    if (event.key !== "Escape" && (!this.#on.checked || isForElement(event))) return;
    event.preventDefault();
    action();
  }
}

/** Is the key for what has focus: text that is typed, a button that space presses? @param {KeyboardEvent} event */
function isForElement({ target, key }) {
  if (!(target instanceof Element)) return false;
  if (target.matches("textarea, select, input:not([type=radio], [type=checkbox])")) return true;
  return key === " " && target.matches("button, input, summary, a");
}

/** Copies a text, or says where it is: browsers offer the clipboard to secure origins only. @param {string} text @param {Words} words */
export async function copyLink(text, words) {
  const mark = byId("link-icon", SVGUseElement);
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return words.say("link.manual");
  }
  mark.setAttribute("href", "#icon-done");
  setTimeout(() => mark.setAttribute("href", "#icon-link"), 2_000);
  return words.say("link.copied");
}

/** The reader's choice to have a summary read out. */
export class SummaryChoice {
  #input = byId("summary-on", HTMLInputElement);

  constructor() {
    this.#input.checked = remembered("summary") === "on";
    this.#input.addEventListener("change", () => remember("summary", this.#input.checked ? "on" : "off"));
  }

  get on() {
    return this.#input.checked;
  }
}

/** The page's one voice. @param {string} text */
export function announce(text) {
  setText(byId("announcement", HTMLElement), text);
}
