// @ts-check

/**
 * Paper is white: what is drawn for a dark screen is drawn anew for it.
 *
 * @param {() => void} recolour draws all in the present theme, at once
 */
export function initPrinting(recolour) {
  const { dataset } = document.documentElement;
  /** @type {string | undefined} */
  let theme;
  addEventListener("beforeprint", () => {
    theme = dataset.theme;
    dataset.theme = "light";
    recolour();
  });
  addEventListener("afterprint", () => {
    if (theme === undefined) delete dataset.theme;
    else dataset.theme = theme;
    recolour();
  });
}
