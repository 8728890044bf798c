// @ts-check

const KEPT_MS = 60_000;
const MOST = 600;
const APART_MS = 1_000;

/** The value that 95 of 100 do not exceed; null without any. @param {number[]} values */
export function p95(values) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(0.95 * sorted.length) - 1)];
}

/** How long counts take from their commit to this screen, over the last minute, in ms. */
export class ScreenDelay {
  /** @type {{at: number, ms: number}[]} */ #samples = [];
  #version = -1;
  /** @type {number | null} */ #p95 = null;
  #p95At = -Infinity;

  /**
   * Call when counts are drawn that arrived by themselves.
   *
   * @param {{version: number, generado: string}} counts
   * @param {number} now by the server's clock
   */
  drawn(counts, now) {
    if (counts.version === this.#version) return;
    this.#version = counts.version;
    const ms = Math.max(0, now - Date.parse(counts.generado));
    if (!Number.isNaN(ms)) this.#samples.push({ at: now, ms });
    if (this.#samples.length > MOST) this.#samples.splice(0, this.#samples.length - MOST);
  }

  /** Renewed once a second. @param {number} now */
  p95(now) {
    if (now - this.#p95At < APART_MS) return this.#p95;
    this.#p95At = now;
    this.#samples = this.#samples.filter(({ at }) => now - at <= KEPT_MS);
    this.#p95 = p95(this.#samples.map(({ ms }) => ms));
    return this.#p95;
  }
}
