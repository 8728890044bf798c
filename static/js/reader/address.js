// @ts-check

/**
 * An address without the name and password that the page may have been opened with: `fetch` refuses
 * those, the browser sends them by itself, and a copied link must not give them away.
 *
 * @param {string} address
 * @param {string} [base]
 */
export function bare(address, base) {
  const url = new URL(address, base);
  url.username = url.password = "";
  return url;
}
