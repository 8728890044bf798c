// @ts-check

/** Which elements are on the screen, or nearly so; new ones are taken to be until the browser has looked. */
export class Sight {
  /** @type {WeakSet<Element>} */ #away = new WeakSet();
  #observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#away.delete(target);
      else this.#away.add(target);
    }
  }, { rootMargin: "25%" });

  /** @param {Element} element */
  watch(element) {
    this.#observer.observe(element);
  }

  /** @param {Element} element */
  forget(element) {
    this.#observer.unobserve(element);
  }

  /** @param {Element} element */
  sees(element) {
    return !this.#away.has(element);
  }
}
