// @ts-check

/**
 * Characters that a reader can't see or that reorder what is around them: controls, bidi marks and
 * overrides, zero-width and other format characters, variation selectors and all else that is ignored
 * in display, spaces and separators that are not U+0020, blanks, unassigned and private code points.
 */
const UNSEEN = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]/u;
const MARK = /\p{M}/u;
/** Scripts that are written with marks put up to three on a letter; more only leave their line. */
const MOST_MARKS = 3;

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
  /** The letter and its marks that the next mark would be put on. @type {string[]} */
  let letter = [];
  for (const character of name) {
    const mark = MARK.test(character);
    const escaped = (UNSEEN.test(character) && character !== " ") || (mark && !joins(character, letter));
    letter = escaped ? [] : mark ? [...letter, character] : [character];
    add(parts, escaped ? hexOf(character) : character, escaped);
  }
  return parts.map(({ text, escaped }) => ({ text: escaped ? `\\u{${text}}` : text, escaped }));
}

/** A name in which all can be seen, where parts of it can't look different. @param {string} name */
export const visibleText = (name) => visibleParts(name).map(({ text }) => text).join("");

/** Is there a letter that this mark can be seen on, and which has not the same already? @param {string} mark @param {string[]} letter */
const joins = (mark, letter) => letter.length > 0 && letter.length <= MOST_MARKS && letter.at(-1) !== mark;

/** @param {{text: string, escaped: boolean}[]} parts @param {string} text @param {boolean} escaped */
function add(parts, text, escaped) {
  const last = parts.at(-1);
  if (last?.escaped === escaped) last.text += `${escaped ? " " : ""}${text}`;
  else parts.push({ text, escaped });
}

/** @param {string} character */
const hexOf = (character) => /** @type {number} */ (character.codePointAt(0)).toString(16).toUpperCase();
