// @ts-check

/**
 * Characters that a reader can't see or that reorder what is around them: controls, bidi marks and
 * overrides, zero-width and other format characters, line separators, spaces that are not U+0020,
 * fillers, unassigned and private code points.
 */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]/u;

/**
 * A name cut into what can be shown as it is and what is shown escaped, so that two names that
 * differ look different and a name can't pass for another.
 *
 * @param {string} name
 * @returns {{text: string, escaped: boolean}[]}
 */
export function visibleParts(name) {
  /** @type {{text: string, escaped: boolean}[]} */
  const parts = [];
  for (const character of name) {
    const escaped = INVISIBLE.test(character);
    const text = escaped ? escape(character) : character;
    const last = parts.at(-1);
    if (last?.escaped === escaped) last.text += text;
    else parts.push({ text, escaped });
  }
  return parts;
}

/** @param {string} character */
function escape(character) {
  return `\\u{${/** @type {number} */ (character.codePointAt(0)).toString(16).toUpperCase()}}`;
}
