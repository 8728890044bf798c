// @ts-check
import { Camera } from "../../model/picture.js";
import { steadyNow } from "../../time/steady.js";
import { Words } from "../../words/words.js";
import { Painter } from "./painter.js";

/**
 * @typedef {import("../../history/feeds.js").Feeds} Feeds
 * @typedef {import("../../model/model.js").Model} Model
 * @typedef {import("../../reader/view-state.js").ViewState} ViewState
 * @typedef {import("./page.js").Page} Page
 */

/** What the reader sees: the page as a picture of the model, drawn anew when something, or time alone, changed it. */
export class Screen {
  words = new Words("es");
  #camera;
  #painter = new Painter(() => this.draw());

  /** @param {Model} model @param {Feeds} feeds @param {ViewState} view @param {Page} page */
  constructor(model, feeds, view, page) {
    this.model = model;
    this.feeds = feeds;
    this.view = view;
    this.page = page;
    this.#camera = new Camera(model, feeds);
  }

  /** Something changed: it is drawn soon. */
  request() {
    this.#painter.request();
  }

  /** Draws at once. */
  draw() {
    const now = steadyNow();
    const picture = this.#camera.take(this.view.value, now);
    const { held } = this.#camera;
    this.feeds.look(this.view.value, held && { chart: held.chart, at: picture.chartNow }, picture.serverNow);
    this.page.draw(picture, this.words);
    this.model.drawn(picture.status.kind, steadyNow());
  }

  /** Call a few times a second: a state that time alone changes shows when it does; a hidden tab tells it by its title and icon. */
  look() {
    const now = steadyNow();
    if (this.model.status(now).kind === this.page.badge.kind) return;
    if (document.hidden) this.page.badge.draw(this.#camera.take(this.view.value, now), this.words);
    else this.request();
  }

  /** Colours changed: the chart is a canvas, and knows no style sheet. */
  recolour() {
    this.page.chart.chart.recolour();
    this.request();
  }

  /** What is shown, its history read anew where it moves. */
  async renewed() {
    await this.feeds.renew(this.view.value, this.#camera.held !== null);
    this.draw();
    return this.#camera.take(this.view.value, steadyNow());
  }
}
