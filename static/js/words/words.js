// @ts-check
import en from "./en.js";
import es from "./es.js";
import { decimalsOf } from "./numbers.js";

/**
 * @typedef {import("./es.js").Key} Key
 * @typedef {import("./es.js").Text} Text
 * @typedef {"es" | "en"} Language
 */

/** @type {Record<Language, Record<Key, Text>>} */
const CATALOGUES = { es, en };

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

const LEAST_SHARE = 0.001;
const MINUTE_MS = 60_000;

/** Texts, numbers and times in one language, by the reader's own region where it fits. */
export class Words {
  #locale;
  #plural;
  #whole;
  #rate;
  #share;
  #clock;
  #ago;
  #day;
  #date;
  #short;
  #ms;
  #second;
  #minute;
  #hour;
  #percent;

  /**
   * @param {Language} language
   * @param {readonly string[]} [preferred]
   */
  constructor(language, preferred = []) {
    this.language = language;
    const locale = preferred.map(usable).find((tag) => primary(tag) === language) ?? language;
    this.#locale = locale;
    this.#plural = new Intl.PluralRules(locale);
    this.#whole = new Intl.NumberFormat(locale, { useGrouping: "always" });
    this.#rate = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    this.#share = new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
    this.#clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
    this.#day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.#date = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
    this.#short = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.#ms = new Intl.NumberFormat(locale, { style: "unit", unit: "millisecond", maximumFractionDigits: 0 });
    this.#second = new Intl.NumberFormat(locale, { style: "unit", unit: "second", maximumFractionDigits: 1 });
    this.#minute = new Intl.NumberFormat(locale, { style: "unit", unit: "minute", maximumFractionDigits: 1 });
    this.#hour = new Intl.NumberFormat(locale, { style: "unit", unit: "hour", maximumFractionDigits: 1 });
    this.#percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
    this.#ago = new Intl.RelativeTimeFormat(locale, { style: "narrow" });
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
      return typeof value === "number" ? this.whole(value) : value;
    });
  }

  /** @param {number} n */
  whole(n) {
    return this.#whole.format(n);
  }

  /** Events per second: one decimal while it tells something. @param {number} n */
  rate(n) {
    return n >= 99.95 ? this.#whole.format(Math.round(n)) : this.#rate.format(n);
  }

  /** Evenly spaced numbers from 0 up, with as many decimals as their step has. @param {number[]} marks */
  scale(marks) {
    const decimals = marks.length > 1 ? decimalsOf(marks[1] - marks[0]) : 0;
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    const format = new Intl.NumberFormat(this.#locale, { useGrouping: "always", ...digits });
    return marks.map((n) => format.format(n));
  }

  /** Something is never shown as 0 %. @param {number} part @param {number} whole */
  share(part, whole) {
    const share = whole === 0 ? 0 : part / whole;
    return share > 0 && share < LEAST_SHARE ? `<${this.#share.format(LEAST_SHARE)}` : this.#share.format(share);
  }

  /** Time of day of a time in milliseconds. @param {number} ms */
  clock(ms) {
    return this.#clock.format(ms);
  }

  /** Hour and minute. @param {number} ms */
  minute(ms) {
    return this.#short.format(ms);
  }

  /** Day, hour and minute. @param {number} ms */
  day(ms) {
    return this.#day.format(ms);
  }

  /** Day and month. @param {number} ms */
  date(ms) {
    return this.#date.format(ms);
  }

  /** A duration in the unit that suits it. @param {number} ms */
  duration(ms) {
    if (ms < 1000) return this.#ms.format(ms);
    if (ms < 2 * MINUTE_MS) return this.#second.format(ms / 1000);
    return ms < 120 * MINUTE_MS ? this.#minute.format(ms / MINUTE_MS) : this.#hour.format(ms / 60 / MINUTE_MS);
  }

  /** A ratio in whole percents. @param {number} ratio */
  percent(ratio) {
    return this.#percent.format(ratio);
  }

  /** "5 s ago", in the coarsest whole unit. @param {number} ms */
  ago(ms) {
    const [n, unit] = ageOf(ms);
    return n === 0 ? this.say("clients.now") : this.#ago.format(-n, unit);
  }

  /** The same without "ago", where there is little room and a heading says it. @param {number} ms */
  age(ms) {
    const [n, unit] = ageOf(ms);
    return n === 0 ? this.say("clients.now") : new Intl.NumberFormat(this.#locale, { style: "unit", unit }).format(n);
  }
}

/** @param {number} ms @returns {[number, "second" | "minute" | "hour" | "day"]} 0 is now */
function ageOf(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return [seconds < 2 ? 0 : seconds, "second"];
  if (seconds < 3600) return [Math.floor(seconds / 60), "minute"];
  return seconds < 86_400 ? [Math.floor(seconds / 3600), "hour"] : [Math.floor(seconds / 86_400), "day"];
}
