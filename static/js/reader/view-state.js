// @ts-check

/**
 * @typedef {"1m" | "15m" | "1h" | "24h" | "30d"} WindowName
 * @typedef {"cliente" | "evento"} Split
 * @typedef {"name" | "count" | "rate" | "seen"} Column
 * @typedef {"1d" | "7d"} Before
 *
 * What the reader chose to look at. All of it is in the address, so that a copied link shows the same.
 *
 * @typedef {object} View
 * @property {WindowName} window
 * @property {number | null} until end of the window in ms since 1970; null: now
 * @property {Split | null} by what a line of the chart is; null: the page's choice
 * @property {string | null} client
 * @property {string | null} type
 * @property {boolean} lines lines beside each other instead of stacked areas
 * @property {boolean} table the chart's numbers as a table
 * @property {Before | null} compare beside the chart the same window so long before
 * @property {Column} sort
 * @property {boolean} ascending
 * @property {string} search
 * @property {boolean} paused
 * @property {"es" | "en" | null} language null: remembered, or the browser's
 * @property {"light" | "dark" | null} theme
 * @property {boolean} embed
 * @property {boolean} kiosk
 */

/** @type {readonly WindowName[]} */
export const WINDOW_NAMES = ["1m", "15m", "1h", "24h", "30d"];

/** @type {Readonly<View>} */
export const DEFAULT_VIEW = Object.freeze({
  window: "15m",
  until: null,
  by: null,
  client: null,
  type: null,
  lines: false,
  table: false,
  compare: null,
  sort: "count",
  ascending: false,
  search: "",
  paused: false,
  language: null,
  theme: null,
  embed: false,
  kiosk: false,
});

/** @type {readonly Before[]} */
const BEFORE = ["1d", "7d"];
/** Code points, as the analytics count them. */
const LONGEST_NAME = 64;
/** @type {Record<string, Column>} */
const COLUMNS = { nombre: "name", cuenta: "count", ritmo: "rate", visto: "seen" };
/** @type {Record<string, "light" | "dark">} */
const THEMES = { claro: "light", oscuro: "dark" };

/** Which of *among* is this, if any? @template T @param {Record<string, T>} among @param {string | null} key */
const oneOf = (among, key) => (key !== null && Object.hasOwn(among, key) ? among[key] : null);

/** The key of a value. @template T @param {Record<string, T>} among @param {T} value */
const keyOf = (among, value) => Object.keys(among).find((key) => among[key] === value) ?? "";

/** A name that somebody can have. @param {string | null} text */
const nameOf = (text) => (text && [...text].length <= LONGEST_NAME ? text : null);

/** The view that an address asks for; what makes no sense in it is as if it were not there. @param {string} query @returns {View} */
export function parseView(query) {
  const given = new URLSearchParams(query);
  const order = given.get("orden") ?? "";
  const until = Date.parse(given.get("hasta") ?? "");
  const by = given.get("por");
  const language = given.get("lang");
  return {
    window: WINDOW_NAMES.find((name) => name === given.get("ventana")) ?? DEFAULT_VIEW.window,
    until: Number.isNaN(until) ? null : until,
    by: by === "cliente" || by === "evento" ? by : null,
    client: nameOf(given.get("cliente")),
    type: nameOf(given.get("evento")),
    lines: given.get("forma") === "lineas",
    table: given.get("vista") === "tabla",
    compare: BEFORE.find((before) => before === given.get("frente")) ?? null,
    sort: oneOf(COLUMNS, order.replace(/^-/, "")) ?? DEFAULT_VIEW.sort,
    ascending: Object.hasOwn(COLUMNS, order),
    search: (given.get("buscar") ?? "").slice(0, LONGEST_NAME),
    paused: given.get("pausa") === "1",
    language: language === "es" || language === "en" ? language : null,
    theme: oneOf(THEMES, given.get("tema")),
    embed: given.get("embed") === "1",
    kiosk: given.get("kiosk") === "1",
  };
}

/** The query of a view's address, with its question mark; empty for the usual view. @param {View} view */
export function formatView(view) {
  const usual = view.sort === DEFAULT_VIEW.sort && view.ascending === DEFAULT_VIEW.ascending;
  const parts = new URLSearchParams();
  /** @param {string} key @param {string | null | false} value */
  const put = (key, value) => void (value && parts.set(key, value));
  put("ventana", view.window !== DEFAULT_VIEW.window && view.window);
  put("hasta", view.until !== null && new Date(view.until).toISOString());
  put("por", view.by);
  put("cliente", view.client);
  put("evento", view.type);
  put("forma", view.lines && "lineas");
  put("vista", view.table && "tabla");
  put("frente", view.compare);
  put("orden", !usual && `${view.ascending ? "" : "-"}${keyOf(COLUMNS, view.sort)}`);
  put("buscar", view.search);
  put("pausa", view.paused && "1");
  put("lang", view.language);
  put("tema", view.theme && keyOf(THEMES, view.theme));
  put("embed", view.embed && "1");
  put("kiosk", view.kiosk && "1");
  return parts.size === 0 ? "" : `?${parts}`;
}

/** What the chart is compared with next: nothing, a day before, a week before. @param {View} view @returns {Before | null} */
export const nextBefore = ({ compare }) => [...BEFORE, null][compare === null ? 0 : BEFORE.indexOf(compare) + 1];

/** Lines are clients, unless one client is all that is shown. @param {View} view @returns {Split} */
export const splitOf = (view) => view.by ?? (view.client === null ? "cliente" : "evento");

/** Holds the view, keeps the address in step with it, and tells who listens. */
export class ViewState {
  /** @type {((view: View, before: View) => void)[]} */ #listeners = [];

  /** @param {string} query @param {(query: string) => void} showAddress */
  constructor(query, showAddress) {
    this.value = parseView(query);
    this.showAddress = showAddress;
  }

  /** @param {(view: View, before: View) => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** @param {Partial<View>} change */
  set(change) {
    const before = this.value;
    this.value = { ...before, ...change };
    this.showAddress(formatView(this.value));
    for (const listener of this.#listeners) listener(this.value, before);
  }

  /** Shows one name alone; named again, all. @param {"client" | "type"} key @param {string | null} name */
  pick(key, name) {
    this.set({ [key]: this.value[key] === name ? null : name });
  }

  /** The same column again turns the order round; names begin with the first, all else with the most. @param {Column} sort */
  sortBy(sort) {
    this.set({ sort, ascending: this.value.sort === sort ? !this.value.ascending : sort === "name" });
  }
}
