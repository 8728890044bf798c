// @ts-check
import { remember, remembered } from "../../reader/memory.js";
import { chooseLanguage } from "../../words/languages.js";
import { Words } from "../../words/words.js";
import { byId } from "../dom/elements.js";
import { choose } from "./toolbar.js";

/**
 * @typedef {import("../../reader/view-state.js").ViewState} ViewState
 * @typedef {import("../../words/languages.js").Language} Language
 */

/**
 * Wires the two choices that are remembered: theme (light, dark, or the system's) and language.
 * The address comes first, then what was chosen here before, then the browser.
 *
 * @param {ViewState} state
 * @param {(words: Words) => void} onWords called at once and whenever the language changes
 * @param {() => void} onTheme
 */
export function initPreferences(state, onWords, onTheme) {
  const applyTheme = (/** @type {string} */ theme) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    choose("theme", theme);
    onTheme();
  };
  const applyLanguage = (/** @type {Language} */ language) => {
    choose("language", language);
    onWords(new Words(language, navigator.languages));
  };
  onChosen("theme", (theme) => {
    state.set({ theme: theme === "auto" ? null : /** @type {"light" | "dark"} */ (theme) });
    applyTheme(theme);
  });
  onChosen("language", (language) => {
    state.set({ language: /** @type {Language} */ (language) });
    applyLanguage(/** @type {Language} */ (language));
  });
  const stored = state.value.language ?? remembered("language");
  applyTheme(state.value.theme ?? remembered("theme") ?? "auto");
  applyLanguage(chooseLanguage(stored === null ? navigator.languages : [stored]));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", onTheme);
}

/** Presses the next of a group's choices. @param {"theme" | "language"} group */
export function chooseNext(group) {
  const inputs = [...byId(group, HTMLFieldSetElement).querySelectorAll("input")];
  inputs[(inputs.findIndex((input) => input.checked) + 1) % inputs.length].click();
}

/** @param {string} name @param {(value: string) => void} apply */
function onChosen(name, apply) {
  for (const input of byId(name, HTMLFieldSetElement).querySelectorAll("input")) {
    input.addEventListener("change", () => {
      remember(name, input.value);
      apply(input.value);
    });
  }
}
