// @ts-check

const COLOURS = 6;

/**
 * Gives each name one of a few colours, by the name and those that it has to be told from, and by nothing
 * that differs between two screens: not when they were opened, not which line is the larger one.
 */
export class Palette {
  /** @type {Map<string, number>} */ #colours = new Map();

  /** @param {string[]} names those shown now @param {string[]} [known] all that there are: while they are few, windows that show some of them agree */
  assign(names, known = []) {
    const all = new Set([...names, ...known]);
    this.#colours = coloursOf(all.size > COLOURS ? names : [...all]);
  }

  /** Which colour, from 0 on; undefined for what is not shown. @param {string} name */
  of(name) {
    return this.#colours.get(name);
  }
}

/** Each takes the colour that its name asks for, or the next that is free. @param {string[]} names */
function coloursOf(names) {
  /** @type {Map<string, number>} */
  const colours = new Map();
  const free = new Set(Array.from({ length: COLOURS }, (_, i) => i));
  for (const [name, wish] of names.map((name) => /** @type {const} */ ([name, hash(name)])).sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1))) {
    let colour = wish % COLOURS;
    while (free.size > 0 && !free.has(colour)) colour = (colour + 1) % COLOURS;
    free.delete(colour);
    colours.set(name, colour);
  }
  return colours;
}

/** FNV-1a over the code units, mixed so that alike names differ in every bit. @param {string} text */
function hash(text) {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}
