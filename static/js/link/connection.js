// @ts-check
import { steadyNow } from "../time/steady.js";
import { asksForPatience, delayAfter, HANDSHAKE_MS, onReturn, WATCHDOG_MS } from "./reconnect.js";

/**
 * How the socket is doing.
 *
 * @typedef {object} Link
 * @property {"connecting" | "open" | "waiting"} phase open only once a message has arrived
 * @property {number} attempt sockets lost in a row
 * @property {number | null} retryAt
 * @property {number | null} lostAt when the last good socket was lost (or the first one failed)
 * @property {boolean} slow this socket has brought nothing for longer than one usually needs
 * @property {boolean} everOpen has any socket of this page brought a message?
 *
 * @typedef {object} Handlers
 * @property {(text: string) => void} onText
 * @property {(link: Link) => void} onLink
 *
 * The outside world, replaceable in tests.
 *
 * @typedef {object} World
 * @property {(url: string) => Pick<WebSocket, "close" | "onmessage" | "onclose">} socket
 * @property {(run: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} now
 * @property {() => number} random
 */

/** After as much again, drawn by lot, a page with old numbers gives up waiting: all who lost a panel open at once. */
const SLOW_MS = 2_000;
/** A socket is good, and its predecessors forgiven, once it has brought data for this long. */
const SETTLED_MS = 10_000;

/** @type {World} */
const BROWSER = {
  socket: (url) => new WebSocket(url),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
  now: steadyNow,
  random: Math.random,
};

/** @type {Readonly<Link>} */
export const UNTRIED = Object.freeze({ phase: "connecting", attempt: 0, retryAt: null, lostAt: null, slow: false, everOpen: false });

/** One WebSocket at a time, replaced whenever it is lost or falls silent. */
export class Connection {
  /** @type {Link} */ #link = UNTRIED;
  /** @type {ReturnType<World["socket"]> | null} */ #socket = null;
  /** Counts sockets, so that the late events of an old one are told apart. */ #generation = 0;
  #heardAt = 0;
  #triedAt = 0;
  #patience = false;
  /** @type {any} */ #watchdog;
  /** @type {any} */ #settling;
  /** @type {any} */ #retry;
  /** @type {any} */ #slow;

  /**
   * @param {string} url
   * @param {Handlers} handlers
   * @param {World} [world]
   */
  constructor(url, handlers, world = BROWSER) {
    this.url = url;
    this.handlers = handlers;
    this.world = world;
  }

  /** Opens a socket now, in place of whatever there is. */
  open() {
    const mine = this.#retire();
    this.#triedAt = this.world.now();
    this.#socket = this.world.socket(this.url);
    this.#socket.onmessage = (event) => mine === this.#generation && this.#heard(event.data);
    this.#socket.onclose = (event) => mine === this.#generation && this.#lost(event.code);
    this.#watch();
    const patience = this.#link.everOpen ? SLOW_MS * (1 + this.world.random()) : HANDSHAKE_MS;
    this.#slow = this.world.setTimeout(() => this.#tell({ slow: true }), patience);
    this.#tell({ phase: "connecting", retryAt: null, slow: false });
  }

  /** Gives this socket up: what it brought no longer fits together, or it fell silent. */
  restart() {
    this.#lost(null);
  }

  /** The network, the panel or the tab came back: look after the socket sooner than its timers would. */
  nudge() {
    const now = this.world.now();
    const what = onReturn(this.#link.phase, { patience: this.#patience, triedMs: now - this.#triedAt, silentMs: now - this.#heardAt });
    if (what === "replace") this.open();
    else if (what === "give up") this.#lost(null);
  }

  /** @param {string} text */
  #heard(text) {
    this.#heardAt = this.world.now();
    this.#watch();
    if (this.#link.phase !== "open") {
      this.world.clearTimeout(this.#slow);
      this.#settling = this.world.setTimeout(() => this.#tell({ attempt: 0 }), SETTLED_MS);
      this.#tell({ phase: "open", lostAt: null, slow: false, everOpen: true });
    }
    this.handlers.onText(text);
  }

  /** @param {number | null} code */
  #lost(code) {
    this.#retire();
    const { attempt, lostAt } = this.#link;
    const delay = delayAfter(code, attempt, this.world.random);
    const now = this.world.now();
    this.#patience = asksForPatience(code);
    this.#retry = this.world.setTimeout(() => this.open(), delay);
    this.#tell({ phase: "waiting", attempt: attempt + 1, retryAt: now + delay, lostAt: lostAt ?? now });
  }

  #watch() {
    this.world.clearTimeout(this.#watchdog);
    this.#watchdog = this.world.setTimeout(() => this.#lost(null), WATCHDOG_MS);
  }

  /** Ends the present socket and every timer; the number of the next socket. */
  #retire() {
    for (const timer of [this.#watchdog, this.#settling, this.#retry, this.#slow]) this.world.clearTimeout(timer);
    this.#generation += 1;
    this.#socket?.close();
    this.#socket = null;
    return this.#generation;
  }

  /** @param {Partial<Link>} news */
  #tell(news) {
    this.#link = { ...this.#link, ...news };
    this.handlers.onLink(this.#link);
  }
}
