// @ts-check
import { secondOf } from "../../time/steady.js";
import { byId, make, setText } from "../dom/elements.js";
import { nameParts } from "../dom/name-parts.js";
import { arrange, topsOf } from "./arrange.js";
import { Ranking } from "./ranking.js";
import { FEW_ROWS, MOST_ROWS, Room } from "./room.js";
import { Sight } from "./sight.js";
import { phaseOf, sameTurn } from "./turn.js";

/**
 * @typedef {import("../../words/words.js").Words} Words
 * @typedef {import("./turn.js").Turn} Turn
 *
 * @typedef {object} Row
 * @property {HTMLTableRowElement} element
 * @property {number} phase its second begins that many ms before the clock's
 * @property {Turn | null} turn when it was drawn
 * @property {HTMLElement} head
 * @property {HTMLButtonElement | null} pick
 * @property {HTMLElement} name
 * @property {HTMLElement} count
 * @property {HTMLElement} share
 * @property {HTMLTableCellElement[]} more
 * @property {{count: number, share: number, part: string, words: Words | null}} drawn
 *
 * What a table shows: counts by name, and the rest in one row.
 *
 * @typedef {object} Contents
 * @property {Map<string, number>} counts
 * @property {Iterable<string>} names those to be shown
 * @property {{by: string, compare: import("./ranking.js").Compare}} order
 * @property {number} total
 * @property {{names: number} | null} others those that the panel did not list; null: the rest is not to be shown
 * @property {(n: number) => string} othersLabel
 * @property {string | null} picked
 * @property {string} pickTitle
 * @property {boolean} held the page is paused
 *
 * Further columns.
 *
 * @typedef {object} More
 * @property {() => HTMLTableCellElement[]} make
 * @property {(cells: HTMLTableCellElement[], name: string, turn: Turn) => void} fill
 */

/** Where a share is rounded otherwise, one of these ends. */
const SHARE_STEPS = 20_000;
const HOVERS = matchMedia("(hover: hover)");
/** @type {More} */
const NOTHING_MORE = { make: () => [], fill: () => {} };

/** A table of names and counts that reorders calmly and touches only what changed; what is out of sight, once a second. */
export class CountTable {
  #ranking = new Ranking();
  #sight = new Sight();
  /** @type {Map<string, Row>} */ #rows = new Map();
  #table;
  #body;
  #others;
  #room;
  #more;
  /** Where rows were before they were measured. @type {import("./arrange.js").Tops | null} */ #seen = null;
  /** What fitted on a wall, and of what. */ #fitted = { key: "", rows: 0 };

