// @ts-check
import { bare } from "../../reader/address.js";
import { byId, setText } from "../dom/elements.js";
import { announce } from "../dom/voice.js";

/** @typedef {import("../../words/words.js").Words} Words */

const SHOWN_MS = 2_000;

/** Wires the button that copies the command; browsers offer the clipboard to secure origins only. @param {() => Words} words */
export function initCommand(words) {
  if (!navigator.clipboard) return;
  const button = byId("copy", HTMLButtonElement);
  const command = byId("command", HTMLElement);
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(command.textContent ?? "");
    setText(button, words().say("empty.copied"));
    setTimeout(() => setText(button, words().say("empty.copy")), SHOWN_MS);
  });
}

/** Wires the button that copies the address of this view; returns what it does. @param {() => Words} words */
export function initLink(words) {
  const copy = () => void copyLink(bare(location.href).href, words()).then(announce);
  byId("link", HTMLButtonElement).addEventListener("click", copy);
  return copy;
}

/** Copies a text, or says where it is. @param {string} text @param {Words} words */
async function copyLink(text, words) {
  const mark = byId("link-icon", SVGUseElement);
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return words.say("link.manual");
  }
  mark.setAttribute("href", "#icon-done");
  setTimeout(() => mark.setAttribute("href", "#icon-link"), SHOWN_MS);
  return words.say("link.copied");
}
