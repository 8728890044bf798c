// @ts-check

const BASE_MS = 500;
const LONGEST_MS = 30_000;
/** No message for this long, heartbeats included, means a dead socket. */
export const WATCHDOG_MS = 12_000;
/** A handshake that takes longer began when nobody was there: the system repeats it ever more rarely. */
export const HANDSHAKE_MS = 1_000;

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

/**
 * What to do with a socket sooner than its timers would, when the network, the panel or the tab comes back.
 *
 * @param {"connecting" | "open" | "waiting"} phase
 * @param {{patience: boolean, triedMs: number, silentMs: number}} so `patience` was asked for, the handshake began so long ago, nothing was heard for so long
 * @returns {"replace" | "give up" | "leave"}
 */
export function onReturn(phase, { patience, triedMs, silentMs }) {
  if (phase === "waiting") return patience ? "leave" : "replace";
  if (phase === "connecting") return triedMs > HANDSHAKE_MS ? "replace" : "leave";
  return silentMs > WATCHDOG_MS ? "give up" : "leave";
}
