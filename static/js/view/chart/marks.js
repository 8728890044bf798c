// @ts-check

/** @typedef {import("../../model/alerts.js").Mark} Mark */

const HALF = 4.5;

/**
 * A line with a tip on top where an alert fired, and with a hollow one where it was over.
 *
 * @param {any} plot a uPlot
 * @param {Mark[]} marks
 * @param {string} colour
 */
export function drawMarks(plot, marks, colour) {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour;
  ctx.lineWidth = ratio;
  for (const { at, over } of marks) {
    const x = plot.valToPos(at / 1000, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.moveTo(x - HALF * ratio, bbox.top);
    ctx.lineTo(x + HALF * ratio, bbox.top);
    ctx.lineTo(x, bbox.top + 2 * HALF * ratio);
    ctx.closePath();
    if (over) ctx.stroke();
    else ctx.fill();
  }
  ctx.restore();
}
