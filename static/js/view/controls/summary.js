// @ts-check
import { remember, remembered } from "../../reader/memory.js";
import { byId } from "../dom/elements.js";
import { announce } from "../dom/voice.js";

const APART_MS = 30_000;

/** Has a summary read out from time to time, where the reader chose that. @param {() => string | null} sentence null while nothing is known */
export function initSummary(sentence) {
  const wanted = byId("summary-on", HTMLInputElement);
  wanted.checked = remembered("summary") === "on";
  wanted.addEventListener("change", () => remember("summary", wanted.checked ? "on" : "off"));
  setInterval(() => {
    const text = wanted.checked && !document.hidden ? sentence() : null;
    if (text !== null) announce(text);
  }, APART_MS);
}
