// @ts-check
import { UNTRIED } from "./connection.js";
import { FAILURES_BEFORE_POLLING } from "./fallback.js";
import { Pace } from "./pace.js";
import { forgetBeat, INITIAL, reduce } from "./state.js";
import { statusOf } from "./status.js";
import { parse } from "./wire.js";

/**
 * @typedef {import("./connection.js").Link} Link
 * @typedef {import("./state.js").State} State
 * @typedef {import("./wire.js").Message} Message
 */

/** A snapshot this soon after other news continues them; after a longer silence its jump is no rate. */
const CONTINUES_MS = 2_000;

/** Everything that the page shows, kept up to date; it knows neither sockets nor the document. */
export class Model {
  /** @type {State} */ state = INITIAL;
  /** @type {Link} */ link = UNTRIED;
  /** @type {import("./status.js").Polling} */ polling = { active: false, answeredAt: null };
  pace = new Pace();
  online = true;

  /** @param {number} now */
  status(now) {
    return statusOf(this.state, this.link, this.polling, now, this.online);
  }

  /** @param {Link} link */
  linkChanged(link) {
    if (link.phase === "open" && this.link.phase !== "open") this.state = forgetBeat(this.state);
    this.link = link;
    const active = link.phase !== "open" && (this.polling.active || link.attempt >= FAILURES_BEFORE_POLLING);
    if (active !== this.polling.active) this.polling = { active, answeredAt: null };
  }

  /**
   * Takes a frame of the socket in; false when it does not fit, so that only a new socket helps.
   *
   * @param {string} text
   * @param {number} now
   */
  received(text, now) {
    const message = parsed(text);
    if (message instanceof Error) return false;
    if (message !== null) this.#take(message, now);
    return !this.state.gap;
  }

  /**
   * Takes an answer of the fallback in: a snapshot, a heartbeat, or both.
   *
   * @param {Message[]} messages
   * @param {number} now
   */
  polled(messages, now) {
    for (const message of messages) this.#take(message, now);
    this.polling = { ...this.polling, answeredAt: now };
  }

  /** Has the panel answered requests while no socket of this page ever worked? */
  get refused() {
    return this.polling.active && this.polling.answeredAt !== null && !this.link.everOpen;
  }

  /** @param {Message} message @param {number} now */
  #take(message, now) {
    const before = this.state;
    this.state = reduce(before, message, now);
    const { counts } = this.state;
    if (counts === null || counts === before.counts) return;
    const near = before.heardAt !== null && now - before.heardAt < CONTINUES_MS;
    const continues = before.counts?.epoca === counts.epoca && near;
    if (message.tipo === "cambio" || continues) this.pace.add(counts.total, now);
    else this.pace.rebase(counts.total, now);
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return parse(text);
  } catch (error) {
    return /** @type {Error} */ (error);
  }
}
