// @ts-check
import { byId, setText } from "../dom/elements.js";
import { ClientColumns } from "./columns.js";
import { byCount } from "./ranking.js";
import { CountTable } from "./table.js";

/**
 * @typedef {import("../../model/lately.js").ClientsLately} ClientsLately
 * @typedef {import("../../model/picture.js").Picture} Picture
 * @typedef {import("../../reader/view-state.js").View} View
 * @typedef {import("../../words/words.js").Words} Words
 * @typedef {import("./ranking.js").Compare} Compare
 */

/** The two tables of names and counts. */
export class Lists {
  #columns = new ClientColumns();
  #clients;
  #types;
  #matches = byId("matches", HTMLElement);
  #heads = byId("clients", HTMLTableElement).querySelectorAll("th:has(button)");
  #sorted = "";

  /** @param {{onClient: (name: string) => void, onType: (name: string) => void, onSort: (column: View["sort"]) => void, onRedraw: () => void}} reader */
  constructor({ onClient, onType, onSort, onRedraw }) {
    this.#clients = new CountTable("clients", { onPick: onClient, onRoom: onRedraw }, this.#columns);
    this.#types = new CountTable("types", { onPick: onType, onRoom: onRedraw });
    for (const head of this.#heads) head.firstElementChild?.addEventListener("click", () => onSort(columnOf(head)));
  }

  /** @param {Picture} picture @param {ClientsLately} lately @param {Words} words */
  draw(picture, lately, words) {
    const { state, view, now } = picture;
    const held = picture.fresh !== null;
    const { counts, clients } = state;
    if (counts === null) return;
    const { total, otros, otros_eventos: otherTypes } = counts;
    Object.assign(this.#columns, { latelyOf: (/** @type {string} */ name) => lately.of(name), now, ahead: picture.serverNow - now });
    const found = matching(clients, view.search);
    setText(this.#matches, view.search === "" ? "" : words.say("clients.matches", { n: found.length, all: clients.size }));
    this.#sayOrder(view);
    this.#clients.draw({
      counts: clients,
      names: found,
      order: { by: `${view.sort} ${view.ascending} ${view.search}`, compare: compareBy(view, clients, lately) },
      total,
      others: view.search === "" ? { names: otros.clientes } : null,
      othersLabel: (n) => words.say("clients.others", { n }),
      picked: view.client,
      pickTitle: words.say("clients.only"),
      held,
    }, now, words);
    const types = new Map(Object.entries(counts.eventos));
    this.#types.draw({
      counts: types,
      names: types.keys(),
      order: { by: "count", compare: byCount(types) },
      total,
      others: { names: otherTypes.tipos },
      othersLabel: (n) => words.say("types.others", { n }),
      picked: view.type,
      pickTitle: words.say("types.only"),
      held,
    }, now, words);
  }

  /** @param {View} view */
  #sayOrder({ sort, ascending }) {
    const sorted = `${sort} ${ascending}`;
    if (sorted === this.#sorted) return;
    this.#sorted = sorted;
    for (const head of this.#heads) {
      if (columnOf(head) === sort) head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    }
  }
}

/** @param {Element} head */
const columnOf = (head) => /** @type {View["sort"]} */ (/** @type {HTMLElement} */ (head.firstElementChild).dataset.sort);

/** @param {Map<string, number>} clients @param {string} search */
function matching(clients, search) {
  const wanted = search.toLocaleLowerCase();
  return [...clients.keys()].filter((name) => wanted === "" || name.toLocaleLowerCase().includes(wanted));
}

/** @param {View} view @param {Map<string, number>} clients @param {ClientsLately} lately @returns {Compare} */
function compareBy({ sort, ascending }, clients, lately) {
  const most = byCount(clients);
  /** @type {Compare} */
  const compare = {
    name: (/** @type {string} */ a, /** @type {string} */ b) => b.localeCompare(a),
    count: most,
    rate: (/** @type {string} */ a, /** @type {string} */ b) => (lately.of(b).activity?.rate ?? 0) - (lately.of(a).activity?.rate ?? 0) || most(a, b),
    seen: (/** @type {string} */ a, /** @type {string} */ b) => (lately.of(b).seenAt ?? 0) - (lately.of(a).seenAt ?? 0) || most(a, b),
  }[sort];
  return ascending ? (a, b) => compare(b, a) : compare;
}
