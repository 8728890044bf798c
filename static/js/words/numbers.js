// @ts-check

/** A step of a scale is at least this; what follows is the error of binary fractions. */
const MOST_DECIMALS = 9;
/** In em of the page, for digits in the chart's smaller type. */
const DIGIT = 0.48;
const GAP = 0.4;
const LEAST_WIDTH = 2.9;

/** How many decimals it takes to write this number. @param {number} n */
export function decimalsOf(n) {
  for (let decimals = 0; decimals < MOST_DECIMALS; decimals += 1) {
    if (Math.abs(Number(n.toFixed(decimals)) - n) < n * 1e-6) return decimals;
  }
  return MOST_DECIMALS;
}

/** The width, in em, that holds the longest of these labels. @param {string[]} labels */
export const widthOf = (labels) => Math.max(LEAST_WIDTH, ...labels.map((label) => GAP + DIGIT * label.length));
