// @ts-check
import { byId } from "../dom/elements.js";
import { announce } from "../dom/voice.js";
import { clientsCsv, historyCsv, shownJson } from "./csv.js";
import { chartPicture } from "./image.js";

/**
 * @typedef {import("../../model/picture.js").Picture} Picture
 * @typedef {import("../../words/words.js").Words} Words
 * @typedef {import("../chart/card.js").ChartCard} ChartCard
 */

/** Wires the menu that saves what is shown. @param {ChartCard} card @param {() => Promise<Picture>} renewed what is shown now @param {() => Words} words */
export function initExport(card, renewed, words) {
  const menu = byId("export", HTMLDetailsElement);
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (menu.querySelectorAll("[data-export]"))) {
    button.addEventListener("click", async () => {
      menu.open = false;
      menu.querySelector("summary")?.focus();
      const name = `pulso-${button.dataset.export}`;
      const blob = await contentsOf(button.dataset.export ?? "", await renewed(), card, words());
      if (blob !== null) save(blob, name);
      announce(blob === null ? words().say("export.failed") : words().say("export.done", { name }));
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

/** Null where there is nothing to export. @param {string} kind @param {Picture} picture @param {ChartCard} card @param {Words} words @returns {Promise<Blob | null>} */
async function contentsOf(kind, { state, beside, chart: { history, timeline } }, card, words) {
  if (kind === "clients.csv") return text(clientsCsv(state), "text/csv");
  if (history === null || timeline === null) return null;
  if (kind === "chart.csv") return text(historyCsv(history, beside), "text/csv");
  if (kind === "all.json") return text(shownJson(state, history, timeline.question, beside), "application/json");
  return chartPicture(card.chart, `Pulso · ${words.say("chart.title")} · ${card.span}`, words.say("chart.others"));
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
