// @ts-check

const SLIDE_MS = 350;

/** @typedef {Map<HTMLTableRowElement, number>} Tops where rows are */

/** @param {HTMLTableSectionElement} body @returns {Tops} */
export const topsOf = (body) => new Map([...body.rows].map((row) => [row, row.offsetTop]));

/**
 * Puts rows in the given order, moving only what is not in place, and lets the eye follow those
 * that change places.
 *
 * @param {HTMLTableSectionElement} body
 * @param {HTMLTableRowElement[]} rows all that it is to hold
 * @param {Tops | null} seen where the eye left them, if that is not where they are
 */
export function arrange(body, rows, seen) {
  if (seen === null && rows.every((row, i) => body.rows[i] === row)) return;
  const tops = seen ?? topsOf(body);
  rows.forEach((row, i) => {
    const present = body.rows[i] ?? null;
    if (present !== row) body.insertBefore(row, present);
  });
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) slide(rows, tops);
}

/** @param {HTMLTableRowElement[]} rows @param {Tops} tops where they were */
function slide(rows, tops) {
  for (const row of rows) {
    const by = (tops.get(row) ?? row.offsetTop) - row.offsetTop;
    if (by === 0) continue;
    row.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration: SLIDE_MS, easing: "ease-in-out" });
  }
}
