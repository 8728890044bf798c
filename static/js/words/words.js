// @ts-check
import en from "./en.js";
import es from "./es.js";
import { localeOf } from "./languages.js";
import { Numbers } from "./numbers.js";
import { Times } from "./times.js";

/**
 * @typedef {import("./es.js").Key} Key
 * @typedef {import("./es.js").Text} Text
 * @typedef {import("./languages.js").Language} Language
 */

/** @type {Record<Language, Record<Key, Text>>} */
const CATALOGUES = { es, en };

/** Texts, numbers and times in one language, by the reader's own region where it fits. */
export class Words {
  #plural;

  /**
   * @param {Language} language
   * @param {readonly string[]} [preferred]
   */
  constructor(language, preferred = []) {
    const locale = localeOf(language, preferred);
    this.language = language;
    this.#plural = new Intl.PluralRules(locale);
    this.numbers = new Numbers(locale);
    this.times = new Times(locale, this.say("clients.now"));
  }

  /**
   * The text of a key. Numbers are formatted; the one called `n` also picks the plural form.
   *
   * @param {Key} key
   * @param {Record<string, string | number>} [values]
   */
  say(key, values = {}) {
    const text = CATALOGUES[this.language][key];
    const n = typeof values.n === "number" ? values.n : 0;
    const form = typeof text === "string" ? text : this.#plural.select(n) === "one" ? text.one : text.other;
    return form.replace(/\{(\w+)\}/g, (_, name) => {
      const value = values[name];
      return typeof value === "number" ? this.numbers.whole(value) : value;
    });
  }
}
