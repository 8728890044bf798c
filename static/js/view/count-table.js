// @ts-check
import { visibleParts } from "../names.js";
import { Ranking } from "../ranking.js";
import { arrange } from "./arrange.js";
import { byId, make, setText } from "./dom.js";

/**
 * @typedef {import("../words.js").Words} Words
 *
 * @typedef {object} Row
 * @property {HTMLTableRowElement} element
 * @property {HTMLElement} name
 * @property {HTMLElement} count
 * @property {HTMLElement} share
 * @property {HTMLElement | null} when
 *
 * What a table shows: counts by name, and the rest in one row.
 *
 * @typedef {object} Contents
 * @property {Map<string, number>} counts
 * @property {number} total
 * @property {{names: number, total: number}} others those that the panel did not list
 * @property {(n: number) => string} othersLabel
 * @property {(name: string) => {text: string, recent: boolean, title: string}} [when] for tables with that column
 */

/** Rows shown; the rest is summed up in the last row. */
const ROWS = 50;

/** A table of names and counts, largest first, that reorders calmly and touches only what changed. */
export class CountTable {
  #ranking = new Ranking();
  /** @type {Map<string, Row>} */ #rows = new Map();
  #table;
  #body;
  #others;

  /** @param {string} id of a table with the columns name, count, share and perhaps last change */
  constructor(id) {
    this.#table = byId(id, HTMLTableElement);
    this.#body = this.#table.tBodies[0];
    this.#others = makeRow("", this.#timed);
    this.#others.element.className = "others";
  }

  get #timed() {
    return this.#table.tHead?.rows[0].cells.length === 4;
  }

  /** The reader's pointer or focus is inside: nothing may move. */
  get #held() {
    return (matchMedia("(hover: hover)").matches && this.#body.matches(":hover")) || this.#table.contains(document.activeElement);
  }

  /** @param {Contents} contents @param {number} now @param {Words} words */
  draw(contents, now, words) {
    const { counts, total } = contents;
    const shown = this.#ranking.order(counts, now, this.#held).slice(0, ROWS);
    const sum = shown.reduce((part, name) => part + (counts.get(name) ?? 0), 0);
    const rest = { names: counts.size - shown.length + contents.others.names, total: total - sum };
    const largest = Math.max(1, ...shown.map((name) => counts.get(name) ?? 0));
    this.#place(shown, rest.names > 0);
    for (const name of shown) this.#fill(this.#row(name), counts.get(name) ?? 0, total, largest, words, contents.when?.(name));
    if (rest.names === 0) return;
    setText(this.#others.name, contents.othersLabel(rest.names));
    this.#fill(this.#others, rest.total, total, largest, words, { text: "", recent: false, title: "" });
  }

  /**
   * @param {Row} row @param {number} count @param {number} total @param {number} largest
   * @param {Words} words @param {{text: string, recent: boolean, title: string}} [when]
   */
  #fill(row, count, total, largest, words, when) {
    const text = words.whole(count);
    setText(row.count, text);
    setText(row.share, words.share(count, total));
    const part = (count / largest).toFixed(3);
    if (row.element.dataset.part !== part) {
      row.element.dataset.part = part;
      row.element.style.setProperty("--part", part);
    }
    if (row.when === null || when === undefined) return;
    setText(row.when, when.text);
    if (row.when.title !== when.title) row.when.title = when.title;
    row.when.classList.toggle("recent", when.recent);
  }

  /** Makes the rows those of `names`, in that order, moving only what is not in place. @param {string[]} names @param {boolean} others */
  #place(names, others) {
    const wanted = new Set(names);
    for (const [name, row] of this.#rows) {
      if (wanted.has(name)) continue;
      row.element.remove();
      this.#rows.delete(name);
    }
    const elements = names.map((name) => this.#row(name).element);
    if (others) elements.push(this.#others.element);
    else this.#others.element.remove();
    arrange(this.#body, elements);
  }

  /** @param {string} name @returns {Row} */
  #row(name) {
    const known = this.#rows.get(name);
    if (known) return known;
    const row = makeRow(name, this.#timed);
    this.#rows.set(name, row);
    return row;
  }
}

/** @param {string} name @param {boolean} timed @returns {Row} */
function makeRow(name, timed) {
  const element = make("tr");
  const head = make("th");
  head.scope = "row";
  const isolated = make("bdi", "name");
  for (const { text, escaped } of visibleParts(name)) {
    isolated.append(escaped ? make("span", "escaped", text) : text);
  }
  head.append(isolated);
  const [count, share] = [make("td", "number"), make("td", "number share")];
  const when = timed ? make("td", "number when") : null;
  element.append(head, count, share, ...(when ? [when] : []));
  return { element, name: isolated, count, share, when };
}
