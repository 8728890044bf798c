// @ts-check
import { clientsCsv, historyCsv, shownJson } from "./csv.js";
import { byId } from "../dom/elements.js";
import { chartPicture } from "./image.js";

/**
 * @typedef {import("../../history/question.js").Question} Question
 * @typedef {import("../../model/picture.js").Picture} Picture
 * @typedef {import("../chart/card.js").ChartCard} ChartCard
 *
 * @typedef {object} Source
 * @property {() => Promise<Picture>} picture as it is now, its history read anew where it moves
 * @property {ChartCard} chart
 * @property {() => string} title
 * @property {(name: string | null) => void} onDone null: there was nothing to export
 */

/** Wires the menu that saves what is shown. @param {Source} source */
export function initExport(source) {
  const menu = byId("export", HTMLDetailsElement);
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (menu.querySelectorAll("[data-export]"))) {
    button.addEventListener("click", async () => {
      menu.open = false;
      menu.querySelector("summary")?.focus();
      const name = `pulso-${button.dataset.export}`;
      const blob = await contentsOf(button.dataset.export ?? "", source);
      if (blob !== null) save(blob, name);
      source.onDone(blob === null ? null : name);
    });
  }
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Node && !menu.contains(target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
}

/** @param {string} kind @param {Source} source @returns {Promise<Blob | null>} */
async function contentsOf(kind, { picture, chart: card, title }) {
  const { state, chart: { history, timeline } } = await picture();
  if (kind === "clients.csv") return text(clientsCsv(state), "text/csv");
  if (history === null || timeline === null) return null;
  if (kind === "chart.csv") return text(historyCsv(history), "text/csv");
  if (kind === "all.json") return text(shownJson(state, history, timeline.question), "application/json");
  return chartPicture(card.chart, title());
}

/** @param {string} body @param {string} type */
const text = (body, type) => new Blob([body], { type: `${type};charset=utf-8` });

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
