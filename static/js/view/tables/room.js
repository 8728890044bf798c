// @ts-check

/** A screen that can't be scrolled by its reader, and is large enough to have a fixed place for all (kiosk.css). */
const WALL = matchMedia("(min-width: 60rem) and (min-height: 37.5rem)");
const NARROW = matchMedia("(max-width: 40rem)");
/** A wall with little room for a line (kiosk.css). */
const SMALL_WALL = matchMedia("(max-width: 79.99rem)");
/** Rows that a table has at the most. */
export const MOST_ROWS = 50;
/** On a phone, the rest is a press away. */
export const FEW_ROWS = 10;

const isKiosk = () => document.documentElement.dataset.mode === "kiosk";

/** Is each word of a row one too many? */
export const isTight = () => NARROW.matches || (isKiosk() && SMALL_WALL.matches);

/** How much of a table there is room for. */
export class Room {
  /** The reader asked for more. */ opened = false;
  /** Below the table's head, in px. */ #px = 0;
  #card;
  #body;

  /** @param {HTMLTableElement} table */
  constructor(table) {
    this.#card = /** @type {HTMLElement} */ (table.closest(".card"));
    this.#body = table.tBodies[0];
    new ResizeObserver(() => this.#measure()).observe(this.#card);
  }

  /** What fits on a wall; null where the page may be scrolled. */
  get px() {
    return isKiosk() && WALL.matches ? this.#px : null;
  }

  get rows() {
    return this.narrow && !this.opened ? FEW_ROWS : MOST_ROWS;
  }

  get narrow() {
    return NARROW.matches && !isKiosk();
  }

  #measure() {
    const { paddingBottom } = getComputedStyle(this.#card);
    this.#px = this.#card.getBoundingClientRect().bottom - parseFloat(paddingBottom) - this.#body.getBoundingClientRect().top;
  }
}
