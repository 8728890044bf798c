// @ts-check

/** In em of the page, for digits in the chart's smaller type. */
const DIGIT = 0.48;
const GAP = 0.4;
const LEAST_WIDTH = 2.9;

/** The width, in em, that holds the longest of these labels. @param {string[]} labels */
const widthOf = (labels) => Math.max(LEAST_WIDTH, ...labels.map((label) => GAP + DIGIT * label.length));

/**
 * @typedef {import("../../words/words.js").Words} Words
 *
 * Colours as the style sheet has them now: canvases do not know custom properties.
 *
 * @typedef {{text: string, line: string, hatch: string, ground: string, series: string[], others: string}} Colours
 */

const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [14, 4]];
const SERIES = 6;
const DAY_S = 86_400;

/** @returns {Colours} */
export function coloursOf() {
  const probe = document.createElement("i");
  document.body.append(probe);
  /** @param {string} name */
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const series = Array.from({ length: SERIES }, (_, i) => read(`series-${i}`));
  const colours = { text: read("muted"), line: read("line"), hatch: read("edge"), ground: read("surface"), series, others: read("series-others") };
  probe.remove();
  return colours;
}

/** The same colour, more transparent. @param {string} colour of the form rgb(…) @param {number} alpha */
const faded = (colour, alpha) => colour.replace(/^rgba?\(([^)]+)\)$/, (_, parts) => `rgb(${parts.split(/[ ,/]+/).slice(0, 3).join(" ")} / ${alpha})`);

/**
 * @param {{width: number, height: number, names: string[], indexes: (number | undefined)[], stacked: boolean, words: () => Words, colours: Colours,
 *   range: () => [number, number], top: () => number, onCursor: (k: number | null) => void, onClear: (plot: any) => void, onDraw: (plot: any) => void}} given
 */
export function optionsOf(given) {
  const { colours, stacked, names, words } = given;
  const em = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const font = `${0.75 * em}px ${getComputedStyle(document.body).fontFamily}`;
  const colourOf = (/** @type {number} */ i) => (names[i] === "" ? colours.others : colours.series[(given.indexes[i] ?? 0) % SERIES]);
  const axis = { stroke: colours.text, font, ticks: { show: false }, grid: { stroke: colours.line, width: 1 } };
  return {
    width: given.width,
    height: given.height,
    padding: [10, 1.5 * em, 0, 0], // half of the last time of day
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { size: 7 } },
    scales: { x: { time: false, range: given.range }, y: { range: () => [0, given.top()] } },
    axes: [
      { ...axis, grid: { show: false }, size: 1.9 * em, space: 5.6 * em, incrs: TIME_STEPS, values: (/** @type {any} */ plot, /** @type {number[]} */ at) => times(plot, at, words()) },
      { ...axis, size: (/** @type {any} */ _, /** @type {string[] | null} */ labels) => em * widthOf(labels ?? []), space: 2.25 * em, values: (/** @type {any} */ _, /** @type {number[]} */ at) => words().numbers.scale(at) },
    ],
    series: [{}, ...names.map((name, i) => ({
      label: name,
      stroke: colourOf(i),
      width: stacked ? 1.25 : 1.75,
      dash: stacked || name === "" ? undefined : DASHES[(given.indexes[i] ?? 0) % SERIES],
      fill: stacked ? faded(colourOf(i), 0.45) : undefined,
      points: { show: false },
      spanGaps: false,
    }))],
    bands: stacked ? names.slice(1).map((_, i) => ({ series: [i + 2, i + 1] })) : [],
    hooks: {
      setCursor: [(/** @type {any} */ plot) => given.onCursor(plot.cursor.left >= 0 ? (plot.cursor.idx ?? null) : null)],
      drawClear: [given.onClear],
      draw: [given.onDraw],
    },
  };
}

const TIME_STEPS = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000, 604_800, 1_209_600];

/** @param {any} plot @param {number[]} at @param {Words} words */
function times(plot, at, words) {
  const span = plot.scales.x.max - plot.scales.x.min;
  return at.map((second) => {
    if (span > 7 * DAY_S) return words.times.date(1000 * second);
    if (span > 1.5 * DAY_S) return words.times.day(1000 * second);
    return span <= 300 ? words.times.clock(1000 * second) : words.times.minute(1000 * second);
  });
}
