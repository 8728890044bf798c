// @ts-check
import { setText } from "./elements.js";

/** Puts the page's fixed texts in the reader's language. @param {import("../../words/words.js").Words} words */
export function translate(words) {
  document.documentElement.lang = words.language;
  /** @param {string | undefined} key */
  const say = (key) => words.say(/** @type {import("../../words/es.js").Key} */ (key));
  for (const element of document.querySelectorAll("[data-text]")) {
    setText(element, say(/** @type {HTMLElement} */ (element).dataset.text));
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(/** @type {HTMLElement} */ (element).dataset.label));
  }
  for (const element of document.querySelectorAll("[data-placeholder]")) {
    element.setAttribute("placeholder", say(/** @type {HTMLElement} */ (element).dataset.placeholder));
  }
  for (const element of document.querySelectorAll("[data-title]")) {
    element.setAttribute("title", say(/** @type {HTMLElement} */ (element).dataset.title));
  }
  document.querySelector("meta[name=description]")?.setAttribute("content", words.say("page.description"));
}
