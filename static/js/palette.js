// @ts-check

/** Gives each line one of a few colours, and the same one as long as it is shown. */
export class Palette {
  /** @type {Map<string, number>} */ #taken = new Map();

  /** @param {string[]} names those shown now; others leave their colours */
  assign(names) {
    for (const name of this.#taken.keys()) if (!names.includes(name)) this.#taken.delete(name);
    for (const name of names) if (!this.#taken.has(name)) this.#taken.set(name, this.#free());
  }

  /** Which colour, from 0 on; undefined for what is not shown. @param {string} name */
  of(name) {
    return this.#taken.get(name);
  }

  #free() {
    const taken = new Set(this.#taken.values());
    let free = 0;
    while (taken.has(free)) free += 1;
    return free;
  }
}
