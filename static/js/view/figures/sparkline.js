// @ts-check

/**
 * Draws values into an `<svg>` that holds `.area` and `.line`; an unknown value leaves a gap.
 *
 * The newest value is at the right edge, `slots` values wide.
 *
 * @param {SVGElement} svg with a viewBox of `slots` by `height`
 * @param {(number | null)[]} values
 * @param {number} slots
 * @param {number} height
 */
export function drawSparkline(svg, values, slots, height) {
  const { line, area } = paths(values, slots, height);
  setPath(svg.querySelector(".line"), line);
  setPath(svg.querySelector(".area"), area);
}

/**
 * The two paths as SVG data.
 *
 * @param {(number | null)[]} values
 * @param {number} slots
 * @param {number} height
 */
export function paths(values, slots, height) {
  const top = Math.max(1, ...values.map((value) => value ?? 0));
  const left = slots - values.length;
  let line = "";
  let area = "";
  for (const run of runs(values)) {
    const points = run.map(([i, value]) => `${left + i} ${round(height - 1 - (value / top) * (height - 2))}`);
    const [first, last] = [left + run[0][0], left + run[run.length - 1][0]];
    line += `M${points.join("L")}`;
    area += `M${first} ${height}L${points.join("L")}L${last} ${height}Z`;
  }
  return { line, area };
}

/** Consecutive known values, each with its index. @param {(number | null)[]} values */
function runs(values) {
  /** @type {[number, number][][]} */
  const found = [];
  let open = false;
  values.forEach((value, i) => {
    if (value !== null && open) found[found.length - 1].push([i, value]);
    else if (value !== null) found.push([[i, value]]);
    open = value !== null;
  });
  return found;
}

/** @param {number} n */
const round = (n) => Math.round(n * 100) / 100;

/** @param {Element | null} path @param {string} data */
function setPath(path, data) {
  if (path && path.getAttribute("d") !== data) path.setAttribute("d", data);
}