  /** @param {string} id of a table with the columns name, count, share and those of `more` @param {{onPick: (name: string) => void, onRoom: () => void}} reader @param {More} [more] */
  constructor(id, { onPick, onRoom }, more = NOTHING_MORE) {
    this.onPick = onPick;
    this.more = more;
    this.#table = byId(id, HTMLTableElement);
    this.#body = this.#table.tBodies[0];
    this.#others = makeRow(null, more);
    this.#others.element.className = "others";
    this.#room = new Room(this.#table);
    this.#more = byId(`${id}-more`, HTMLButtonElement);
    this.#more.addEventListener("click", () => {
      this.#room.opened = !this.#room.opened;
      onRoom();
    });
  }

  /** The reader's pointer or focus is inside: nothing may move. */
  get #held() {
    return (HOVERS.matches && this.#body.matches(":hover")) || this.#body.contains(document.activeElement);
  }

  /** @param {Contents} contents @param {number} now @param {Words} words */
  draw(contents, now, words) {
    const { counts, total, order, others } = contents;
    const ordered = this.#ranking.order(contents.names, order, now, this.#held);
    const shown = ordered.slice(0, this.#rowsFor(ordered, contents));
    const sum = shown.reduce((part, name) => part + (counts.get(name) ?? 0), 0);
    const rest = others === null ? 0 : counts.size - shown.length + others.names;
    this.#sayMore(ordered.length, words);
    const largest = Math.max(1, ...shown.map((name) => counts.get(name) ?? 0));
    this.#place(shown, rest > 0, this.#seen);
    this.#seen = null;
    for (const name of shown) {
      const row = this.#row(name);
      this.#mark(row, name, contents);
      const turn = { second: secondOf(now + row.phase), held: contents.held, words };
      if (sameTurn(row.turn, turn) && !this.#sight.sees(row.element)) continue;
      row.turn = turn;
      fill(row, counts.get(name) ?? 0, total, largest, words);
      this.more.fill(row.more, name, turn);
    }
    if (rest === 0) return;
    setText(this.#others.name, contents.othersLabel(rest));
    fill(this.#others, total - sum, total, largest, words);
  }

  /** How many rows to show: on a wall, where names may take several lines, as many as fit with the row of the others. @param {string[]} ordered @param {Contents} contents */
  #rowsFor(ordered, { counts, others, othersLabel }) {
    const { px, rows } = this.#room;
    if (px === null) return rows;
    const names = ordered.slice(0, MOST_ROWS);
    const key = [px, others?.names, counts.size, ...names].join("\n");
    if (key === this.#fitted.key) return this.#fitted.rows;
    if (this.#others.name.textContent === "") setText(this.#others.name, othersLabel(1));
    this.#seen = topsOf(this.#body);
    this.#place(names, true, new Map());
    const ends = [...this.#body.rows].map((row) => row.offsetTop + row.offsetHeight - this.#body.offsetTop);
    const last = ends.length < 2 ? 0 : ends[ends.length - 1] - ends[ends.length - 2];
    const rest = others !== null && others.names + ordered.length - names.length > 0;
    const all = !rest && (ends[names.length - 1] ?? 0) <= px;
    this.#fitted = { key, rows: all ? names.length : ends.slice(0, names.length).filter((end) => end + last <= px).length };
    return this.#fitted.rows;
  }

  /** @param {number} all names @param {Words} words */
  #sayMore(all, words) {
    const { narrow, opened, rows } = this.#room;
    const hidden = Math.min(all, MOST_ROWS) - Math.min(all, rows);
    this.#more.hidden = !narrow || (hidden === 0 && !(opened && all > FEW_ROWS));
    this.#more.setAttribute("aria-expanded", String(opened));
    setText(this.#more, opened ? words.say("more.less") : words.say("more.more", { n: hidden }));
  }

  /** @param {Row} row @param {string} name @param {Contents} contents */
  #mark({ element, pick }, name, { picked, pickTitle }) {
    const pressed = String(name === picked);
    if (pick === null || (element.dataset.picked === pressed && pick.title === pickTitle)) return;
    element.dataset.picked = pressed;
    pick.setAttribute("aria-pressed", pressed);
    pick.title = pickTitle;
  }

  /** Makes the rows those of `names`, in that order, moving only what is not in place. @param {string[]} names @param {boolean} others @param {import("./arrange.js").Tops | null} seen */
  #place(names, others, seen) {
    const wanted = new Set(names);
    for (const [name, row] of this.#rows) {
      if (wanted.has(name)) continue;
      row.element.remove();
      this.#sight.forget(row.element);
      this.#rows.delete(name);
    }
    const elements = names.map((name) => this.#row(name).element);
    if (others) elements.push(this.#others.element);
    else this.#others.element.remove();
    arrange(this.#body, elements, seen);
  }

  /** @param {string} name @returns {Row} */
  #row(name) {
    const known = this.#rows.get(name);
    if (known) return known;
    const row = makeRow(name, this.more);
    row.phase = phaseOf(this.#rows.size);
    row.pick?.addEventListener("click", () => this.onPick(name));
    this.#sight.watch(row.element);
    this.#rows.set(name, row);
    return row;
  }
}

/** Formats only what is other than before: that is most of a table's cost. @param {Row} row @param {number} count @param {number} total @param {number} largest @param {Words} words */
function fill({ head, count: counted, share: shared, drawn }, count, total, largest, words) {
  const share = Math.floor((SHARE_STEPS * count) / Math.max(1, total));
  if (drawn.count !== count || drawn.words !== words) setText(counted, words.numbers.whole(count));
  if (drawn.share !== share || drawn.count === 0 || drawn.words !== words) setText(shared, words.numbers.share(count, total));
  const part = (count / largest).toFixed(3);
  if (drawn.part !== part) head.style.setProperty("--part", part);
  Object.assign(drawn, { count, share, part, words });
}

/** @param {string | null} name null for the others @param {More} extra @returns {Row} */
function makeRow(name, extra) {
  const [element, head] = [make("tr"), make("th")];
  head.scope = "row";
  const shown = name === null ? make("span", "name") : nameParts(name);
  const pick = name === null ? null : make("button", "pick");
  if (pick) {
    pick.type = "button";
    pick.append(shown);
  }
  head.append(pick ?? shown);
  const [count, share, more] = [make("td", "number"), make("td", "number share"), extra.make()];
  element.append(head, count, share, ...more);
  return { element, phase: 0, turn: null, head, pick, name: shown, count, share, more, drawn: { count: -1, share: -1, part: "", words: null } };
}
