// @ts-check
import { icon, make, setText } from "../dom/elements.js";
import { drawSparkline } from "../figures/sparkline.js";
import { isTight } from "./room.js";
import { sameTurn } from "./turn.js";

/**
 * @typedef {import("../../model/lately.js").Lately} Lately
 * @typedef {import("../../words/words.js").Words} Words
 * @typedef {import("./turn.js").Turn} Turn
 */

const DOTS = 60;
const HEIGHT = 20;
/** @type {readonly number[]} */
const NO_POINTS = [];
const RECENT_MS = 2_000;
const SVG = "http://www.w3.org/2000/svg";

/** The client table's own columns: a line of the last quarter of an hour, the rate, when it was last seen. */
export class ClientColumns {
  /** @type {(name: string) => Lately} */ latelyOf = () => ({ activity: undefined, seenAt: null, silentSince: null });
  now = 0;
  /** The server's clock is that far before the steady one. */ ahead = 0;
  /** @type {WeakMap<Element, {known: boolean, turn: Turn}>} */ #drawn = new WeakMap();

  make() {
    const [trend, rate, when] = [make("td", "trend"), make("td", "number rate"), make("td", "number when")];
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "sparkline");
    svg.setAttribute("viewBox", `0 0 ${DOTS - 1} ${HEIGHT}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    for (const kind of ["area", "line"]) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("class", kind);
      svg.append(path);
    }
    trend.append(svg);
    when.append(icon("silent"), make("span", "ago"));
    return [trend, rate, when];
  }

  /** Once a turn for each row (these are ages and means), and when its history comes. @param {HTMLTableCellElement[]} cells @param {string} name @param {Turn} turn */
  fill([trend, rate, when], name, turn) {
    const { words } = turn;
    const drawn = this.#drawn.get(trend);
    const { activity, seenAt, silentSince } = this.latelyOf(name);
    const known = activity !== undefined;
    if (drawn?.known === known && sameTurn(drawn.turn, turn)) return;
    this.#drawn.set(trend, { known, turn });
    drawTrend(/** @type {SVGElement} */ (trend.firstElementChild), activity?.points ?? NO_POINTS);
    setText(rate, activity === undefined ? "—" : words.numbers.rate(activity.rate));
    setText(/** @type {Element} */ (when.lastElementChild), seenAt === null ? "—" : words.times[isTight() ? "age" : "ago"](Math.max(0, this.now - seenAt)));
    when.classList.toggle("recent", seenAt !== null && this.now - seenAt < RECENT_MS);
    when.classList.toggle("silent", silentSince !== null);
    const title = titleOf(seenAt === null ? null : seenAt + this.ahead, silentSince === null ? null : silentSince + this.ahead, words);
    if (when.title !== title) when.title = title;
  }
}

/** @param {number | null} seenAt @param {number | null} silentSince @param {Words} words */
function titleOf(seenAt, silentSince, words) {
  if (silentSince !== null) return words.say("clients.silent", { time: words.times.clock(silentSince) });
  return seenAt === null ? words.say("clients.unseen") : words.times.clock(seenAt);
}

/** @param {SVGElement} svg @param {readonly number[]} points */
function drawTrend(svg, points) {
  const each = Math.max(1, Math.floor(points.length / DOTS));
  const dots = [];
  for (let end = points.length - 1; end - each >= 0 && dots.length < DOTS; end -= each) {
    let sum = 0;
    for (let k = end - each; k < end; k += 1) sum += points[k];
    dots.push(sum);
  }
  drawSparkline(svg, dots.reverse(), DOTS, HEIGHT);
}
