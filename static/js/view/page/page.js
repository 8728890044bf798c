// @ts-check
import { isCurrent } from "../../model/badge-state.js";
import { ClientsLately } from "../../model/lately.js";
import { stages } from "../../model/pipeline.js";
import { ChartCard } from "../chart/card.js";
import { Chips } from "../controls/chips.js";
import { byId } from "../dom/elements.js";
import { Tiles } from "../figures/tiles.js";
import { Badge } from "../status/badge.js";
import { LeftOut } from "../status/left-out.js";
import { Notices } from "../status/notices.js";
import { PipelineStrip } from "../status/pipeline-strip.js";
import { RejectionList } from "../status/rejection-list.js";
import { noticesOf } from "../status/sentences.js";
import { Lists } from "../tables/lists.js";

/**
 * @typedef {import("../../model/model.js").Model} Model
 * @typedef {import("../../model/picture.js").Picture} Picture
 * @typedef {import("../../words/words.js").Words} Words
 *
 * What the reader does, and what the page says to those who listen.
 *
 * @typedef {object} Reader
 * @property {() => void} onRetry
 * @property {(name: string | null) => void} onClient
 * @property {(name: string | null) => void} onType
 * @property {(column: import("../../reader/view-state.js").Column) => void} onSort
 * @property {() => void} onRedraw
 * @property {(text: string) => void} announce
 */

/** The whole page as a picture of the model. */
export class Page {
  #content = byId("content", HTMLElement);
  #lists = byId("lists", HTMLElement);
  #empty = byId("empty", HTMLElement);
  #chartCard = byId("chart-card", HTMLElement);
  badge;
  #tiles = new Tiles();
  #leftOut = new LeftOut();
  chart;
  #chips;
  #pipeline = new PipelineStrip();
  #tables;
  #rejections;
  #notices = new Notices();
  #lately = new ClientsLately();
  active = 0;

  /** @param {Reader} reader @param {string} rejectionsUrl */
  constructor(reader, rejectionsUrl) {
    this.badge = new Badge(reader);
    this.chart = new ChartCard(reader.onRedraw);
    this.#chips = new Chips(reader);
    this.#tables = new Lists(reader);
    this.#rejections = new RejectionList(rejectionsUrl, reader.onRedraw);
  }

  /** @param {Picture} picture @param {Words} words */
  draw(picture, words) {
    const { state, status, view, now, serverNow } = picture;
    this.#lately.update(picture);
    if (isCurrent(status.kind) || picture.fresh !== null) this.active = this.#lately.active(picture.fresh === null ? now : picture.at);
    this.badge.draw(picture, words);
    this.#content.dataset.current = isCurrent(status.kind) ? "yes" : "no";
    this.#tiles.draw(picture, this.active, words);
    this.#leftOut.draw(picture, words);
    this.#chips.draw(view, words);
    this.#pipeline.draw(stages(state, status, this.active), serverNow, words);
    this.#drawCounts(picture, words);
    this.#notices.draw(noticesOf(picture, words), words);
  }

  /** The page in one sentence; null while nothing is known. @param {Model} model @param {Words} words */
  summary({ state: { counts }, pace }, words) {
    return counts && words.say("announce.summary", { total: counts.total, rate: words.numbers.rate(pace.mean() ?? 0), n: this.active });
  }

  /** @param {Picture} picture @param {Words} words */
  #drawCounts(picture, words) {
    const { counts } = picture.state;
    this.#content.dataset.known = counts === null ? "no" : "yes";
    const nothing = counts?.total === 0;
    this.#empty.hidden = !nothing;
    this.#lists.hidden = this.#chartCard.hidden = nothing;
    if (counts === null) return;
    this.#rejections.draw(picture.state, picture.now, words);
    if (nothing) return;
    this.chart.draw(picture, words);
    this.#tables.draw(picture, this.#lately, words);
  }
}
