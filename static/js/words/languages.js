// @ts-check

/** @typedef {"es" | "en"} Language */

/**
 * The language tag that is meant, as `Intl` takes it; null for what is none. Systems also give
 * `en-US@posix`, `es_ES.UTF-8` and `C`, which `Intl` refuses by an error.
 *
 * @param {string} tag
 */
function usable(tag) {
  try {
    return Intl.getCanonicalLocales(tag.split(/[.@]/)[0].replaceAll("_", "-"))[0] ?? null;
  } catch {
    return null;
  }
}

/** @param {string | null} tag */
const primary = (tag) => tag?.split("-")[0];

/**
 * The first of the reader's languages that the page speaks, else Spanish.
 *
 * @param {readonly string[]} [preferred] as of `navigator.languages`, which not all that runs pages has
 * @returns {Language}
 */
export function chooseLanguage(preferred = []) {
  const spoken = preferred.map((tag) => primary(usable(tag))).find((language) => language === "es" || language === "en");
  return spoken === "en" ? "en" : "es";
}

/** The reader's own region of a language, where one is preferred. @param {Language} language @param {readonly string[]} preferred */
export const localeOf = (language, preferred) => preferred.map(usable).find((tag) => primary(tag) === language) ?? language;
