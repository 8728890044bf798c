// @ts-check
import { remarks } from "../flow.js";
import { isCurrent } from "../status.js";
import { Badge } from "./badge.js";
import { CountTable } from "./count-table.js";
import { byId } from "./dom.js";
import { FlowLine } from "./flow-line.js";
import { Notices } from "./notices.js";
import { Tiles } from "./tiles.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("../state.js").State} State
 * @typedef {import("../words.js").Words} Words
 */

const RECENT_MS = 2_000;

/** The whole page as a picture of the model. */
export class Page {
  #content = byId("content", HTMLElement);
  #lists = byId("lists", HTMLElement);
  #empty = byId("empty", HTMLElement);
  #badge;
  #tiles = new Tiles();
  #flow = new FlowLine();
  #clients = new CountTable("clients");
  #types = new CountTable("types");
  #notices = new Notices();

  /** @param {() => void} onRetry */
  constructor(onRetry) {
    this.#badge = new Badge(onRetry);
  }

  /** @param {Model} model @param {number} now @param {Words} words */
  draw(model, now, words) {
    const { state } = model;
    const status = model.status(now);
    this.#badge.draw(status, words);
    this.#content.dataset.current = isCurrent(status.kind) ? "yes" : "no";
    this.#tiles.draw(state, model.pace, now, words);
    this.#flow.draw(remarks(state, status), words);
    this.#drawLists(state, now, words);
    this.#notices.draw(noticesOf(model, words), words);
  }

  /** @param {State} state @param {number} now @param {Words} words */
  #drawLists(state, now, words) {
    const { counts } = state;
    this.#content.dataset.known = counts === null ? "no" : "yes";
    if (counts === null) return;
    this.#empty.hidden = counts.total > 0;
    this.#lists.hidden = counts.total === 0;
    if (counts.total === 0) return;
    const { total, otros, otros_eventos: otherTypes } = counts;
    this.#clients.draw({
      counts: state.clients,
      total,
      others: { names: otros.clientes, total: otros.total },
      othersLabel: (n) => words.say("clients.others", { n }),
      when: (name) => lastChange(state.changedAt.get(name), now, words),
    }, now, words);
    this.#types.draw({
      counts: new Map(Object.entries(counts.eventos)),
      total,
      others: { names: otherTypes.tipos, total: otherTypes.total },
      othersLabel: (n) => words.say("types.others", { n }),
    }, now, words);
  }
}

/** @param {number | undefined} at @param {number} now @param {Words} words */
function lastChange(at, now, words) {
  if (at === undefined) return { text: "—", recent: false, title: words.say("clients.unseen") };
  return { text: words.ago(now - at), recent: now - at < RECENT_MS, title: words.clock(at) };
}

/** @param {Model} model @param {Words} words */
function noticesOf({ state, refused }, words) {
  const notices = [];
  if (state.restartedAt !== null) {
    const time = words.clock(state.restartedAt);
    notices.push({ id: `restarted ${state.restartedAt}`, text: words.say("notice.restarted", { time }) });
  }
  if (refused) {
    notices.push({ id: "refused", text: words.say("notice.refused"), code: `PANEL_ORIGENES=${location.origin}` });
  }
  return notices;
}
