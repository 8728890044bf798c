// @ts-check
import { chartQuestion } from "../../history/question.js";
import { byId } from "../dom/elements.js";
import { initDrag } from "./drag.js";

/**
 * @typedef {import("../../reader/view-state.js").ViewState} ViewState
 * @typedef {import("./card.js").ChartCard} ChartCard
 */

/** Half a window a press. */
const STEP = 0.5;
/** Closer to now than this share of the window is now. */
const NOW = 0.01;
const SPOKEN_AFTER_MS = 400;

/**
 * Moves the chart through time: by buttons, by keys, by hand.
 *
 * @param {ViewState} state
 * @param {ChartCard} card
 * @param {() => number} now by the server's clock
 * @param {() => void} onPointed the reader reads values by keys
 */
export function initRewind(state, card, now, onPointed) {
  const span = () => chartQuestion(state.value, now()).span;
  const end = () => state.value.until ?? now();
  const moveTo = (/** @type {number} */ until) => state.set({ until: until > now() - NOW * span() ? null : Math.round(until) });
  const older = () => moveTo(end() - STEP * span());
  const newer = () => moveTo(end() + STEP * span());
  byId("older", HTMLButtonElement).addEventListener("click", older);
  byId("newer", HTMLButtonElement).addEventListener("click", newer);
  byId("to-live", HTMLButtonElement).addEventListener("click", () => state.set({ until: null }));

  const plot = byId("plot", HTMLElement);
  initDrag(plot, {
    span,
    end,
    moveTo(until, done) {
      const at = Math.min(until, now());
      const { plot: drawn } = card.chart;
      if (done) moveTo(at);
      else drawn?.setScale("x", { min: (at - span()) / 1000, max: at / 1000 });
    },
  });

  let spoken = 0;
  const read = (/** @type {number} */ by) => {
    if (card.missing) return;
    const last = (card.chart.shape?.xs.length ?? 1) - 1;
    card.chart.point(Math.min(last, Math.max(0, (card.step ?? last + 1) + by)));
    clearTimeout(spoken);
    spoken = setTimeout(onPointed, SPOKEN_AFTER_MS);
  };
  plot.addEventListener("blur", () => card.chart.point(null));
  plot.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined && event.key !== "End") return;
    event.preventDefault();
    if (by === undefined) state.set({ until: null });
    else if (event.shiftKey) (by < 0 ? older : newer)();
    else read(by);
  });
}
