// @ts-check

const COLOURS = 6;

/**
 * Gives each name one of a few colours, by the names and counts that every screen has, and by nothing in which
 * two screens differ: not when they were opened, not which line came first.
 */
export class Palette {
  /** @type {Map<string, number>} */ #colours = new Map();

  /** @param {string[]} names those shown now @param {Map<string, number>} [counts] of all that are known: while they are few, windows that show some of them agree */
  assign(names, counts = new Map()) {
    const all = [...new Set([...names, ...counts.keys()])];
    this.#colours = coloursOf(all.length > COLOURS ? names : all, counts);
  }

  /** Which colour, from 0 on; undefined for what is not shown. @param {string} name */
  of(name) {
    return this.#colours.get(name);
  }
}

/** Each takes the colour that its name asks for, or the next that is free; first those with the most events, roughly, as these change least. @param {string[]} names @param {Map<string, number>} counts */
function coloursOf(names, counts) {
  const ranked = names.map((name) => ({ name, size: Math.floor(Math.log2(1 + (counts.get(name) ?? 0))), wish: hash(name) }));
  ranked.sort((a, b) => b.size - a.size || a.wish - b.wish || (a.name < b.name ? -1 : 1));
  /** @type {Map<string, number>} */
  const colours = new Map();
  const free = new Set(Array.from({ length: COLOURS }, (_, i) => i));
  for (const { name, wish } of ranked) {
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
