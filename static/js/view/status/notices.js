// @ts-check
import { byId, icon, make, setText } from "../dom/elements.js";

/**
 * @typedef {import("../../words/words.js").Words} Words
 *
 * Something to say in a sentence, until it is over or closed.
 *
 * @typedef {object} Notice
 * @property {string} id a closed notice stays closed; another id shows again
 * @property {string} text
 * @property {string} [code] a line to copy by hand
 */

/** Sentences above the lower edge; they cover nothing for good and move nothing. */
export class Notices {
  #list = byId("notices", HTMLElement);
  /** @type {Set<string>} */ #closed = new Set();
  /** @type {Map<string, {element: HTMLElement, text: HTMLElement, close: HTMLButtonElement}>} */ #shown = new Map();

  /** @param {Notice[]} notices @param {Words} words */
  draw(notices, words) {
    const wanted = notices.filter(({ id }) => !this.#closed.has(id));
    for (const [id, { element }] of this.#shown) {
      if (wanted.some((notice) => notice.id === id)) continue;
      element.remove();
      this.#shown.delete(id);
    }
    for (const notice of wanted) {
      const { text, close } = this.#shown.get(notice.id) ?? this.#show(notice);
      setText(text, notice.text);
      close.title = words.say("notice.close");
      close.setAttribute("aria-label", close.title);
    }
  }

  /** @param {Notice} notice */
  #show({ id, code }) {
    const element = make("div", "notice");
    const words = make("div", "notice-words");
    const text = make("p");
    const close = make("button", "close");
    close.type = "button";
    close.append(icon("close"));
    close.addEventListener("click", () => {
      this.#closed.add(id);
      element.remove();
      this.#shown.delete(id);
    });
    words.append(text, ...(code === undefined ? [] : [make("code", "", code)]));
    element.append(icon("warning"), words, close);
    this.#list.append(element);
    const shown = { element, text, close };
    this.#shown.set(id, shown);
    return shown;
  }
}
