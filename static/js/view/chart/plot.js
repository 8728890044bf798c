// @ts-check
import { drawnBeside, NOTHING, paintBand, paintLine, topWith } from "./beside.js";
import { hatch } from "./hatch.js";
import { drawMarks } from "./marks.js";
import { coloursOf, optionsOf } from "./options.js";
import { roundTop, shapeOf } from "./shape.js";
import { uPlot } from "./uplot.js";

/**
 * @typedef {import("../../history/timeline.js").Timeline} Timeline
 * @typedef {import("../../words/words.js").Words} Words
 * @typedef {import("./palette.js").Palette} Palette
 * @typedef {import("./shape.js").Shape} Shape
 *
 * @typedef {object} Picture
 * @property {Timeline} timeline
 * @property {import("../../history/feeds.js").Beside} beside
 * @property {boolean} stacked
 * @property {number} now by the server's clock
 * @property {number | null} knownUntil since then nothing is known
 * @property {"chart.no_data" | "chart.pending"} why
 */

/** So often a picture moves on by a pixel or two. */
const MOVES_A_WINDOW = 600;
const LEAST_APART_MS = 500;

/** The chart: draws a timeline when there is something new to see, and never while hidden. */
export class Chart {
  /** @type {any} */ #plot = null;
  /** @type {Shape | null} */ shape = null;
  #built = "";
  #drawn = "";
  #drawnAt = -Infinity;
  #top = 1;
  #beside = NOTHING;
  /** @type {{from: number, to: number} | null} */ #unknown = null;
  #noData = "";
  /** Where alerts fired and were over. @type {import("../../model/alerts.js").Mark[]} */ marks = [];
  #colours = coloursOf();

  /** @param {HTMLElement} holder @param {Palette} palette @param {(k: number | null) => void} onCursor */
  constructor(holder, palette, onCursor) {
    this.holder = holder;
    this.palette = palette;
    this.onCursor = onCursor;
    new ResizeObserver(() => this.#resize()).observe(holder);
  }

  get plot() {
    return this.#plot;
  }

  /** Colours changed: everything is drawn anew. */
  recolour() {
    this.#colours = coloursOf();
    this.#built = "";
    this.#drawn = "";
  }

  /** @param {Picture} picture @param {Words} words @returns {boolean} whether it drew */
  draw(picture, words) {
    const { timeline, beside, stacked, now, knownUntil } = picture;
    const { question, revision, version, names } = timeline;
    const key = [revision, version, names.join("\n"), stacked, knownUntil === null, words.language, timeline.from, question.until, beside.former?.key, beside.usual?.key, this.marks.map(({ at }) => at).join(" ")].join();
    const apart = Math.max(LEAST_APART_MS, question.span / MOVES_A_WINDOW);
    const due = question.until === null && now - this.#drawnAt >= apart;
    const other = this.#drawn.split(",").slice(1).join() !== key.split(",").slice(1).join();
    if (!due && !other) return false;
    this.#drawn = key;
    this.#drawnAt = now;
    this.#show(picture, words);
    return true;
  }

  /** @param {Picture} picture @param {Words} words */
  #show({ timeline, beside, stacked, now, knownUntil, why }, words) {
    this.shape = shapeOf(timeline, { now, knownUntil, stacked });
    const { xs, tops, names, range } = this.shape;
    this.#beside = drawnBeside(beside, this.shape, stacked);
    this.#top = roundTop(topWith(this.#beside, Math.max(0, ...tops.flatMap((line) => line.map((n) => n ?? 0)))));
    this.#unknown = knownUntil === null ? null : { from: knownUntil / 1000, to: range.to };
    this.#noData = words.say(why);
    const built = [stacked, words.language, ...names.map((name) => `${name} ${this.palette.of(name)}`)].join("\n");
    if (built !== this.#built) this.#build(names, stacked, words);
    this.#built = built;
    this.#plot.setData([xs, ...tops], true);
  }

  /** @param {string[]} names @param {boolean} stacked @param {Words} words */
  #build(names, stacked, words) {
    this.#plot?.destroy();
    const options = optionsOf({
      ...this.#size(),
      names,
      indexes: names.map((name) => this.palette.of(name)),
      stacked,
      words: () => words,
      colours: this.#colours,
      range: () => [this.shape?.range.from ?? 0, this.shape?.range.to ?? 1],
      top: () => this.#top,
      onCursor: this.onCursor,
      onClear: (plot) => paintBand(plot, this.#beside.band, this.#colours),
      onDraw: (plot) => {
        paintLine(plot, this.#beside.line, this.#colours);
        if (this.#unknown) hatch(plot, this.#unknown.from, this.#unknown.to, this.#colours.text, this.#noData);
        drawMarks(plot, this.marks, this.#colours.text);
      },
    });
    this.#plot = new uPlot(options, [[], ...names.map(() => [])], this.holder);
  }

  #size() {
    return { width: Math.max(120, this.holder.clientWidth), height: Math.max(64, this.holder.clientHeight) };
  }

  #resize() {
    if (this.holder.clientWidth > 0) this.#plot?.setSize(this.#size());
  }

  /** Puts the reading line at a step, or takes it away. @param {number | null} k */
  point(k) {
    const at = k === null ? undefined : this.shape?.xs[k];
    if (at === undefined) this.#plot?.setCursor({ left: -10, top: -10 });
    else this.#plot?.setCursor({ left: this.#plot.valToPos(at, "x"), top: 10 });
  }
}
