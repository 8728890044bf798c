// @ts-check

const BASE_MS = 500;
const LONGEST_MS = 30_000;

/** Close codes that say more than "lost" (docs/websocket.md). */
export const CLOSE = Object.freeze({ policy: 1008, restart: 1012, full: 1013, slow: 4008 });

/**
 * How long to wait before the next socket, in milliseconds.
 *
 * Full jitter (each wait is drawn from zero to a doubling bound), so that the viewers of a panel
 * that came back do not arrive together. The first try after a loss is made at once, unless the
 * panel gave a reason that concerns everybody (restart, full) or this viewer (slow, policy).
 *
 * @param {number | null} code the close code, null when the watchdog gave up on the socket
 * @param {number} failures sockets lost in a row before this one
 * @param {() => number} random in [0, 1)
 */
export function delayAfter(code, failures, random) {
  const jitter = random() * Math.min(LONGEST_MS, BASE_MS * 2 ** failures);
  switch (code) {
    case CLOSE.policy:
      return LONGEST_MS + random() * LONGEST_MS;
    case CLOSE.full:
      return 5_000 + random() * Math.min(60_000, 5_000 * 2 ** failures);
    case CLOSE.slow:
      return 1_000 + random() * 4_000;
    case CLOSE.restart:
      return failures === 0 ? random() * 1_000 : jitter;
    default:
      return failures === 0 ? 0 : jitter;
  }
}

/** Did the panel ask for patience? Then neither a returning tab nor a returning network shortens the wait. @param {number | null} code */
export const asksForPatience = (code) => code === CLOSE.policy || code === CLOSE.full;
