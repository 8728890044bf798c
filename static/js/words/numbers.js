// @ts-check

/** A step of a scale is at least this; what follows is the error of binary fractions. */
const MOST_DECIMALS = 9;
const LEAST_SHARE = 0.001;

/** What a number looks like in one language, by the reader's region. */
export class Numbers {
  #locale;
  #whole;
  #rate;
  #share;
  #percent;

  /** @param {string} locale */
  constructor(locale) {
    this.#locale = locale;
    this.#whole = new Intl.NumberFormat(locale, { useGrouping: "always" });
    this.#rate = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    this.#share = new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
    this.#percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
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

  /** A ratio in whole percents. @param {number} ratio */
  percent(ratio) {
    return this.#percent.format(ratio);
  }
}

/** How many decimals it takes to write this number. @param {number} n */
function decimalsOf(n) {
  for (let decimals = 0; decimals < MOST_DECIMALS; decimals += 1) {
    if (Math.abs(Number(n.toFixed(decimals)) - n) < n * 1e-6) return decimals;
  }
  return MOST_DECIMALS;
}
