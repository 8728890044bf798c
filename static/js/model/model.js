// @ts-check
import { UNTRIED } from "../link/connection.js";
import { FAILURES_BEFORE_POLLING } from "../link/fallback.js";
import { parse } from "../link/wire.js";
import { ServerClock } from "../time/server-clock.js";
import { Wakefulness } from "../time/wakefulness.js";
import { isBehind, isCutOff, SILENCE_MS, statusOf } from "./badge-state.js";
import { ScreenDelay } from "./delay.js";
import { deltaBetween, together } from "./deltas.js";
import { Pace } from "./pace.js";
import { forgetBeat, forgetTime, INITIAL, reduce } from "./state.js";

/**
 * @typedef {import("../history/timeline.js").Delta} Delta
 * @typedef {import("../link/connection.js").Link} Link
 * @typedef {import("../link/wire.js").Beat} Beat
 * @typedef {import("../link/wire.js").Message} Message
 * @typedef {import("./state.js").State} State
 */

/** A snapshot this soon after other news continues them; after a longer silence its jump is no rate. */
const CONTINUES_MS = 2_000;
/** An answer that was read from the counts this long ago is still continued. */
const RECENT_MS = 3_000;
/** What is told this long after it happened is put where it happened. */
const LATE_MS = 2_000;
/** What is kept for that is put together to as much. */
const TOGETHER_MS = 100;
/** p95 of the way to the commit, one a heartbeat. */
const DELAYS_KEPT = 60;

/** Everything that the page shows, kept up to date; it knows neither sockets nor the document. */
export class Model {
  /** @type {State} */ state = INITIAL;
  /** @type {Link} */ link = UNTRIED;
  /** @type {import("./badge-state.js").Polling} */ polling = { active: false, answeredAt: null };
  pace = new Pace();
  /** The panel's, by its heartbeats. */ clock = new ServerClock();
  /** The analytics', by their commits. */ #commits = new ServerClock();
  #awake = new Wakefulness();
  /** What the last message told was so at this time, though it may have waited. */ #knownTo = -Infinity;
  screen = new ScreenDelay();
  online = true;
  /** What came lately, for histories that were read a moment ago. @type {Delta[]} */ recent = [];
  /** @type {(number | null)[]} */ delays = [];
  /** Did the last counts come by themselves, while the page ran? */ arrived = false;

  /**
   * @param {{onDelta: (delta: Delta) => void, onGap: () => void, onNewClient: () => void}} [feeds] who draws what happened when;
   *   a gap is what has no known course
   */
  constructor(feeds = { onDelta: () => {}, onGap: () => {}, onNewClient: () => {} }) {
    this.feeds = feeds;
  }

  /** @param {number} now */
  status(now) {
    return statusOf(this.state, this.link, this.polling, now, this.online, this.clock.at(now) - now);
  }

  /**
   * Call a few times a second; see Wakefulness.
   *
   * @param {number} now
   * @param {number} [wall]
   */
  look(now, wall = now) {
    return this.#awake.look(now, wall);
  }

  /** Call once a second: while what was told last is recent, silence means that nothing happened. @param {number} now */
  tick(now) {
    this.pace.tick(now, this.status(now).kind === "live" && now - this.#knownTo < SILENCE_MS);
  }

  /** The machine slept: what the page knows is of nobody knows when. */
  slept() {
    this.state = forgetTime(this.state);
    this.#knownTo = -Infinity;
  }

  /** @param {Link} link */
  linkChanged(link) {
    if (link.phase === "open" && this.link.phase !== "open") this.state = forgetBeat(this.state);
    this.link = link;
    const active = link.phase !== "open" && (this.polling.active || link.slow || link.attempt >= FAILURES_BEFORE_POLLING);
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

  /** The counts are on the screen. @param {import("./badge-state.js").Kind} kind what the badge says of them @param {number} now */
  drawn(kind, now) {
    const { counts } = this.state;
    if (counts !== null && kind === "live" && this.arrived && this.clock.settled) this.screen.drawn(counts, this.clock.at(now));
  }

  /** As many as the panel had when it was last heard. */
  get viewers() {
    return this.state.beat?.espectadores ?? 1;
  }

  /** Has the panel answered requests while no socket of this page ever worked? */
  get refused() {
    const { attempt, everOpen } = this.link;
    return this.polling.answeredAt !== null && attempt >= FAILURES_BEFORE_POLLING && !everOpen;
  }

  /** @param {Message} message @param {number} now */
  #take(message, now) {
    const before = this.state;
    const told = message.tipo === "cambio" ? this.#happened(message.generado, now) : now;
    const waited = told < this.#awake.wokeAt;
    const at = waited || now - told >= LATE_MS ? told : now;
    const near = now - this.#knownTo < CONTINUES_MS;
    this.state = reduce(before, message, now, at);
    this.#knownTo = message.tipo === "latido" ? Math.min(now, this.clock.when(message.ahora ?? "") || now) : at;
    if (message.tipo === "latido") this.#beaten(message, before.beat, now);
    const { counts } = this.state;
    if (counts === null || counts === before.counts) return;
    const continues = before.counts?.epoca === counts.epoca && near;
    this.arrived = message.tipo === "cambio" && !waited;
    // The first news after an absence may have happened at any time of it.
    if ((message.tipo === "cambio" || continues) && !isCutOff(before.beat)) this.#goOn(before, at);
    else this.#startOver(now, before.counts === null);
  }

  /** When counts that come by themselves were committed. @param {string} committed @param {number} now */
  #happened(committed, now) {
    this.#commits.heard(committed, now);
    const at = this.#commits.when(committed);
    return Number.isNaN(at) ? now : at;
  }

  /** @param {Beat} beat @param {Beat | null} before @param {number} now */
  #beaten(beat, before, now) {
    this.clock.heard(beat.ahora, now);
    this.delays = [...this.delays, beat.retraso?.p95 ?? null].slice(-DELAYS_KEPT);
    // A history that failed meanwhile would be asked for only after a long pause.
    if (isCutOff(before) && !isCutOff(beat)) this.feeds.onGap();
  }

  /** @param {State} before @param {number} at */
  #goOn(before, at) {
    const delta = deltaBetween(before, this.state, this.clock.at(at));
    if (this.state.counts === null || delta === null) return;
    this.pace.add(this.state.counts.total, at);
    // What is counted late happened at another time, which only the history knows.
    if (isBehind(this.state)) return this.feeds.onGap();
    this.#remember(delta);
    this.feeds.onDelta(delta);
    if (this.state.clients.size > before.clients.size) this.feeds.onNewClient();
  }

  /** @param {Delta} delta */
  #remember(delta) {
    const last = this.recent.at(-1);
    if (last !== undefined && delta.at - last.at < TOGETHER_MS) return together(last, delta);
    while (this.recent.length > 0 && delta.at - this.recent[0].at >= RECENT_MS) this.recent.shift();
    this.recent.push(delta);
  }

  /** @param {number} now @param {boolean} first there was nothing before, so nothing is missing */
  #startOver(now, first) {
    this.recent = [];
    this.pace.rebase(this.state.counts?.total ?? 0, now);
    if (!first) this.feeds.onGap();
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
