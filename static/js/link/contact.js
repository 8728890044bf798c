// @ts-check
import { steadyNow } from "../time/steady.js";
import { Connection } from "./connection.js";
import { Fallback } from "./fallback.js";

/**
 * @typedef {import("./connection.js").Link} Link
 * @typedef {import("./wire.js").Message} Message
 *
 * Who is told what the panel says.
 *
 * @typedef {object} Listener
 * @property {(text: string, now: number) => boolean} received a frame; false: only a new socket helps
 * @property {(messages: Message[], now: number) => void} polled
 * @property {(link: Link) => void} linkChanged
 * @property {{readonly active: boolean}} polling are plain requests wanted?
 * @property {number} viewers
 * @property {(now: number, wall: number) => boolean} look did the machine sleep?
 * @property {() => void} slept
 * @property {boolean} online what the browser thinks of its network
 * @property {boolean} arrived did the last counts come by themselves, while the page ran?
 */

/** Keeps a page in touch with its panel: by a socket, else by plain requests, through sleep, hidden tabs and lost networks. */
export class Contact {
  #listener;
  #onNews;
  #connection;
  #fallback;

  /** @param {{socket: string, state: string}} urls @param {Listener} listener @param {() => void} onNews */
  constructor(urls, listener, onNews) {
    this.#listener = listener;
    this.#onNews = onNews;
    this.#connection = new Connection(urls.socket, { onText: (text) => this.#received(text), onLink: (link) => this.#linkChanged(link) });
    this.#fallback = new Fallback(urls.state, {
      onState: (messages) => this.#polled(messages),
      onBack: () => this.#connection.nudge(),
      viewers: () => listener.viewers,
    });
    listener.online = navigator.onLine;
    addEventListener("online", () => void this.#networkChanged());
    addEventListener("offline", () => void this.#networkChanged());
    document.addEventListener("visibilitychange", () => this.#seenOrHidden());
  }

  /** Opens a socket now, in place of whatever there is. */
  open() {
    this.#connection.open();
  }

  /** Call a few times a second: a sleep of the machine ends sockets, without their knowing it. */
  look() {
    const slept = this.#listener.look(steadyNow(), Date.now());
    if (slept) {
      this.#listener.slept();
      this.open();
    }
    return slept;
  }

  /** @param {string} text */
  #received(text) {
    if (this.look()) return;
    if (!this.#listener.received(text, steadyNow())) this.#connection.restart();
    this.#onNews();
  }

  /** @param {Link} link */
  #linkChanged(link) {
    this.#listener.linkChanged(link);
    if (this.#listener.polling.active) this.#fallback.start();
    else this.#fallback.stop();
    this.#onNews();
  }

  /** @param {Message[]} messages */
  #polled(messages) {
    this.#listener.polled(messages, steadyNow());
    this.#onNews();
  }

  #seenOrHidden() {
    this.look();
    this.#listener.arrived = false; // what comes while nobody sees it is drawn later than it could be
    if (!document.hidden) this.#connection.nudge();
  }

  /** What the browser thinks of its network decides nothing: whether the panel can be reached does. */
  async #networkChanged() {
    this.#listener.online = navigator.onLine;
    this.#onNews();
    if (this.#listener.online) this.#connection.nudge();
    else if (await this.#fallback.unreached(() => !this.#listener.online)) this.#connection.restart();
  }
}

/** The same address for a WebSocket. @param {URL} url */
export function socketUrl(url) {
  const socket = new URL(url);
  socket.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return socket.href;
}
