// @ts-check
import { beginOf } from "./answer.js";

/**
 * @typedef {import("./answer.js").History} History
 * @typedef {import("./question.js").Question} Question
 *
 * What one message added, by name where that is known.
 *
 * @typedef {object} Delta
 * @property {number} version of the counts after it
 * @property {number} at when it was heard, by the server's clock
 * @property {number} total
 * @property {Map<string, number>} clients
 * @property {Map<string, number>} types
 */

/** Can what the socket brings continue such a history? It doesn't say which client sent which type. @param {Question} question */
export function continues({ by, client, type, until }) {
  if (until !== null) return false;
  if (by === "total") return client === null && type === null;
  return by === "cliente" ? type === null : client === null;
}

/**
 * A history that goes on: what the socket brings after it is added where it was heard, until the
 * next answer puts it where it belongs. It is for drawing; numbers in words come from answers.
 */
export class Timeline {
  /** @param {History} history @param {Question} question */
  constructor(history, question) {
    this.question = question;
    this.epoca = history.epoca;
    this.version = history.version;
    this.step = history.step;
    this.from = history.from;
    this.starts = history.starts;
    this.names = history.names;
    this.points = history.points.map((line) => [...line]);
    this.others = [...history.others];
    /** Grows with each change. */
    this.revision = 0;
  }

  copy() {
    const { epoca, version, from, step, starts, names, points, others } = this;
    const copied = new Timeline({ epoca, version, from, step, starts, names, points, others, lacksBefore: null }, this.question);
    copied.revision = this.revision;
    return copied;
  }

  get length() {
    return this.others.length;
  }

  /** When the last step ends. */
  get to() {
    return beginOf(this, this.length - 1) + this.step;
  }

  /** Moves on to the step that holds `now`; the oldest leave. @param {number} now */
  advance(now) {
    if (this.question.until !== null || this.starts !== null) return; // another day comes with the next answer
    const missing = Math.min(Math.floor((now - this.to) / this.step) + 1, this.length);
    if (missing <= 0) return;
    this.from += (Math.floor((now - this.to) / this.step) + 1) * this.step;
    for (const line of [...this.points, this.others]) {
      line.splice(0, missing);
      for (let i = 0; i < missing; i += 1) line.push(0);
    }
    this.revision += 1;
  }

  /** Adds what came after this history; what it holds already is left alone. @param {Delta} delta */
  add(delta) {
    if (delta.version <= this.version || !continues(this.question)) return;
    this.advance(delta.at);
    const step = this.starts?.findLastIndex((start) => start <= delta.at) ?? Math.floor((delta.at - this.from) / this.step);
    if (step < 0 || step >= this.length) return;
    this.#put(delta, step);
    this.revision += 1;
  }

  /** @param {Delta} delta @param {number} step */
  #put(delta, step) {
    const { by, client, type } = this.question;
    const listed = by === "cliente" ? delta.clients : delta.types;
    const only = by === "cliente" ? client : type;
    let rest = only === null ? delta.total : (listed.get(only) ?? 0);
    this.names.forEach((name, i) => {
      const more = by === "total" ? rest : (listed.get(name) ?? 0);
      this.points[i][step] += more;
      rest -= more;
    });
    this.others[step] += rest;
  }

  /** The points of a series; undefined when it is not listed. @param {string} name */
  line(name) {
    const i = this.names.indexOf(name);
    return i < 0 ? undefined : this.points[i];
  }

  /** All events of each step. */
  totals() {
    return this.others.map((rest, k) => this.points.reduce((sum, line) => sum + line[k], rest));
  }
}
