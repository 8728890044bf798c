// @ts-check

/**
 * What `/panel/rechazados` answers.
 *
 * @typedef {object} Sample
 * @property {string} momento
 * @property {string} motivo
 * @property {string} cuerpo the first characters of the message
 * @property {number} bytes of the whole
 * @property {string | null} cliente a guess
 *
 * @typedef {object} Rejections
 * @property {Record<string, number>} motivos messages by reason
 * @property {Sample[]} muestras newest first
 */

const SAMPLES = 20;
const ANSWER_MS = 6_000;

/**
 * Reads the newest rejections; null when there is no answer.
 *
 * @param {string} url
 * @returns {Promise<Rejections | null>}
 */
export async function readRejections(url) {
  try {
    const answer = await fetch(`${url}?limite=${SAMPLES}`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const { motivos, muestras } = answer.ok ? await answer.json() : {};
    return typeof motivos === "object" && Array.isArray(muestras) ? { motivos, muestras } : null;
  } catch {
    return null;
  }
}
