// @ts-check
import { readRejections } from "../../link/rejections.js";
import { NONE, setAsideOf } from "../../model/set-aside.js";
import { byId, make, setText } from "../dom/elements.js";
import { nameParts } from "../dom/name-parts.js";
import { keyOf } from "./left-out.js";

/**
 * @typedef {import("../../link/rejections.js").Rejections} Rejections
 * @typedef {import("../../link/wire.js").Counts} Counts
 * @typedef {import("../../words/words.js").Words} Words
 */

const APART_MS = 5_000;

/** The messages that were in no number as they came: why, how many, and what they looked like. Read while it is open. */
export class RejectionList {
  #card = byId("rejections", HTMLDetailsElement);
  #title = byId("rejections-title", HTMLElement);
  #list = byId("rejections-list", HTMLElement);
  #shown = "";
  #readAt = -Infinity;
  /** The last that was told. @type {import("../../model/set-aside.js").SetAside} */ #aside = NONE;

  /** @param {string} url @param {() => void} onOpen */
  constructor(url, onOpen) {
    this.url = url;
    this.#card.addEventListener("toggle", onOpen);
  }

  /** @param {import("../../model/state.js").State} state @param {number} now @param {Words} words */
  draw({ counts, beat }, now, words) {
    if (counts === null) return;
    if (beat !== null && beat.analiticas === "en_linea") this.#aside = setAsideOf(beat);
    const n = counts.rechazados + counts.conflictos + this.#aside.total;
    this.#card.hidden = n === 0;
    setText(this.#title, words.say("rejections.title", { n }));
    const wanted = `${counts.epoca} ${n} ${words.language}`;
    if (!this.#card.open || wanted === this.#shown || now - this.#readAt < APART_MS) return;
    this.#readAt = now;
    void this.#read(wanted, words);
  }

  /** @param {string} wanted @param {Words} words */
  async #read(wanted, words) {
    const read = await readRejections(this.url);
    if (read !== null) this.#shown = wanted;
    this.#list.replaceChildren(...(read === null ? [make("p", "note", words.say("rejections.missing"))] : contents(read, this.#aside, words)));
  }
}

/** @param {Rejections} read @param {import("../../model/set-aside.js").SetAside} aside @param {Words} words */
function contents({ motivos, muestras }, aside, words) {
  const table = make("table", "counts reasons");
  const head = make("tr");
  for (const [key, kind] of /** @type {const} */ ([["rejections.reason", ""], ["rejections.messages", "number"]])) {
    const cell = make("th", kind, words.say(key));
    cell.scope = "col";
    head.append(cell);
  }
  const rows = Object.entries(motivos).map(([reason, n]) => rowOf(reason, n, words));
  const byBroker = aside.reasons.map(([reason, n]) => rowOf(`${words.say("rejections.aside")}: ${words.say(keyOf(reason), { n })}`, n, words));
  table.append(head, ...rows, ...byBroker);
  const samples = make("ul", "samples");
  samples.append(...muestras.map((sample) => sampleOf(sample, words)));
  return [table, make("h3", "", words.say("rejections.samples")), samples];
}

/** @param {string} reason @param {number} n @param {Words} words */
function rowOf(reason, n, words) {
  const row = make("tr");
  const name = make("th");
  name.scope = "row";
  name.append(nameParts(reason));
  row.append(name, make("td", "number", words.numbers.whole(n)));
  return row;
}

/** @param {import("../../link/rejections.js").Sample} sample @param {Words} words */
function sampleOf({ momento, motivo, cuerpo, bytes, cliente }, words) {
  const item = make("li");
  const who = cliente ?? words.say("rejections.nobody");
  const about = make("p", "note");
  about.append(nameParts(words.say("rejections.sample", { time: words.times.clock(Date.parse(momento)), who, bytes })));
  const why = make("p");
  why.append(nameParts(motivo));
  const body = make("code");
  body.append(nameParts(cuerpo));
  item.append(about, why, body);
  return item;
}
