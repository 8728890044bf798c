// @ts-check
import { visibleText } from "../../words/names.js";
import { coloursOf } from "../chart/options.js";

const MARGIN = 16;
const LINE = 22;

/**
 * The chart as an image that can stand alone: with title, ground and the names of its lines.
 *
 * @param {import("../chart/plot.js").Chart} chart
 * @param {string} title
 * @param {string} others what all other lines are called
 * @returns {Promise<Blob | null>}
 */
export function chartPicture(chart, title, others) {
  if (!chart.plot || chart.shape === null) return Promise.resolve(null);
  const colours = coloursOf();
  const drawn = /** @type {HTMLCanvasElement} */ (chart.plot.ctx.canvas);
  const ratio = devicePixelRatio;
  const canvas = document.createElement("canvas");
  canvas.width = drawn.width + 2 * MARGIN * ratio;
  canvas.height = drawn.height + (2 * MARGIN + 2 * LINE) * ratio;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.fillStyle = colours.ground;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(drawn, MARGIN * ratio, (MARGIN + LINE) * ratio);
  pen.scale(ratio, ratio);
  pen.font = "600 14px sans-serif";
  pen.fillStyle = colours.text;
  pen.fillText(title, MARGIN, MARGIN + 8);
  pen.font = "12px sans-serif";
  let x = MARGIN;
  for (const name of chart.shape.names) {
    const index = chart.palette.of(name);
    pen.fillStyle = index === undefined ? colours.others : colours.series[index % colours.series.length];
    pen.fillRect(x, canvas.height / ratio - MARGIN - 10, 10, 10);
    pen.fillStyle = colours.text;
    const label = visibleText(name) || others;
    pen.fillText(label, x + 15, canvas.height / ratio - MARGIN);
    x += 15 + pen.measureText(label).width + MARGIN;
  }
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
