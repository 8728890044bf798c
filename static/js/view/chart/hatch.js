// @ts-check

const APART = 9;

/**
 * Hatches a span of a plot, from edge to edge, and says why where there is room.
 *
 * @param {any} plot a uPlot
 * @param {number} from in seconds
 * @param {number} to
 * @param {string} colour
 * @param {string} text
 */
export function hatch(plot, from, to, colour, text) {
  const { ctx, bbox } = plot;
  const x = (/** @type {number} */ s) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, plot.valToPos(s, "x", true)));
  const [left, right] = [x(from), x(to)];
  if (right - left < 2) return;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, bbox.top, right - left, bbox.height);
  ctx.clip();
  ctx.globalAlpha = 0.35;
  ctx.strokeStyle = colour;
  ctx.lineWidth = ratio;
  ctx.beginPath();
  for (let at = left - bbox.height; at < right; at += APART * ratio) {
    ctx.moveTo(at, bbox.top + bbox.height);
    ctx.lineTo(at + bbox.height, bbox.top);
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.fillStyle = colour;
  ctx.font = `${12 * ratio}px sans-serif`;
  if (ctx.measureText(text).width < right - left - 16 * ratio) {
    ctx.textAlign = "center";
    ctx.fillText(text, (left + right) / 2, bbox.top + 18 * ratio);
  }
  ctx.restore();
}
