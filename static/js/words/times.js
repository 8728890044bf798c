// @ts-check

const MINUTE_MS = 60_000;

/** What times, durations and ages look like in one language, by the reader's region. All are given in milliseconds. */
export class Times {
  #locale;
  #now;
  #clock;
  #minute;
  #day;
  #date;
  #weekday;
  #inMs;
  #inSeconds;
  #inMinutes;
  #inHours;
  #ago;

  /** @param {string} locale @param {string} now what an age of nothing is called */
  constructor(locale, now) {
    const [hour, minute, second, hourCycle, unit] = /** @type {const} */ (["2-digit", "2-digit", "2-digit", "h23", "unit"]);
    this.#locale = locale;
    this.#now = now;
    this.#clock = new Intl.DateTimeFormat(locale, { hour, minute, second, hourCycle });
    this.#minute = new Intl.DateTimeFormat(locale, { hour, minute, hourCycle });
    this.#day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour, minute, hourCycle });
    this.#date = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
    this.#weekday = new Intl.DateTimeFormat(locale, { weekday: "long" });
    this.#inMs = new Intl.NumberFormat(locale, { style: unit, unit: "millisecond", maximumFractionDigits: 0 });
    this.#inSeconds = new Intl.NumberFormat(locale, { style: unit, unit: "second", maximumFractionDigits: 1 });
    this.#inMinutes = new Intl.NumberFormat(locale, { style: unit, unit: "minute", maximumFractionDigits: 1 });
    this.#inHours = new Intl.NumberFormat(locale, { style: unit, unit: "hour", maximumFractionDigits: 1 });
    this.#ago = new Intl.RelativeTimeFormat(locale, { style: "narrow" });
  }

  /** Time of day. @param {number} ms */
  clock(ms) {
    return this.#clock.format(ms);
  }

  /** Hour and minute. @param {number} ms */
  minute(ms) {
    return this.#minute.format(ms);
  }

  /** Day, hour and minute. @param {number} ms */
  day(ms) {
    return this.#day.format(ms);
  }

  /** Day and month. @param {number} ms */
  date(ms) {
    return this.#date.format(ms);
  }

  /** @param {number} ms */
  weekday(ms) {
    return this.#weekday.format(ms);
  }

  /** A duration in the unit that suits it. @param {number} ms */
  duration(ms) {
    if (ms < 1000) return this.#inMs.format(ms);
    if (ms < 2 * MINUTE_MS) return this.#inSeconds.format(ms / 1000);
    return ms < 120 * MINUTE_MS ? this.#inMinutes.format(ms / MINUTE_MS) : this.#inHours.format(ms / 60 / MINUTE_MS);
  }

  /** "5 s ago", in the coarsest whole unit. @param {number} ms */
  ago(ms) {
    const [n, unit] = ageOf(ms);
    return n === 0 ? this.#now : this.#ago.format(-n, unit);
  }

  /** The same without "ago", where there is little room and a heading says it. @param {number} ms */
  age(ms) {
    const [n, unit] = ageOf(ms);
    return n === 0 ? this.#now : new Intl.NumberFormat(this.#locale, { style: "unit", unit }).format(n);
  }
}

/** @param {number} ms @returns {[number, "second" | "minute" | "hour" | "day"]} 0 is now */
function ageOf(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return [seconds < 2 ? 0 : seconds, "second"];
  if (seconds < 3600) return [Math.floor(seconds / 60), "minute"];
  return seconds < 86_400 ? [Math.floor(seconds / 3600), "hour"] : [Math.floor(seconds / 86_400), "day"];
}
