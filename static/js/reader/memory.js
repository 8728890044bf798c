// @ts-check

/** What this browser remembers of the reader's choices. @param {string} name */
export function remembered(name) {
  try {
    return localStorage.getItem(`pulso.${name}`);
  } catch {
    return null; // storage is blocked: nothing is remembered
  }
}

/** @param {string} name @param {string} value */
export function remember(name, value) {
  try {
    localStorage.setItem(`pulso.${name}`, value);
  } catch {
    // storage is blocked: the choice holds for this visit
  }
}
