// @ts-check
import { chooseLanguage, Words } from "../words.js";
import { byId } from "./dom.js";

/** @typedef {import("../words.js").Language} Language */

/**
 * Wires the two choices of the header: theme (light, dark, or the system's) and language.
 *
 * @param {(words: Words) => void} onWords called at once and whenever the language changes
 */
export function initPreferences(onWords) {
  choice("theme", remembered("theme") ?? "auto", (theme) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  });
  const stored = remembered("language");
  const preferred = stored === null ? navigator.languages : [stored];
  choice("language", chooseLanguage(preferred), (language) => {
    onWords(new Words(/** @type {Language} */ (language), navigator.languages));
  });
}

/**
 * @param {string} name
 * @param {string} initial
 * @param {(value: string) => void} apply
 */
function choice(name, initial, apply) {
  const group = byId(name, HTMLFieldSetElement);
  for (const input of group.querySelectorAll("input")) {
    input.checked = input.value === initial;
    input.addEventListener("change", () => {
      remember(name, input.value);
      apply(input.value);
    });
  }
  apply(initial);
}

/** @param {string} name */
function remembered(name) {
  try {
    return localStorage.getItem(`pulso.${name}`);
  } catch {
    return null; // storage is blocked: nothing is remembered
  }
}

/** @param {string} name @param {string} value */
function remember(name, value) {
  try {
    localStorage.setItem(`pulso.${name}`, value);
  } catch {
    // storage is blocked: the choice holds for this visit
  }
}
