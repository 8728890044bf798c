// @ts-check
import { beginOf } from "../../history/answer.js";

/**
 * @typedef {import("../../history/feeds.js").Beside} Beside
 * @typedef {import("./shape.js").Shape} Shape
 *
 * What is drawn with the sum of all lines: points in seconds since 1970 and events per second.
 *
 * @typedef {object} Drawn
 * @property {{x: number, y: number}[]} line what was some days before
 * @property {{x: number, low: number, high: number}[][]} band what is usual, as far as that is known
 * @property {number} top of the line
 * @property {number} reach up to which the band may make the chart higher
 */

/** Nothing, where no line is the sum. @type {Readonly<Drawn>} */
export const NOTHING = Object.freeze({ line: [], band: [], top: 0, reach: 0 });
/** So much higher than what happened the chart may be for its band: few events have a wide one. */
const HIGHER = 1.6;

/** @param {Beside} beside @param {Shape} shape @param {boolean} stacked @returns {Drawn} */
export function drawnBeside({ former, usual }, { range, names }, stacked) {
  if (!stacked && names.length > 1) return NOTHING;
  const line = former === null ? [] : lineOf(former, range);
  const band = usual === null ? [] : bandOf(usual, range);
  return { line, band, top: Math.max(0, ...line.map(({ y }) => y)), reach: Math.max(0, ...band.flat().map(({ high }) => high)) };
}

/** How high the chart must be. @param {Drawn} drawn @param {number} lines how high its lines are */
export function topWith({ top, reach }, lines) {
  const happened = Math.max(top, lines);
  return happened === 0 ? reach : Math.max(happened, Math.min(reach, HIGHER * happened));
}

/** An hour that clocks skip has no length, and no rate. @param {import("../../history/former.js").Former} former @param {Shape["range"]} range */
function lineOf({ edges, counts }, range) {
  const steps = counts.map((n, k) => ({ x: (edges[k] + edges[k + 1]) / 2000, y: (1000 * n) / (edges[k + 1] - edges[k]), from: edges[k] / 1000, to: edges[k + 1] / 1000 }));
  const apart = steps.length > 0 ? steps[0].to - steps[0].from : 0;
  return steps.filter(({ from, to }) => to > from && to > range.from - apart && from < range.to + apart).map(({ x, y }) => ({ x, y }));
}

/** Each run of steps of which it is known, from edge to edge; the last step of all goes on. @param {import("../../history/usual.js").Usual} usual @param {Shape["range"]} range */
function bandOf(usual, range) {
  const seconds = usual.step / 1000;
  /** @type {Drawn["band"]} */
  const runs = [];
  usual.bands.forEach((band, k) => {
    if (band === null) return;
    const begin = beginOf(usual, k) / 1000;
    const at = { low: band.low / seconds, high: band.high / seconds };
    const end = k === usual.bands.length - 1 ? Math.max(begin + seconds, range.to) : begin + seconds;
    if (k === 0 || usual.bands[k - 1] === null) runs.push([{ x: begin, ...at }]);
    const run = runs[runs.length - 1];
    run.push({ x: begin + seconds / 2, ...at });
    if (k === usual.bands.length - 1 || usual.bands[k + 1] === null) run.push({ x: end, ...at });
  });
  return runs;
}

/** Behind all else. @param {any} plot a uPlot @param {Drawn["band"]} band @param {{text: string, hatch: string}} colours */
export function paintBand(plot, band, colours) {
  if (band.length === 0) return;
  within(plot, (ctx, x, y) => {
    ctx.setLineDash([]); // a line's own dashes are still in force
    ctx.fillStyle = colours.text;
    ctx.strokeStyle = colours.hatch;
    ctx.lineWidth = devicePixelRatio;
    for (const run of band) {
      const [high, low] = [new Path2D(), new Path2D()];
      for (const at of run) high.lineTo(x(at.x), y(at.high));
      for (const at of run) low.lineTo(x(at.x), y(at.low));
      const area = new Path2D(high);
      for (const at of [...run].reverse()) area.lineTo(x(at.x), y(at.low));
      ctx.globalAlpha = 0.14;
      ctx.fill(area);
      ctx.globalAlpha = 0.7;
      ctx.stroke(high);
      ctx.stroke(low);
    }
  });
}

/** Over all else, and quiet. @param {any} plot a uPlot @param {Drawn["line"]} line @param {{text: string}} colours */
export function paintLine(plot, line, colours) {
  if (line.length === 0) return;
  within(plot, (ctx, x, y) => {
    ctx.beginPath();
    for (const at of line) ctx.lineTo(x(at.x), y(at.y));
    ctx.strokeStyle = colours.text;
    ctx.lineWidth = 1.75 * devicePixelRatio;
    ctx.setLineDash([6, 4].map((n) => n * devicePixelRatio));
    ctx.stroke();
  });
}

/** Paints inside the plot alone. @param {any} plot @param {(ctx: CanvasRenderingContext2D, x: (at: number) => number, y: (at: number) => number) => void} paint */
function within(plot, paint) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  paint(ctx, (at) => plot.valToPos(at, "x", true), (at) => plot.valToPos(at, "y", true));
  ctx.restore();
}
